#pragma once

/// Attention of all samples of a packed run in one or two launches, where the device has FlashAttention's kernels:
/// half precision on a GPU of compute capability 8.0 or newer. The operators are called by their own names, so that
/// there is no choice to make: the kernels that torch would choose among build a plan for every new shape, or read
/// shared keys wrongly (docs/architecture.md, "Attention").
///
/// Legend: T packed tokens, S keys of all sequences one after another, H query heads, G key/value heads, d head size.

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace pixelsail {

/// Query rows of a sequence that see its first `keys` keys: all of them, or the last `end - begin` keys up to each
/// row's own.
struct FlashSpan {
  std::int64_t begin, end;  ///< of the packed run
  std::int64_t first_key;   ///< of its sequence, among all keys
  std::int64_t keys;
  bool causal;
};

/// One launch: spans one after another. Rows are gathered where they do not lie so already.
struct FlashCall {
  torch::Tensor query_rows, key_rows;            ///< int32 into T and S; undefined: all in order
  torch::Tensor query_bounds, key_bounds;        ///< int32 [spans + 1]
  std::int64_t most_queries = 0, most_keys = 0;  ///< of a span
  bool causal = false;
};

/// The launches of a packed run, made once for all layers.
struct FlashPlan {
  std::vector<FlashCall> calls;
  torch::Tensor
      place_T;  ///< int32, where each row stands in the outputs one after another; undefined: in order
};

/// Whether the device has the kernels for this type and head size.
bool flash_fits(torch::Device device, torch::ScalarType type, std::int64_t head_size);

/// The spans cover each of `rows` packed rows once. One copy to the device.
FlashPlan plan_flash(const std::vector<FlashSpan>& spans, std::int64_t rows, std::int64_t keys,
                     torch::Device device);

/// q [T, H, d], k and v [S, G, d] -> [T, H, d]; with gradients where they are asked for.
torch::Tensor flash_attention(const torch::Tensor& q_THd, const torch::Tensor& k_SGd,
                              const torch::Tensor& v_SGd, const std::shared_ptr<const FlashPlan>& plan);

}  // namespace pixelsail
