#include "model/adapter.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include "core/rng.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kA = ".lora_A.weight";
constexpr const char* kB = ".lora_B.weight";
constexpr const char* kAllLinear = "all-linear";

bool matches(const std::string& layer, const std::string& target) {
  if (target == kAllLinear || layer == target || layer.ends_with("." + target)) return true;
  if (target.find_first_of("*+?[](){}|^$\\") == std::string::npos) return false;
  try {
    return std::regex_match(layer, std::regex(target));
  } catch (const std::regex_error& error) {
    throw ConfigError("LoRA target '" + target + "' is not a regular expression: " + error.what());
  }
}

std::string last_part(const std::string& name) {
  return name.substr(name.rfind('.') + 1);
}

/// What tells the random choices of this layer from those of others.
std::uint64_t stream_of(const std::string& layer) {
  return Rng(0, "lora " + layer).next_u64();
}

/// Throws for a target that matches nothing.
void check_targets(const std::map<std::string, LinearImpl*>& linear,
                   const std::vector<std::string>& targets) {
  if (targets.empty()) throw ConfigError("LoRA has no targets");
  for (const std::string& target : targets) {
    if (std::any_of(linear.begin(), linear.end(), [&](const auto& it) { return matches(it.first, target); }))
      continue;
    std::set<std::string> parts;
    for (const auto& [name, layer] : linear) {
      const std::string part = last_part(name);
      parts.insert(part.find_first_not_of("0123456789") == std::string::npos ? name : part);
    }
    std::string known;
    for (const std::string& part : parts) known += (known.empty() ? "" : ", ") + part;
    throw ConfigError("LoRA target '" + target + "' matches no linear layer; there are " + known);
  }
}

}  // namespace

std::map<std::string, LinearImpl*> linear_layers(PixelSailImpl& model) {
  std::map<std::string, LinearImpl*> layers;
  for (const auto& item : model.named_modules()) {
    if (auto* linear = item.value()->as<LinearImpl>(); linear != nullptr) layers[item.key()] = linear;
  }
  return layers;
}

bool is_target(const std::string& layer, const std::vector<std::string>& targets) {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const std::string& target) { return matches(layer, target); });
}

Adapter::Adapter(PixelSailImpl& model, const LoraConfig& config, std::uint64_t seed) : config_(config) {
  if (config.rank < 1) throw ConfigError("LoRA needs a rank above 0");
  const std::map<std::string, LinearImpl*> linear = linear_layers(model);
  check_targets(linear, config.targets);
  for (const auto& [name, layer] : linear) {
    if (!is_target(name, config.targets)) continue;
    const std::int64_t out = layer->out, in = layer->in;
    auto generator =
        torch::make_generator<torch::CPUGeneratorImpl>(Rng(seed, "lora start " + name).next_u64());
    // Uniform, of the variance that torch's linear layers start with.
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    auto lora = std::make_shared<LoraLayer>();
    lora->a_RI = torch::empty({config.rank, in}).uniform_(-bound, bound, generator).to(model.device());
    lora->b_OR = torch::zeros({out, config.rank}).to(model.device());
    lora->a_RI.requires_grad_();
    lora->b_OR.requires_grad_();
    layers_[name] = std::move(lora);
  }
  for (auto& [name, layer] : layers_) {
    layer->scale = config.alpha / static_cast<double>(config.rank);
    layer->dropout = config.dropout;
    layer->stream = stream_of(name);
  }
}

std::map<std::string, LoraLayer> adapter_layers(
    const LoraConfig& config, const std::map<std::string, torch::Tensor>& tensors,
    const std::function<std::vector<std::int64_t>(const std::string& layer)>& shape_of,
    const std::string& where) {
  std::map<std::string, LoraLayer> layers;
  std::vector<std::string> problems;
  for (const auto& [name, tensor] : tensors) {
    const bool is_a = name.ends_with(kA);
    if (!is_a && !name.ends_with(kB)) {
      problems.push_back(name + " is neither lora_A nor lora_B of a layer");
      continue;
    }
    const std::string layer = name.substr(0, name.size() - std::string(kA).size());
    const std::vector<std::int64_t> shape = shape_of(layer);
    if (shape.empty()) {
      problems.push_back(name + ": the model has no linear layer '" + layer + "'");
      continue;
    }
    if (!tensors.contains(layer + (is_a ? kB : kA))) {
      problems.push_back(name + " has no " + (is_a ? "lora_B" : "lora_A") + " beside it");
      continue;
    }
    if (!tensor.is_floating_point()) {
      problems.push_back(name + " holds " + torch::toString(tensor.scalar_type()) + ", not weights");
      continue;
    }
    const bool fits = tensor.dim() == 2 && tensor.size(is_a ? 0 : 1) == config.rank &&
                      tensor.size(is_a ? 1 : 0) == shape[is_a ? 1 : 0];
    if (!fits) {
      problems.push_back(name + " is " + shape_text(tensor.sizes().vec()) + ", which does not fit rank " +
                         std::to_string(config.rank) + " and the weight " + shape_text(shape));
      continue;
    }
    LoraLayer& lora = layers[layer];
    (is_a ? lora.a_RI : lora.b_OR) = tensor;
    lora.scale = config.alpha / static_cast<double>(config.rank);
    lora.dropout = config.dropout;
    lora.stream = stream_of(layer);
  }
  if (tensors.empty()) problems.emplace_back("there are no tensors");
  if (problems.empty()) return layers;
  constexpr std::size_t kShown = 10;
  std::string message = where + " does not fit this model:";
  for (std::size_t i = 0; i < std::min(kShown, problems.size()); ++i) message += "\n  " + problems[i];
  if (problems.size() > kShown)
    message += "\n  ... and " + std::to_string(problems.size() - kShown) + " more";
  throw DataError(message);
}

Adapter::Adapter(PixelSailImpl& model, const LoraConfig& config,
                 const std::map<std::string, torch::Tensor>& tensors, const std::string& where)
    : config_(config) {
  const std::map<std::string, LinearImpl*> linear = linear_layers(model);
  const auto shape_of = [&linear](const std::string& layer) {
    const auto found = linear.find(layer);
    return found == linear.end() ? std::vector<std::int64_t>()
                                 : std::vector<std::int64_t>{found->second->out, found->second->in};
  };
  for (auto& [name, layer] : adapter_layers(config, tensors, shape_of, where)) {
    layer.a_RI = layer.a_RI.to(model.device(), torch::kFloat32).contiguous();
    layer.b_OR = layer.b_OR.to(model.device(), torch::kFloat32).contiguous();
    layers_[name] = std::make_shared<LoraLayer>(std::move(layer));
  }
}

void Adapter::attach(PixelSailImpl& model) const {
  for (const auto& [name, layer] : linear_layers(model)) {
    const auto found = layers_.find(name);
    layer->lora = found == layers_.end() ? nullptr : found->second;
  }
}

void Adapter::detach(PixelSailImpl& model) {
  for (const auto& [name, layer] : linear_layers(model)) layer->lora = nullptr;
}

std::vector<std::pair<std::string, torch::Tensor>> Adapter::tensors() const {
  std::vector<std::pair<std::string, torch::Tensor>> tensors;
  for (const auto& [name, layer] : layers_) {
    tensors.emplace_back(name + kA, layer->a_RI);
    tensors.emplace_back(name + kB, layer->b_OR);
  }
  return tensors;
}

std::int64_t Adapter::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& [name, layer] : layers_) count += layer->a_RI.numel() + layer->b_OR.numel();
  return count;
}

}  // namespace pixelsail
