#include "operators.h"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>

#include <cmath>
#include <limits>

#include "tensors.h"

namespace pixelsail::cuda {
namespace {

/// Kernels count heads and sequences in int, and blocks along the axes of sequences and heads in 16 bits.
constexpr std::int64_t kMostOfAnAxis = 65535;
constexpr std::int64_t kMostHeadSize = 256;

int small(const char* operation, const char* name, std::int64_t value) {
  TORCH_CHECK(value <= kMostOfAnAxis, operation, ": ", name, " is ", value, ", more than ", kMostOfAnAxis);
  return static_cast<int>(value);
}

/// With dense rows of elements.
at::Tensor dense_rows(const at::Tensor& tensor) {
  return tensor.stride(-1) == 1 ? tensor : tensor.contiguous();
}

bool same_type(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type();
}

/// Shapes of q, a cache and lengths, which two operators share.
void check_cache(const char* operation, const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                 const at::Tensor& past) {
  TORCH_CHECK(q.dim() == 3, operation, ": q has sizes ", q.sizes(), " in place of [B, H, d]");
  check_tensor(operation, "keys", keys, q, {q.size(0), -1, -1, q.size(2)});
  check_tensor(operation, "values", values, q, keys.sizes());
  check_tensor(operation, "past", past, q, {q.size(0)});
  TORCH_CHECK(past.scalar_type() == at::kLong && past.is_contiguous(), operation,
              ": past is no contiguous int64");
  TORCH_CHECK(keys.size(1) > 0 && q.size(1) % keys.size(1) == 0, operation, ": ", q.size(1),
              " query heads do not share ", keys.size(1), " key/value heads evenly");
}

}  // namespace

at::Tensor rope_store(const at::Tensor& q_BHd, const at::Tensor& k_BGd, const at::Tensor& v_BGd,
                      const at::Tensor& cos_BE, const at::Tensor& sin_BE, at::Tensor keys_BGSd,
                      at::Tensor values_BGSd, const at::Tensor& past_B) {
  constexpr const char* kName = "pixelsail::rope_store";
  check_cache(kName, q_BHd, keys_BGSd, values_BGSd, past_B);
  const std::int64_t batch = q_BHd.size(0), kv_heads = keys_BGSd.size(1), size = q_BHd.size(2);
  TORCH_CHECK(size % 2 == 0, kName, ": heads of ", size, " elements have no halves");
  check_tensor(kName, "k", k_BGd, q_BHd, {batch, kv_heads, size});
  check_tensor(kName, "v", v_BGd, q_BHd, {batch, kv_heads, size});
  check_tensor(kName, "cos", cos_BE, q_BHd, {batch, size / 2});
  check_tensor(kName, "sin", sin_BE, q_BHd, {batch, size / 2});
  const std::optional<Element> element = element_of(q_BHd);
  const bool one_type = same_type(q_BHd, k_BGd) && same_type(q_BHd, v_BGd) && same_type(q_BHd, keys_BGSd) &&
                        same_type(q_BHd, values_BGSd) && same_type(cos_BE, sin_BE) &&
                        (cos_BE.scalar_type() == at::kFloat || same_type(cos_BE, q_BHd));
  if (!element || !one_type || keys_BGSd.stride(3) != 1 || values_BGSd.stride(3) != 1) {
    return by_torch<decltype(rope_store)>(kName, q_BHd, k_BGd, v_BGd, cos_BE, sin_BE, keys_BGSd, values_BGSd,
                                          past_B);
  }
  const c10::OptionalDeviceGuard guard(q_BHd.device());
  const at::Tensor q = dense_rows(q_BHd), k = dense_rows(k_BGd), v = dense_rows(v_BGd);
  const at::Tensor cos = cos_BE.contiguous(), sin = sin_BE.contiguous();
  at::Tensor rotated = at::empty(q.sizes(), q.options());
  const RopeStore arguments{.q = q.const_data_ptr(),
                            .k = k.const_data_ptr(),
                            .v = v.const_data_ptr(),
                            .q_strides = strides_of(q),
                            .k_strides = strides_of(k),
                            .v_strides = strides_of(v),
                            .cos = cos.const_data_ptr(),
                            .sin = sin.const_data_ptr(),
                            .float_table = cos.scalar_type() == at::kFloat,
                            .rotated = rotated.mutable_data_ptr(),
                            .keys = keys_BGSd.mutable_data_ptr(),
                            .values = values_BGSd.mutable_data_ptr(),
                            .key_strides = strides_of(keys_BGSd),
                            .value_strides = strides_of(values_BGSd),
                            .past = past_B.const_data_ptr<std::int64_t>(),
                            .batch = small(kName, "B", batch),
                            .heads = small(kName, "H", q.size(1)),
                            .kv_heads = small(kName, "G", kv_heads),
                            .size = small(kName, "d", size),
                            .capacity = keys_BGSd.size(2)};
  check_launch(kName, launch_rope_store(*element, arguments, current_stream(q)));
  return rotated;
}

at::Tensor decode_attention(const at::Tensor& q_BHd, const at::Tensor& keys_BGSd,
                            const at::Tensor& values_BGSd, const at::Tensor& past_B, std::int64_t longest) {
  constexpr const char* kName = "pixelsail::decode_attention";
  check_cache(kName, q_BHd, keys_BGSd, values_BGSd, past_B);
  const std::int64_t batch = q_BHd.size(0), heads = q_BHd.size(1), size = q_BHd.size(2);
  TORCH_CHECK(longest >= 0 && longest <= keys_BGSd.size(2), kName, ": longest is ", longest,
              ", but the cache holds ", keys_BGSd.size(2), " tokens");
  const std::optional<Element> element = element_of(q_BHd);
  if (!element || !same_type(q_BHd, keys_BGSd) || !same_type(q_BHd, values_BGSd) || size % 8 != 0 ||
      size > kMostHeadSize || !is_packed(keys_BGSd) || !is_packed(values_BGSd)) {
    return by_torch<decltype(decode_attention)>(kName, q_BHd, keys_BGSd, values_BGSd, past_B, longest);
  }
  const c10::OptionalDeviceGuard guard(q_BHd.device());
  const at::Tensor q = is_packed(q_BHd) ? q_BHd : q_BHd.clone(at::MemoryFormat::Contiguous);
  const std::int64_t chunks = (longest + kAttentionChunk - 1) / kAttentionChunk;
  TORCH_CHECK(chunks <= std::numeric_limits<int>::max(), kName, ": longest is ", longest);
  at::Tensor scratch = at::empty({batch * heads * chunks * (size + 2)}, q.options().dtype(at::kFloat));
  at::Tensor out = at::empty(q.sizes(), q.options());
  float* parts = scratch.mutable_data_ptr<float>();
  const DecodeAttention arguments{.q = q.const_data_ptr(),
                                  .q_strides = strides_of(q),
                                  .keys = keys_BGSd.const_data_ptr(),
                                  .values = values_BGSd.const_data_ptr(),
                                  .key_strides = strides_of(keys_BGSd),
                                  .value_strides = strides_of(values_BGSd),
                                  .past = past_B.const_data_ptr<std::int64_t>(),
                                  .parts = parts,
                                  .maxima = parts + batch * heads * chunks * size,
                                  .sums = parts + batch * heads * chunks * (size + 1),
                                  .out = out.mutable_data_ptr(),
                                  .batch = small(kName, "B", batch),
                                  .heads = small(kName, "H", heads),
                                  .kv_heads = small(kName, "G", keys_BGSd.size(1)),
                                  .size = static_cast<int>(size),
                                  .capacity = keys_BGSd.size(2),
                                  .chunks = static_cast<int>(chunks),
                                  .scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(size)))};
  check_launch(kName, launch_decode_attention(*element, arguments, current_stream(q)));
  return out;
}

