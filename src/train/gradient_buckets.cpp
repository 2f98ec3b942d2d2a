#include "train/gradient_buckets.h"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/torch.h>

#include <algorithm>
#include <memory>

namespace pixelsail {
namespace {

/// Called by autograd after it has added to a parameter's gradient.
struct MarkTouched : torch::autograd::PostAccumulateGradHook {
  explicit MarkTouched(char& touched_) : touched(touched_) {}
  void operator()(const torch::autograd::Variable&) override { touched = 1; }
  char& touched;
};

/// Of its gradient, which may be finer than the parameter's own (Tensor::set_grad_dtype).
std::vector<torch::ScalarType> gradient_types(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::ScalarType> types;
  for (const torch::Tensor& parameter : parameters)
    types.push_back(parameter.grad_dtype().value_or(parameter.scalar_type()));
  return types;
}

}  // namespace

GradientBuckets::GradientBuckets(std::vector<torch::Tensor> parameters, std::int64_t bucket_bytes)
    : parameters_(std::move(parameters)), views_(parameters_.size()), touched_(parameters_.size(), 0) {
  const torch::NoGradGuard no_grad;
  const FlatLayout layout(parameters_, gradient_types(parameters_), bucket_bytes);
  for (std::size_t i = 0; i < layout.buffer_count(); ++i) buffers_.push_back(layout.zeros(i));
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    views_[i] = layout.view(buffers_[layout.buffer_of(i)], i);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::autograd::impl::set_post_acc_grad_hooks(parameters_[i],
                                                   std::make_unique<MarkTouched>(touched_[i]));
  }
}

GradientBuckets::~GradientBuckets() {
  for (const torch::Tensor& parameter : parameters_) {
    torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
    parameter.mutable_grad().reset();
  }
}

void GradientBuckets::attach() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].mutable_grad() = views_[i];
}

void GradientBuckets::add(std::size_t index, const torch::Tensor& gradient) {
  const torch::NoGradGuard no_grad;
  views_[index].add_(gradient);
  touched_[index] = 1;
}

void GradientBuckets::all_reduce(ProcessGroup& group) {
  std::vector<std::int64_t> touched(touched_.begin(), touched_.end());
  group.all_reduce(std::span<std::int64_t>(touched));
  for (std::size_t i = 0; i < touched.size(); ++i) touched_[i] = touched[i] > 0 ? 1 : 0;
  group.all_reduce(buffers_);
}

void GradientBuckets::detach_untouched() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (touched_[i] == 0) parameters_[i].mutable_grad().reset();
  }
}

void GradientBuckets::clear() {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& buffer : buffers_) buffer.zero_();
  std::ranges::fill(touched_, char{0});
  for (const torch::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

}  // namespace pixelsail
