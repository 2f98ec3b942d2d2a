#include "train/step_result.h"

#include <torch/torch.h>

#include <cmath>
#include <utility>

namespace pixelsail {

torch::Tensor numbers_of(const ObjectiveResult& objective) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> numbers{objective.total.detach()};
  for (const auto& [name, value] : objective.values) numbers.push_back(value.detach());
  return torch::stack(numbers);
}

void PendingNumbers::add(std::int64_t index, double share, torch::Tensor numbers_K) {
  entries_.push_back({index, share, std::move(numbers_K)});
}

std::vector<std::int64_t> PendingNumbers::micro_batches() const {
  std::vector<std::int64_t> indices;
  for (const Entry& entry : entries_) {
    if (indices.empty() || indices.back() != entry.index) indices.push_back(entry.index);
  }
  return indices;
}

std::vector<std::int64_t> PendingNumbers::read(const torch::Tensor& grad_norm,
                                               const std::vector<std::string_view>& names,
                                               StepResult& result) {
  const torch::NoGradGuard no_grad;
  const std::vector<Entry> entries = std::exchange(entries_, {});
  std::vector<torch::Tensor> all;
  for (const Entry& entry : entries) all.push_back(entry.numbers_K);
  if (grad_norm.defined()) all.push_back(grad_norm.view({1}));
  std::vector<std::int64_t> not_finite;
  if (all.empty()) return not_finite;
  const torch::Tensor numbers = torch::cat(all).to(torch::kCPU).to(torch::kFloat64);
  const auto* number = numbers.const_data_ptr<double>();
  for (const Entry& entry : entries) {
    const double loss = *number++;
    result.loss += entry.share * loss;
    if (!std::isfinite(loss) && (not_finite.empty() || not_finite.back() != entry.index))
      not_finite.push_back(entry.index);
    for (const std::string_view name : names) result.values[name] += entry.share * *number++;
  }
  if (grad_norm.defined()) result.grad_norm = *number;
  return not_finite;
}

}  // namespace pixelsail
