#include "model/fused_ops.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>
#include <torch/torch.h>

#include <limits>

#include "model/quantized_weight.h"

namespace pixelsail {
namespace {

using OptionalTensor = std::optional<torch::Tensor>;

torch::Tensor rope_store_by_torch(const torch::Tensor& q_BHd, const torch::Tensor& k_BGd,
                                  const torch::Tensor& v_BGd, const torch::Tensor& cos_BE,
                                  const torch::Tensor& sin_BE, torch::Tensor keys_BGSd,
                                  torch::Tensor values_BGSd, const torch::Tensor& past_B) {
  const RopeTable table{cos_BE, sin_BE};
  const torch::Tensor place_BG1d =
      past_B.view({-1, 1, 1, 1}).expand({k_BGd.size(0), k_BGd.size(1), 1, k_BGd.size(2)});
  const auto store = [&](torch::Tensor& held_BGSd, const torch::Tensor& x_BGd) {
    held_BGSd.scatter_(2, place_BG1d, x_BGd.unsqueeze(2).to(held_BGSd.scalar_type()));
  };
  store(keys_BGSd, apply_rope(k_BGd, table));
  store(values_BGSd, v_BGd);
  return apply_rope(q_BHd, table);
}

torch::Tensor decode_attention_by_torch(const torch::Tensor& q_BHd, const torch::Tensor& keys_BGSd,
                                        const torch::Tensor& values_BGSd, const torch::Tensor& past_B,
                                        std::int64_t longest) {
  return masked_attention(q_BHd, keys_BGSd, values_BGSd,
                          attention_mask(past_B, longest, q_BHd.scalar_type()));
}

torch::Tensor silu_product_by_torch(const torch::Tensor& gate, const torch::Tensor& up) {
  return at::silu(gate).mul_(up);
}

torch::Tensor product_by_torch(const torch::Tensor& x, const torch::Tensor& data, const torch::Tensor& scales,
                               const OptionalTensor& bias, std::int64_t columns) {
  const torch::Tensor weight_OI = detail::dequantize_by_torch(data, scales, columns, x.scalar_type());
  return at::linear(x, weight_OI, bias ? bias->to(x.scalar_type()) : torch::Tensor());
}

torch::Tensor int8_by_torch(const torch::Tensor& x, const torch::Tensor& data, const torch::Tensor& scales,
                            const OptionalTensor& bias) {
  return product_by_torch(x, data, scales, bias, data.size(1));
}

/// The operator as a function. Its schema stands below; one of another shape throws here.
template <class Signature>
auto operator_of(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

OptionalTensor given(const torch::Tensor& tensor) {
  return tensor.defined() ? OptionalTensor(tensor) : std::nullopt;
}

TORCH_LIBRARY(pixelsail, m) {
  m.def(
      "rope_store(Tensor q, Tensor k, Tensor v, Tensor cos, Tensor sin, Tensor(a!) keys, Tensor(b!) values, "
      "Tensor past) -> Tensor");
  m.def("decode_attention(Tensor q, Tensor keys, Tensor values, Tensor past, int longest) -> Tensor");
  m.def("silu_product(Tensor gate, Tensor up) -> Tensor");
  m.def("int8_product(Tensor x, Tensor data, Tensor scales, Tensor? bias) -> Tensor");
  m.def("int4_product(Tensor x, Tensor data, Tensor scales, Tensor? bias, int columns) -> Tensor");
}

TORCH_LIBRARY_IMPL(pixelsail, CompositeExplicitAutograd, m) {
  m.impl("rope_store", TORCH_FN(rope_store_by_torch));
  m.impl("decode_attention", TORCH_FN(decode_attention_by_torch));
  m.impl("silu_product", TORCH_FN(silu_product_by_torch));
  m.impl("int8_product", TORCH_FN(int8_by_torch));
  m.impl("int4_product", TORCH_FN(product_by_torch));
}

}  // namespace

torch::Tensor rope_store(const torch::Tensor& q_BHd, const torch::Tensor& k_BGd, const torch::Tensor& v_BGd,
                         const RopeTable& table, torch::Tensor keys_BGSd, torch::Tensor values_BGSd,
                         const torch::Tensor& past_B) {
  static const auto kOperator = operator_of<decltype(rope_store_by_torch)>("pixelsail::rope_store");
  return kOperator.call(q_BHd, k_BGd, v_BGd, table.cos_TE, table.sin_TE, std::move(keys_BGSd),
                        std::move(values_BGSd), past_B);
}

torch::Tensor decode_attention(const torch::Tensor& q_BHd, const torch::Tensor& keys_BGSd,
                               const torch::Tensor& values_BGSd, const torch::Tensor& past_B,
                               std::int64_t longest) {
  static const auto kOperator =
      operator_of<decltype(decode_attention_by_torch)>("pixelsail::decode_attention");
  return kOperator.call(q_BHd, keys_BGSd, values_BGSd, past_B, longest);
}

torch::Tensor attention_mask(const torch::Tensor& past_B, std::int64_t longest, torch::ScalarType type) {
  const torch::Tensor hidden_BS = torch::arange(longest, past_B.options()) > past_B.unsqueeze(1);
  return torch::zeros({past_B.size(0), longest}, past_B.options().dtype(type))
      .masked_fill_(hidden_BS, -std::numeric_limits<double>::infinity())
      .view({-1, 1, 1, longest});
}

torch::Tensor masked_attention(const torch::Tensor& q_BHd, const torch::Tensor& keys_BGSd,
                               const torch::Tensor& values_BGSd, const torch::Tensor& mask_B11S) {
  const std::int64_t batch = q_BHd.size(0), heads = q_BHd.size(1), size = q_BHd.size(2),
                     kv_heads = keys_BGSd.size(1), longest = mask_B11S.size(3);
  // The query heads of a key/value head are its query rows: keys are not copied for each.
  return at::scaled_dot_product_attention(q_BHd.view({batch, kv_heads, heads / kv_heads, size}),
                                          keys_BGSd.narrow(2, 0, longest), values_BGSd.narrow(2, 0, longest),
                                          mask_B11S, 0.0, false)
      .reshape({batch, heads, size});
}

torch::Tensor fused_silu_product(const torch::Tensor& gate, const torch::Tensor& up) {
  static const auto kOperator = operator_of<decltype(silu_product_by_torch)>("pixelsail::silu_product");
  return kOperator.call(gate, up);
}

torch::Tensor int8_product(const torch::Tensor& x, const torch::Tensor& data, const torch::Tensor& scales,
                           const torch::Tensor& bias) {
  static const auto kOperator = operator_of<decltype(int8_by_torch)>("pixelsail::int8_product");
  return kOperator.call(x, data, scales, given(bias));
}

torch::Tensor int4_product(const torch::Tensor& x, const torch::Tensor& data, const torch::Tensor& scales,
                           const torch::Tensor& bias, std::int64_t columns) {
  static const auto kOperator = operator_of<decltype(product_by_torch)>("pixelsail::int4_product");
  return kOperator.call(x, data, scales, given(bias), columns);
}

}  // namespace pixelsail
