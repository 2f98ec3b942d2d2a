#include "loss/objective.h"

#include <torch/torch.h>

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Small: an untrained student should say nothing about the teacher's map rather than noise to be unlearned.
constexpr double kReadoutDeviation = 1e-3;

}  // namespace

ObjectiveImpl::ObjectiveImpl(const ModelConfig& model, const LossConfig& config, torch::Device device) {
  for (const LossTermRow* row : chosen_loss_terms(config)) {
    const auto extra = config.extra.find(std::string(row->name));
    const double weight = extra == config.extra.end() ? 1.0 : extra->second;
    Entry entry{row, row->make({.model = model, .loss = config, .device = device, .weight = weight})};
    if (entry.term) {
      for (const auto& [name, layer] : entry.term->layers()) register_module(name, layer);
    }
    terms_.push_back(std::move(entry));
  }
}

void ObjectiveImpl::initialize(std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(seed);
  for (auto& item : named_parameters()) {
    torch::Tensor& value = item.value();
    if (value.dim() == 1) {
      value.zero_();
    } else {
      value.copy_(torch::empty(value.sizes(), torch::kFloat32).normal_(0.0, kReadoutDeviation, generator));
    }
  }
}

LossCounts ObjectiveImpl::counts(std::span<const SampleTarget> targets) const {
  LossCounts counts;
  for (const Entry& entry : terms_) {
    std::int64_t& count = counts[entry.row->name];
    for (const SampleTarget& target : targets) count += entry.term ? entry.term->count(target) : 0;
  }
  return counts;
}

ObjectiveResult ObjectiveImpl::forward(PixelSailImpl& model, const PackedInput& packed,
                                       const torch::Tensor& hidden_TC, std::span<const SampleTarget> targets,
                                       const LossCounts& counts, Trace* trace) {
  return forward(model, packed, hidden_TC, pack_targets(targets, packed.segments, hidden_TC.device()), counts,
                 trace);
}

ObjectiveResult ObjectiveImpl::forward(PixelSailImpl& model, const PackedInput& packed,
                                       const torch::Tensor& hidden_TC, const PackedTargets& targets,
                                       const LossCounts& counts, Trace* trace) {
  LossInput input(model, packed, hidden_TC, targets, trace);
  std::vector<bool> wanted;
  for (const SampleTarget& target : targets.samples) {
    wanted.push_back(std::ranges::any_of(
        terms_, [&](const Entry& entry) { return entry.term && entry.term->reads_mask_features(target); }));
  }
  input.prepare(wanted);
  ObjectiveResult result;
  const torch::Tensor zero = torch::zeros({}, torch::TensorOptions().device(hidden_TC.device()));
  for (const Entry& entry : terms_) {
    std::vector<torch::Tensor> values(entry.row->values.size());
    if (entry.term) values = entry.term->forward(input, counts.at(entry.row->name));
    if (values.size() != entry.row->values.size())
      throw RunError("loss term '" + std::string(entry.row->name) + "' gives another number of values");
    for (std::size_t i = 0; i < values.size(); ++i) {
      const LossValue& spec = entry.row->values[i];
      if (spec.in_total && values[i].defined())
        result.total = result.total.defined() ? result.total + values[i] : values[i];
      result.values.emplace_back(spec.name, values[i].defined() ? values[i] : zero);
    }
  }
  if (!result.total.defined()) result.total = zero;
  return result;
}

ByName<double> ObjectiveImpl::log_values(const ByName<double>& values) const {
  ByName<double> line;
  for (const bool losses : {true, false}) {
    for (const Entry& entry : terms_) {
      for (const LossValue& spec : entry.row->values) {
        if (spec.in_total == losses) line[spec.log_key] += values.at(spec.name);
      }
    }
  }
  return line;
}

std::vector<std::string_view> ObjectiveImpl::value_names() const {
  std::vector<std::string_view> names;
  for (const Entry& entry : terms_) {
    for (const LossValue& spec : entry.row->values) names.push_back(spec.name);
  }
  return names;
}

std::vector<std::string> ObjectiveImpl::loss_keys() const {
  std::vector<std::string> keys;
  for (const Entry& entry : terms_) {
    for (const LossValue& spec : entry.row->values) {
      if (spec.in_total && std::ranges::find(keys, spec.log_key) == keys.end())
        keys.emplace_back(spec.log_key);
    }
  }
  return keys;
}

}  // namespace pixelsail
