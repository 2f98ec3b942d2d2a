#pragma once

/// Which parameters a run trains, and how.

#include <vector>

#include "loss/objective.h"
#include "model/adapter.h"
#include "train/config.h"
#include "train/optimizer.h"

namespace pixelsail {

struct TrainedParameters {
  std::vector<GroupedParameter> all;  ///< what the optimizer gets
  NamedTensors of_model;              ///< those of the model itself, without adapter
};

/// Beside an adapter (may be null) the parameters of the model are frozen unless a group says otherwise;
/// without one everything is trained that no group freezes. Frozen ones stop wanting gradients. Throws
/// ConfigError for a malformed `match`, one that no parameter matches, or when nothing is left to train.
TrainedParameters group_parameters(PixelSailImpl& model, const Adapter* adapter,
                                   const ObjectiveImpl& objective,
                                   const std::vector<ParameterGroupConfig>& groups,
                                   const OptimizerConfig& optimizer);

}  // namespace pixelsail
