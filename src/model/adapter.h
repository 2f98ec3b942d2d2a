#pragma once

/// A set of low-rank adaptations (lora.h) for the linear layers of a model, kept apart from it: several can
/// stand beside one model, of which one at a time is attached.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/lora_config.h"
#include "model/model.h"

namespace pixelsail {

class Adapter {
 public:
  /// A new one, which changes nothing yet: A is drawn from `seed`, B is 0. Its tensors are float32 on the
  /// model's device and want gradients. Throws ConfigError for a target that no linear layer matches (lists
  /// what there is) and for rank 0.
  Adapter(PixelSailImpl& model, const LoraConfig& config, std::uint64_t seed);

  /// From the tensors of a file. Throws as adapter_layers().
  Adapter(PixelSailImpl& model, const LoraConfig& config, const std::map<std::string, torch::Tensor>& tensors,
          const std::string& where);

  /// Makes `model` compute with this adapter instead of any other. The model must have the layers of the one
  /// it was made for.
  void attach(PixelSailImpl& model) const;
  static void detach(PixelSailImpl& model);

  /// "<layer>.lora_A.weight", "<layer>.lora_B.weight", ordered by layer. They share memory with the adapter.
  std::vector<std::pair<std::string, torch::Tensor>> tensors() const;
  /// By the layer's name.
  const std::map<std::string, std::shared_ptr<LoraLayer>>& layers() const { return layers_; }
  const LoraConfig& config() const { return config_; }
  std::int64_t parameter_count() const;

 private:
  LoraConfig config_;
  std::map<std::string, std::shared_ptr<LoraLayer>> layers_;
};

/// The tensors "<layer>.lora_A.weight" [R, I] and "<layer>.lora_B.weight" [O, R] of a file by layer, as they
/// are. `shape_of` gives a linear layer's [O, I], empty for a name that is none. Throws DataError naming
/// `where` and every tensor that is something else, has no partner, holds integers, belongs to no layer or
/// does not fit its layer and the rank of `config`: nothing that was trained is left out in silence.
std::map<std::string, LoraLayer> adapter_layers(
    const LoraConfig& config, const std::map<std::string, torch::Tensor>& tensors,
    const std::function<std::vector<std::int64_t>(const std::string& layer)>& shape_of,
    const std::string& where);

/// All linear layers of a model by name.
std::map<std::string, LinearImpl*> linear_layers(PixelSailImpl& model);

/// Whether a layer's name is one of the targets (LoraConfig::targets). Throws ConfigError for a malformed
/// regular expression.
bool is_target(const std::string& layer, const std::vector<std::string>& targets);

}  // namespace pixelsail
