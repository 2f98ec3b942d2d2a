#pragma once

/// Settings of an adapter.

#include <cstdint>
#include <string>
#include <vector>

#include "core/describe.h"

namespace pixelsail {

/// Names as PEFT has them in adapter_config.json.
struct LoraConfig {
  std::int64_t rank = 0;  ///< 0: no adapter
  double alpha = 16;
  double dropout = 0;
  /// Layers to adapt: the end of a name ("q_proj", "mlp.down_proj"), a regular expression for the whole name,
  /// or "all-linear".
  std::vector<std::string> targets{"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                   "gate_proj", "up_proj", "down_proj"};
};

template <class Visitor>
void describe(Visitor& v, LoraConfig& c) {
  v.field("rank", c.rank, {.min = 0, .max = 4096, .help = "0: no adapter, the model itself is trained"});
  v.field("alpha", c.alpha, {.min = 0, .help = "the adaptation is scaled by alpha / rank"});
  v.field("dropout", c.dropout, {.min = 0, .max = 0.99, .help = "of the adaptation's input, in training"});
  v.field("targets", c.targets,
          {.help = "ends of layer names, regular expressions for whole names, or all-linear"});
}

}  // namespace pixelsail
