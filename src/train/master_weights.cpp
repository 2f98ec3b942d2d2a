#include "train/master_weights.h"

#include <torch/torch.h>

#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool is_matrix(const torch::Tensor& parameter) {
  return parameter.dim() >= 2 && parameter.scalar_type() == torch::kFloat32;
}

/// In bfloat16 where all values are such already.
void shorten_exactly(torch::Tensor& frozen) {
  const torch::Tensor values = frozen.detach(), rounded = values.to(torch::kBFloat16);
  if (torch::equal(rounded.to(torch::kFloat32), values)) frozen.set_data(rounded);
}

/// `open`, `body`, and whatever happens there `close`.
template <class Open, class Close>
void between(const Open& open, const std::function<void()>& body, const Close& close) {
  open();
  try {
    body();
  } catch (...) {
    close();
    throw;
  }
  close();
}

}  // namespace

MasterWeights::MasterWeights(PixelSailImpl& model, std::vector<GroupedParameter>& trained,
                             std::int64_t bucket_bytes)
    : of_model_(model.parameters()) {
  const torch::NoGradGuard no_grad;
  become_working(trained, bucket_bytes);
  for (torch::Tensor& parameter : of_model_) {
    if (!parameter.requires_grad() && is_matrix(parameter)) shorten_exactly(parameter);
  }
}

void MasterWeights::become_working(std::vector<GroupedParameter>& trained, std::int64_t bucket_bytes) {
  std::unordered_set<const c10::TensorImpl*> in_model;
  for (const torch::Tensor& parameter : of_model_) in_model.insert(parameter.unsafeGetTensorImpl());
  std::vector<torch::Tensor> matrices;
  for (GroupedParameter& each : trained) {
    if (!in_model.contains(each.parameter.unsafeGetTensorImpl()) || !is_matrix(each.parameter)) continue;
    if (!each.parameter.is_contiguous())
      throw RunError("train.weights: '" + each.name + "' is not contiguous in memory");
    no_values_.push_back(torch::zeros({}, each.parameter.options()).expand(each.parameter.sizes()));
    pairs_.push_back({each.parameter, no_values_.back().detach()});
    matrices.push_back(each.parameter);
    each.parameter = pairs_.back().master;
  }
  layout_.emplace(matrices, std::vector<torch::ScalarType>(matrices.size(), torch::kFloat32), bucket_bytes);
  std::size_t end = pairs_.size();
  for (std::size_t buffer = 0; buffer < layout_->buffer_count(); ++buffer) {
    // Buffer by buffer, so that no more than one is there twice.
    const torch::Tensor values = layout_->zeros(buffer);
    high_.push_back(layout_->zeros(buffer, torch::kBFloat16));
    rest_.push_back(layout_->zeros(buffer, torch::kInt16));
    std::size_t begin = end;
    while (begin > 0 && layout_->buffer_of(begin - 1) == buffer) --begin;
    for (std::size_t i = begin; i < end; ++i) layout_->view(values, i).copy_(pairs_[i].working.detach());
    split(buffer, values);
    for (std::size_t i = begin; i < end; ++i) {
      pairs_[i].working.set_data(layout_->view(high_[buffer], i));
      pairs_[i].working.set_grad_dtype(torch::kFloat32);
    }
    end = begin;
  }
  values_.resize(layout_->buffer_count());
}

torch::Tensor MasterWeights::joined(std::size_t buffer) const {
  const torch::Tensor bits = high_[buffer].view(torch::kInt16).to(torch::kInt32);
  return bits.bitwise_left_shift_(16).add_(rest_[buffer]).view(torch::kFloat32);
}

void MasterWeights::split(std::size_t buffer, const torch::Tensor& values) {
  // Half of the last place of a bfloat16, so that dropping the lower 16 bits rounds.
  constexpr int kHalf = 0x8000;
  const torch::Tensor bits = values.view(torch::kInt32);
  const torch::Tensor high = bits.add(kHalf).bitwise_right_shift_(16);
  high_[buffer].view(torch::kInt16).copy_(high);
  rest_[buffer].copy_(bits.sub_(high.bitwise_left_shift_(16)));
}

torch::Tensor MasterWeights::raised_to_odd(std::size_t buffer) const {
  const torch::Tensor half = rest_[buffer].eq(std::numeric_limits<std::int16_t>::min());
  return half.logical_and(high_[buffer].view(torch::kInt16).bitwise_and(1).ne(0)).nonzero().squeeze(1);
}

std::vector<torch::Tensor> MasterWeights::working(std::vector<torch::Tensor> optimized) const {
  std::unordered_map<const c10::TensorImpl*, torch::Tensor> working_of;
  for (const Pair& pair : pairs_) working_of[pair.master.unsafeGetTensorImpl()] = pair.working;
  for (torch::Tensor& parameter : optimized) {
    const auto found = working_of.find(parameter.unsafeGetTensorImpl());
    if (found != working_of.end()) parameter = found->second;
  }
  return optimized;
}

void MasterWeights::take_gradients() {
  for (const Pair& pair : pairs_) pair.master.mutable_grad() = pair.working.grad();
}

void MasterWeights::drop_gradients() {
  for (const Pair& pair : pairs_) pair.master.mutable_grad().reset();
}

void MasterWeights::open() {
  const torch::NoGradGuard no_grad;
  for (std::size_t buffer = 0; buffer < values_.size(); ++buffer) values_[buffer] = joined(buffer);
  for (std::size_t i = 0; i < pairs_.size(); ++i)
    pairs_[i].master.set_data(layout_->view(values_[layout_->buffer_of(i)], i));
}

void MasterWeights::close() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < pairs_.size(); ++i) pairs_[i].master.set_data(no_values_[i]);
  for (std::size_t buffer = 0; buffer < values_.size(); ++buffer) {
    split(buffer, values_[buffer]);
    values_[buffer].reset();
  }
}

void MasterWeights::with_values(const std::function<void()>& body) {
  between([this] { open(); }, body, [this] { close(); });
}

void MasterWeights::with_originals_in_model(const std::function<void()>& body) {
  const auto show = [this] {
    open();
    for (Pair& pair : pairs_) pair.working.set_data(pair.master);
  };
  const auto hide = [this] {
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      pairs_[i].working.set_data(layout_->view(high_[layout_->buffer_of(i)], i));
    close();
  };
  between(show, body, hide);
}

void MasterWeights::with_bfloat16_model(const std::function<void()>& body) {
  std::vector<torch::Tensor> exact(of_model_.size()), raised(high_.size());
  const auto move_raised = [&](int by) {
    for (std::size_t buffer = 0; buffer < high_.size(); ++buffer) {
      const torch::Tensor bits = high_[buffer].view(torch::kInt16);
      bits.index_put_({raised[buffer]}, bits.index({raised[buffer]}) + by);
    }
  };
  const auto shorten = [&] {
    const torch::NoGradGuard no_grad;
    for (std::size_t buffer = 0; buffer < high_.size(); ++buffer) raised[buffer] = raised_to_odd(buffer);
    move_raised(-1);
    for (std::size_t i = 0; i < of_model_.size(); ++i) {
      if (of_model_[i].scalar_type() != torch::kFloat32) continue;
      exact[i] = of_model_[i].detach();
      of_model_[i].set_data(exact[i].to(torch::kBFloat16));
    }
  };
  const auto restore = [&] {
    const torch::NoGradGuard no_grad;
    move_raised(1);
    for (std::size_t i = 0; i < of_model_.size(); ++i) {
      if (exact[i].defined()) of_model_[i].set_data(exact[i]);
    }
  };
  between(shorten, body, restore);
}

}  // namespace pixelsail
