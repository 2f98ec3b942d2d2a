#pragma once

/// The kernels of the plug-in as functions on raw pointers of the device, in files that know CUDA and not torch.
/// Each starts its kernels on `stream` (a cudaStream_t) and returns null, or what CUDA says against it.
///
/// Legend: B sequences with one token each, H query heads, G key/value heads, d head size, E = d / 2, S capacity
/// of a cache in tokens, R rows, I in, O out. Strides count elements; the last axis is dense everywhere.

#include <cstdint>

namespace pixelsail::cuda {

/// Of activations.
enum class Element { kFloat32, kBfloat16, kFloat16 };

/// A tensor [B, heads, d] or, with `row`, a cache [B, G, S, d].
struct Strides {
  std::int64_t batch = 0, head = 0, row = 0;
};

struct RopeStore {
  const void* q = nullptr;  ///< [B, H, d]
  const void* k = nullptr;  ///< [B, G, d]
  const void* v = nullptr;  ///< [B, G, d]
  Strides q_strides, k_strides, v_strides;
  const void* cos = nullptr;  ///< [B, E], dense, float32 or the element type
  const void* sin = nullptr;
  bool float_table = true;
  void* rotated = nullptr;  ///< [B, H, d], dense
  void* keys = nullptr;     ///< [B, G, S, d]
  void* values = nullptr;
  Strides key_strides, value_strides;
  const std::int64_t* past = nullptr;  ///< [B]; a sequence whose row is none of the cache stores nothing
  int batch = 0, heads = 0, kv_heads = 0, size = 0;
  std::int64_t capacity = 0;
};
const char* launch_rope_store(Element element, const RopeStore& arguments, void* stream);

/// Keys that one block of decode_attention() reads: the same for every length, so that a sequence has the same
/// bits alone and in company.
inline constexpr int kAttentionChunk = 64;

struct DecodeAttention {
  const void* q = nullptr;  ///< [B, H, d]
  Strides q_strides;
  const void* keys = nullptr;  ///< [B, G, S, d]; pointers and strides are multiples of 16 bytes
  const void* values = nullptr;
  Strides key_strides, value_strides;
  const std::int64_t* past = nullptr;  ///< [B]; a sequence sees keys 0 .. past, none below 0
  float* parts = nullptr;              ///< scratch [B, H, chunks, d]
  float* maxima = nullptr;             ///< scratch [B, H, chunks]
  float* sums = nullptr;               ///< scratch [B, H, chunks]
  void* out = nullptr;                 ///< [B, H, d], dense
  int batch = 0, heads = 0, kv_heads = 0, size = 0;
  std::int64_t capacity = 0;
  int chunks = 0;  ///< of kAttentionChunk keys, up to the longest sequence
  float scale = 1;
};
const char* launch_decode_attention(Element element, const DecodeAttention& arguments, void* stream);

/// out = silu(gate) * up, [R, I].
struct SiluProduct {
  const void* gate = nullptr;
  const void* up = nullptr;
  void* out = nullptr;  ///< dense
  std::int64_t rows = 0, columns = 0, gate_stride = 0, up_stride = 0;
  bool packed = false;  ///< rows begin at multiples of 16 bytes
};
const char* launch_silu_product(Element element, const SiluProduct& arguments, void* stream);

/// Rows of x that compact_product() takes at once.
inline constexpr int kMostRows = 8;

/// A weight in 8 or 4 bits as kernels/matrix.h describes it.
struct CompactWeight {
  bool four_bits = false;
  const void* data = nullptr;
  const void* scales = nullptr;
  std::int64_t outputs = 0, columns = 0;
  bool packed = false;  ///< rows of `data` begin at multiples of 16 bytes
};

/// out = x W^T + bias; x [R, I] with at most kMostRows rows, out [R, O], both dense.
struct CompactProduct {
  CompactWeight weight;
  const void* x = nullptr;
  const void* bias = nullptr;  ///< [O] in the element type, or null
  void* out = nullptr;
  int rows = 0;
  bool packed = false;  ///< rows of x begin at multiples of 16 bytes
};
const char* launch_compact_product(Element element, const CompactProduct& arguments, void* stream);

/// Rows [first, first + count) of the weight in the element type, [count, I] dense.
struct Dequantize {
  CompactWeight weight;
  std::int64_t first = 0, count = 0;
  void* out = nullptr;
  bool packed = false;  ///< rows of `out` begin at multiples of 16 bytes
};
const char* launch_dequantize(Element element, const Dequantize& arguments, void* stream);

}  // namespace pixelsail::cuda
