#pragma once

/// Attention without a dense L x L mask: an image that sees itself and the text around it are separate spans.
/// In half precision on a GPU the spans of all samples are one or two launches (flash_attention.h), elsewhere
/// each is a scaled-dot-product call of its own.
///
/// Legend: T packed tokens, H query heads, G key/value heads, d head size.

#include <torch/types.h>

#include <memory>

#include "model/attention_plan.h"
#include "model/kv_cache.h"

namespace pixelsail {

/// q_THd, k_TGd, v_TGd (rotary positions applied) -> [T, H*d]. With a cache, keys and values are written to
/// it first.
torch::Tensor attend(const torch::Tensor& q_THd, const torch::Tensor& k_TGd, const torch::Tensor& v_TGd,
                     const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache, std::int64_t layer);

}  // namespace pixelsail
