// CUDA's fused RMS norm, by its definition: everything in float32, rounded once.

#include <torch/library.h>
#include <torch/torch.h>

#include <array>
#include <tuple>

#include "memory.h"

namespace pixelsail::strict {
namespace {

using torch::Tensor;
using OptionalTensor = std::optional<Tensor>;

void check(const Tensor& x, at::IntArrayRef shape, const OptionalTensor& weight) {
  TORCH_CHECK(x.is_privateuseone() && weight && weight->is_privateuseone(),
              "strict device: an operand of the norm is a CPU tensor");
  TORCH_CHECK(shape.size() == 1 && shape[0] == x.size(-1) && weight->sizes() == shape,
              "strict device: the norm is over another axis than its weight");
  TORCH_CHECK(weight->scalar_type() == x.scalar_type(), "strict device: the norm's weight has another type");
}

std::tuple<Tensor, Tensor> norm(const Tensor& x, at::IntArrayRef shape, const OptionalTensor& weight,
                                std::optional<double> eps) {
  check(x, shape, weight);
  state().tally.add(&Counts::launches);
  Access access;
  const Tensor exact = access.on_host(x).to(at::kFloat);
  const Tensor scale = at::rsqrt(exact.square().mean(-1, true) + eps.value());
  const Tensor y = exact * scale * access.on_host(*weight).to(at::kFloat);
  return {access.on_device(y.to(x.scalar_type())), access.on_device(scale)};
}

std::tuple<Tensor, Tensor> norm_backward(const Tensor& gradient, const Tensor& x, at::IntArrayRef shape,
                                         const Tensor& scale, const OptionalTensor& weight,
                                         std::array<bool, 2> wanted) {
  check(x, shape, weight);
  TORCH_CHECK(gradient.is_privateuseone() && gradient.scalar_type() == x.scalar_type(),
              "strict device: the norm's gradient has another type");
  state().tally.add(&Counts::launches);
  Access access;
  const Tensor g = access.on_host(gradient).to(at::kDouble), s = access.on_host(scale).to(at::kDouble),
               unit = access.on_host(x).to(at::kDouble) * s;
  const Tensor weighted = g * access.on_host(*weight).to(at::kDouble);
  Tensor grad_x, grad_weight;
  if (wanted[0]) {
    const Tensor along = (weighted * unit).mean(-1, true);
    grad_x = access.on_device(((weighted - unit * along) * s).to(x.scalar_type()));
  }
  if (wanted[1]) grad_weight = access.on_device((g * unit).flatten(0, -2).sum(0).to(x.scalar_type()));
  return {grad_x, grad_weight};
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("_fused_rms_norm", TORCH_FN(norm));
  m.impl("_fused_rms_norm_backward", TORCH_FN(norm_backward));
}

}  // namespace
}  // namespace pixelsail::strict
