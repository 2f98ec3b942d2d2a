#include "model/layer_steps.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include "model/device_kernels.h"
#include "model/fused_ops.h"

namespace pixelsail {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Normed {
  torch::Tensor y, scale;  ///< scale: 1 / sqrt(mean(x^2) + eps), float32 [..., 1]
};

Normed normed(const torch::Tensor& x, const torch::Tensor& weight_C, double eps) {
  if (has_kernel("aten::_fused_rms_norm", x.device())) {
    auto [y, scale] = at::_fused_rms_norm(x, weight_C.sizes(), weight_C.to(x.scalar_type()), eps);
    return {y, scale};
  }
  const torch::Tensor exact = x.to(torch::kFloat32);
  const torch::Tensor scale = torch::rsqrt(exact.square().mean(-1, true) + eps);
  return {weight_C * (exact * scale).to(x.scalar_type()), scale};
}

class RmsNormFunction : public torch::autograd::Function<RmsNormFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight_C, double eps, torch::ScalarType type) {
    const Normed done = normed(x, weight_C, eps);
    context->save_for_backward({x, weight_C, done.scale});
    return done.y.to(type);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight_C = saved[1], &scale = saved[2];
    const bool wants_x = context->needs_input_grad(0), wants_weight = context->needs_input_grad(1);
    if (has_kernel("aten::_fused_rms_norm_backward", x.device())) {
      auto [grad_x, grad_weight] =
          at::_fused_rms_norm_backward(gradients[0].to(x.scalar_type()), x, weight_C.sizes(), scale,
                                       weight_C.to(x.scalar_type()), {wants_x, wants_weight});
      if (wants_weight) grad_weight = grad_weight.to(weight_C.scalar_type());
      return {grad_x, grad_weight, {}, {}};
    }
    const torch::Tensor gradient = gradients[0].to(torch::kFloat32), exact = x.to(torch::kFloat32);
    torch::Tensor grad_x, grad_weight;
    if (wants_weight) {
      const torch::Tensor products = gradient * (exact * scale);
      grad_weight = products.flatten(0, -2).sum(0).to(weight_C.scalar_type());
    }
    if (wants_x) {
      // y = w x s with s = (mean(x^2) + eps)^(-1/2), so dx = s g - x s^3 mean(g x) with g = w dy
      const torch::Tensor weighted = gradient * weight_C;
      const torch::Tensor mean = (weighted * exact).mean(-1, true);
      grad_x = (weighted * scale).addcmul_(exact, mean * scale.pow(3), -1).to(x.scalar_type());
    }
    return {grad_x, grad_weight, {}, {}};
  }
};

class SiluProduct : public torch::autograd::Function<SiluProduct> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& gate, const torch::Tensor& up) {
    context->save_for_backward({gate, up});
    return at::silu(gate).mul_(up);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &gate = saved[0], &up = saved[1], &gradient = gradients[0];
    return {at::silu_backward(gradient * up, gate), at::silu(gate).mul_(gradient)};
  }
};

class Rotation : public torch::autograd::Function<Rotation> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x_THd,
                               const torch::Tensor& cos_TE, const torch::Tensor& sin_TE) {
    context->save_for_backward({cos_TE, sin_TE});
    return apply_rope(x_THd, {cos_TE, sin_TE});
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    // The way back is the rotation by the opposite angle.
    return {apply_rope(gradients[0], {saved[0], -saved[1]}), {}, {}};
  }
};

}  // namespace

torch::ScalarType linear_type(const torch::Tensor& x) {
  const at::DeviceType device = x.device().type();
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device)
                                                   : x.scalar_type();
}

torch::Tensor rms_norm(const torch::Tensor& x, const torch::Tensor& weight_C, double eps,
                       torch::ScalarType type) {
  if (torch::GradMode::is_enabled()) return RmsNormFunction::apply(x, weight_C, eps, type);
  return normed(x, weight_C, eps).y.to(type);
}

torch::Tensor silu_product(const torch::Tensor& gate, const torch::Tensor& up) {
  if (torch::GradMode::is_enabled()) return SiluProduct::apply(gate, up);
  if (!gate.is_cpu()) return fused_silu_product(gate, up);
  torch::Tensor product = gate;
  return at::silu_(product).mul_(up);
}

torch::Tensor rotated(const torch::Tensor& x_THd, const RopeTable& table) {
  if (torch::GradMode::is_enabled()) return Rotation::apply(x_THd, table.cos_TE, table.sin_TE);
  return apply_rope(x_THd, table);
}

}  // namespace pixelsail