at::Tensor silu_product(const at::Tensor& gate, const at::Tensor& up) {
  constexpr const char* kName = "pixelsail::silu_product";
  TORCH_CHECK(gate.dim() > 0, kName, ": gate is a single number");
  check_tensor(kName, "up", up, gate, gate.sizes());
  const std::optional<Element> element = element_of(gate);
  if (!element || !same_type(gate, up)) return by_torch<decltype(silu_product)>(kName, gate, up);
  at::Tensor out = at::empty(gate.sizes(), gate.options());
  if (gate.numel() == 0) return out;
  const c10::OptionalDeviceGuard guard(gate.device());
  const std::int64_t columns = gate.size(-1);
  const at::Tensor gate_RI = dense_rows(gate.reshape({-1, columns}));
  const at::Tensor up_RI = dense_rows(up.reshape({-1, columns}));
  const SiluProduct arguments{
      .gate = gate_RI.const_data_ptr(),
      .up = up_RI.const_data_ptr(),
      .out = out.mutable_data_ptr(),
      .rows = gate_RI.size(0),
      .columns = columns,
      .gate_stride = gate_RI.stride(0),
      .up_stride = up_RI.stride(0),
      .packed = is_packed(gate_RI) && is_packed(up_RI) && is_packed(out.view({-1, columns}))};
  check_launch(kName, launch_silu_product(*element, arguments, current_stream(gate)));
  return out;
}

}  // namespace pixelsail::cuda
