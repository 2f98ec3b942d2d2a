#pragma once

/// Every parameter of a model from its configuration alone: what a checkpoint must hold, without building the
/// model.

#include <cstdint>
#include <string>
#include <vector>

#include "model/config.h"

namespace pixelsail {

struct ParameterSpec {
  std::string name;                 ///< published name ("single_transformer.model.norm.weight")
  std::vector<std::int64_t> shape;  ///< as torch stores it
  /// The part of the model it belongs to: embed_tokens, layers, norm, lm_head, vis_embed, vp_embed,
  /// vision_tower or mask_head.
  std::string group;

  std::int64_t numel() const;
  /// A weight that Quantization applies to: linear layers of the transformer and an output layer of its own.
  bool can_be_quantized() const { return shape.size() == 2 && (group == "layers" || group == "lm_head"); }
};

/// In the order in which checkpoints are written. A shared output layer (tie_word_embeddings) is not listed.
std::vector<ParameterSpec> parameter_list(const ModelConfig& config);

/// The group of a published name, whatever the model's size.
std::string parameter_group(const std::string& name);

/// How a parameter starts: all `constant`, or normal with mean 0 when `deviation` is above 0.
struct InitialValue {
  double constant = 0;
  double deviation = 0;
};
InitialValue initial_value(const std::string& name, const std::vector<std::int64_t>& shape,
                           const ModelConfig& config);

/// Numbers in all of them.
std::int64_t parameter_count(const ModelConfig& config);

}  // namespace pixelsail
