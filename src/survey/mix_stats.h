#pragma once

/// What a mixture is made of, quickly: counts, planned and drawn shares, lengths of the first samples.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "survey/spread.h"
#include "survey/training_data.h"

namespace pixelsail {

struct MixStats {
  struct Part {
    std::string name;
    std::int64_t samples = 0;  ///< of the data set
    double planned = 0;        ///< its share by the weights, when all data sets have joined
    std::int64_t drawn = 0;    ///< of the first places of the stream
    Spread tokens, masks;      ///< of those that were made
    std::map<std::string, std::int64_t> unusable;
  };
  std::int64_t places = 0, made = 0;
  std::vector<Part> parts;
};

/// The first `places` places of the stream; the first `made` of them are made, with the choices of the training. Throws
/// as make_dataset() does.
MixStats mix_stats(const TrainingData& data, std::int64_t places, std::int64_t made);

std::string mix_stats_text(const MixStats& stats);
/// {"places", "made", "datasets": [{"name", "samples", "planned_share", "drawn", "drawn_share", "tokens", "masks",
/// "unusable": {}}]}
OrderedJson mix_stats_json(const MixStats& stats);

}  // namespace pixelsail
