#pragma once

/// Which tensor of the output comes from where: decided, and checked, before anything is written.

#include <optional>
#include <string>
#include <vector>

#include "checkpoint/convert.h"
#include "checkpoint/open_checkpoint.h"
#include "io/tensors/torch_archive_write.h"
#include "model/parameter_list.h"
#include "text/tokenizer.h"

namespace pixelsail {

struct PlannedTensor {
  std::string ours, theirs;   ///< our name, and the one it is written under
  std::string source;         ///< name in the source; empty: drawn at random
  TensorInfo info;            ///< as written
  std::int64_t new_rows = 0;  ///< rows at the end that the source lacks
  InitialValue start;         ///< of what is drawn
  /// A weight that is written quantized is two tensors: its bits, then its scales.
  enum class Part { kWhole, kData, kScales } part = Part::kWhole;
  std::vector<std::int64_t> shape;  ///< of the weight itself
};

struct ConvertPlan {
  std::string layout;
  std::optional<ModelConfig> config;  ///< of the output
  std::vector<PlannedTensor> tensors;
  std::vector<std::string> dropped;       ///< source names left out
  std::vector<std::string> added_tokens;  ///< that the tokenizer lacked
  std::vector<TensorAlias> aliases;
};

/// `tokenizer` may be nullptr. Throws DataError listing all that does not fit, ConfigError for an unknown
/// layout, group or element type.
ConvertPlan plan_conversion(const ConvertOptions& options, const OpenedCheckpoint& source,
                            const Tokenizer* tokenizer);

}  // namespace pixelsail
