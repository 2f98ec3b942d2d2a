// Operators that the fallback cannot do: memory, views, copies, and those that torch has no CPU kernel for
// under the name that other devices use.

#include <ATen/EmptyTensor.h>
#include <ATen/native/transformers/attention.h>
#include <ATen/native/transformers/sdp_utils_cpp.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <array>
#include <tuple>

#include "memory.h"

namespace pixelsail::strict {
namespace {

using torch::Tensor;
using OptionalTensor = std::optional<Tensor>;

Tensor new_empty(at::IntArrayRef sizes, std::optional<at::ScalarType> type,
                 std::optional<at::Layout> /*layout*/, std::optional<at::Device> /*device*/,
                 std::optional<bool> /*pin*/, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, allocator(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(type), format);
}

Tensor new_empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, std::optional<at::ScalarType> type,
                         std::optional<at::Layout> /*layout*/, std::optional<at::Device> /*device*/,
                         std::optional<bool> /*pin*/) {
  return empty_strided(sizes, strides, c10::dtype_or_default(type));
}

const Tensor& resize(const Tensor& self, at::IntArrayRef sizes, std::optional<at::MemoryFormat> /*format*/) {
  Access access;
  access.assign(self, at::empty(sizes, torch::TensorOptions(self.scalar_type()).device(torch::kMeta)));
  return self;
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool /*non_blocking*/) {
  if (from.is_privateuseone() && to.is_privateuseone()) {
    state().tally.add(&Counts::within_device);
    state().tally.add(&Counts::launches);
  } else {
    state().tally.add(to.is_privateuseone() ? &Counts::to_device : &Counts::to_host);
  }
  if (state().shapes_only) {
    if (!to.is_privateuseone()) to.fill_(1);
    return to;
  }
  Access access;
  access.on_host(to).copy_(access.on_host(from));
  return to;
}

Tensor copy_from_and_resize(const Tensor& from, const Tensor& to) {
  if (from.sizes() != to.sizes()) to.resize_(from.sizes());
  return copy_from(from, to, false);
}

at::Scalar item(const Tensor& self) {
  state().tally.add(&Counts::items);
  if (state().shapes_only) return at::ones({}, self.scalar_type()).item();
  Access access;
  return access.on_host(self).item();
}

void check_on_device(const OptionalTensor& tensor, const char* what) {
  TORCH_CHECK(!tensor || !tensor->defined() || tensor->is_privateuseone(), "strict device: ", what,
              " is a CPU tensor beside tensors of the device");
}

int64_t choose_attention(const Tensor& /*q*/, const Tensor& /*k*/, const Tensor& /*v*/,
                         const OptionalTensor& /*mask*/, double /*dropout*/, bool /*causal*/,
                         std::optional<double> /*scale*/, bool /*grouped*/) {
  return static_cast<int64_t>(at::SDPBackend::overrideable);
}

/// Output and logarithm of the sums [B, H, rows], of queries [B, H, rows, d].
std::pair<Tensor, Tensor> shape_of_attention(const Tensor& q) {
  return {at::empty_like(q), at::empty({q.size(0), q.size(1), q.size(2)}, q.options().dtype(at::kFloat))};
}

using Attended = std::tuple<Tensor, Tensor, Tensor, Tensor, c10::SymInt, c10::SymInt, Tensor, Tensor, Tensor>;

Attended attention(const Tensor& q, const Tensor& k, const Tensor& v, const OptionalTensor& bias,
                   double dropout, bool causal, bool /*debug_mask*/, std::optional<double> scale) {
  for (const Tensor& tensor : {q, k, v}) check_on_device(tensor, "an operand of attention");
  check_on_device(bias, "the mask of attention");
  state().tally.add(&Counts::launches);
  Access access;
  if (state().shapes_only) {
    const auto [out, log_sum] = shape_of_attention(access.on_host(q));
    return {access.on_device(out), access.on_device(log_sum), {}, {}, 0, 0, {}, {}, {}};
  }
  const auto [out, log_sum] = at::_scaled_dot_product_flash_attention_for_cpu(
      access.on_host(q), access.on_host(k), access.on_host(v), dropout, causal, access.on_host(bias), scale);
  return {access.on_device(out), access.on_device(log_sum), {}, {}, 0, 0, {}, {}, {}};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> attention_backward(
    const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& bias,
    std::array<bool, 4> wanted, const Tensor& out, const Tensor& log_sum, const Tensor& /*sequences_q*/,
    const Tensor& /*sequences_k*/, c10::SymInt /*most_q*/, c10::SymInt /*most_k*/, double dropout,
    bool causal, const Tensor& /*seed*/, const Tensor& /*offset*/, std::optional<double> scale) {
  TORCH_CHECK(!wanted[3], "strict device: attention has no gradient for its mask");
  check_on_device(grad, "the gradient of attention");
  state().tally.add(&Counts::launches);
  Access access;
  if (state().shapes_only) {
    const auto like = [&access](const Tensor& x) {
      return access.on_device(at::empty_like(access.on_host(x)));
    };
    return {like(q), like(k), like(v), {}};
  }
  const auto [grad_q, grad_k, grad_v] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
      access.on_host(grad), access.on_host(q), access.on_host(k), access.on_host(v), access.on_host(out),
      access.on_host(log_sum), dropout, causal, access.on_host(OptionalTensor(bias)), scale);
  return {access.on_device(grad_q), access.on_device(grad_k), access.on_device(grad_v), {}};
}

Tensor convolution(const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                   c10::SymIntArrayRef stride, c10::SymIntArrayRef padding, c10::SymIntArrayRef dilation,
                   bool transposed, c10::SymIntArrayRef output_padding, c10::SymInt groups) {
  check_on_device(x, "the input of a convolution");
  check_on_device(weight, "the weight of a convolution");
  check_on_device(bias, "the bias of a convolution");
  state().tally.add(&Counts::launches);
  Access access;
  if (state().shapes_only) {
    TORCH_CHECK(!transposed, "strict device: no shape of a transposed convolution");
    std::vector<std::int64_t> sizes{x.size(0), weight.size(0)};
    for (std::size_t axis = 0; axis < stride.size(); ++axis) {
      const auto at = [axis](c10::SymIntArrayRef values) {
        return values[axis].guard_int(__FILE__, __LINE__);
      };
      const auto dim = static_cast<std::int64_t>(axis) + 2;
      sizes.push_back(
          (x.size(dim) + 2 * at(padding) - at(dilation) * (weight.size(dim) - 1) - 1) / at(stride) + 1);
    }
    return access.on_device(
        at::empty(sizes, access.on_host(x).options().memory_format(x.suggest_memory_format())));
  }
  return access.on_device(at::convolution_symint(access.on_host(x), access.on_host(weight),
                                                 access.on_host(bias), stride, padding, dilation, transposed,
                                                 output_padding, std::move(groups)));
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(const Tensor& grad, const Tensor& x,
                                                        const Tensor& weight, c10::SymIntArrayRef stride,
                                                        c10::SymIntArrayRef padding,
                                                        c10::SymIntArrayRef dilation, bool transposed,
                                                        c10::SymIntArrayRef output_padding,
                                                        c10::SymInt groups, std::array<bool, 3> wanted) {
  check_on_device(grad, "the gradient of a convolution");
  state().tally.add(&Counts::launches);
  Access access;
  if (state().shapes_only) {
    const auto like = [&access](const Tensor& tensor) {
      return access.on_device(at::empty_like(access.on_host(tensor)));
    };
    const std::int64_t channels =
        transposed ? weight.size(1) * groups.guard_int(__FILE__, __LINE__) : weight.size(0);
    const auto options = access.on_host(grad).options();
    return {wanted[0] ? like(x) : Tensor(), wanted[1] ? like(weight) : Tensor(),
            wanted[2] ? access.on_device(at::empty({channels}, options)) : Tensor()};
  }
  const std::array<c10::SymInt, 1> bias_sizes{transposed ? weight.sym_size(1) * groups : weight.sym_size(0)};
  const auto [grad_x, grad_weight, grad_bias] = at::convolution_backward_symint(
      access.on_host(grad), access.on_host(x), access.on_host(weight), c10::SymIntArrayRef(bias_sizes),
      stride, padding, dilation, transposed, output_padding, groups, wanted);
  return {access.on_device(grad_x), access.on_device(grad_weight), access.on_device(grad_bias)};
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", TORCH_FN(new_empty));
  m.impl("empty_strided", TORCH_FN(new_empty_strided));
  m.impl("as_strided", TORCH_FN(at::native::as_strided_tensorimpl));
  m.impl("view", TORCH_FN(at::native::view));
  m.impl("unfold", TORCH_FN(at::native::unfold));
  m.impl("_reshape_alias", TORCH_FN(at::native::_reshape_alias));
  m.impl("resize_", TORCH_FN(resize));
  m.impl("_copy_from", TORCH_FN(copy_from));
  m.impl("_copy_from_and_resize", TORCH_FN(copy_from_and_resize));
  m.impl("_local_scalar_dense", TORCH_FN(item));
  m.impl("_scaled_dot_product_fused_attention_overrideable", TORCH_FN(attention));
  m.impl("_scaled_dot_product_fused_attention_overrideable_backward", TORCH_FN(attention_backward));
  m.impl("convolution_overrideable", TORCH_FN(convolution));
  m.impl("convolution_backward_overrideable", TORCH_FN(convolution_backward));
}

/// For the registration below, which has to stand in torch's namespace.
constexpr auto kChooseAttention = &choose_attention;

}  // namespace
}  // namespace pixelsail::strict

namespace at::native {
REGISTER_PRIVATEUSE1_DISPATCH(_fused_sdp_choice_stub, pixelsail::strict::kChooseAttention)
}  // namespace at::native
