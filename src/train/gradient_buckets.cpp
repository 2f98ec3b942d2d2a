#include "train/gradient_buckets.h"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/torch.h>

#include <algorithm>
#include <memory>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Called by autograd after it has added to a parameter's gradient.
struct MarkTouched : torch::autograd::PostAccumulateGradHook {
  explicit MarkTouched(char& touched_) : touched(touched_) {}
  void operator()(const torch::autograd::Variable&) override { touched = 1; }
  char& touched;
};

/// Views begin at whole cache lines, which is also what vectorized kernels want.
constexpr std::int64_t kAlignment = 64;

std::int64_t padded(const torch::Tensor& parameter) {
  const std::int64_t unit = kAlignment / parameter.element_size();
  return (parameter.numel() + unit - 1) / unit * unit;
}

}  // namespace

GradientBuckets::GradientBuckets(std::vector<torch::Tensor> parameters, std::int64_t bucket_bytes)
    : parameters_(std::move(parameters)), views_(parameters_.size()), touched_(parameters_.size(), 0) {
  const torch::NoGradGuard no_grad;
  const auto alike = [](const torch::Tensor& a, const torch::Tensor& b) {
    return a.device() == b.device() && a.scalar_type() == b.scalar_type();
  };
  for (std::size_t end = parameters_.size(); end > 0;) {
    const torch::Tensor& last = parameters_[end - 1];
    std::size_t begin = end;
    std::int64_t size = 0;
    while (begin > 0 && alike(parameters_[begin - 1], last)) {
      const std::int64_t more = padded(parameters_[begin - 1]);
      if (begin < end && (size + more) * last.element_size() > bucket_bytes) break;
      size += more;
      --begin;
    }
    const torch::Tensor buffer = torch::zeros({size}, last.options().requires_grad(false));
    std::int64_t offset = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const torch::Tensor& parameter = parameters_[i];
      if (!parameter.is_non_overlapping_and_dense())
        throw RunError("a parameter whose memory has gaps cannot be trained");
      views_[i] = buffer.as_strided(parameter.sizes(), parameter.strides(), offset);
      offset += padded(parameter);
    }
    buffers_.push_back(buffer);
    end = begin;
  }
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
