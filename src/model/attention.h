#pragma once

/// Attention without a dense L x L mask: an image that sees itself and the text around it are separate fused
/// scaled-dot-product calls.
///
/// Legend: T packed tokens, B sequences, H query heads, G key/value heads, d head size.

#include <torch/types.h>

#include <memory>
#include <vector>

#include "model/kv_cache.h"
#include "model/packed.h"

namespace pixelsail {

/// Query rows of a segment that see the same keys.
struct AttentionSpan {
  std::int64_t begin, end;  ///< query rows, relative to the segment
  std::int64_t keys;        ///< they see the first `keys` keys of the sequence ...
  bool causal = false;      ///< ... all (false), or a square causal span from the first key
  torch::Tensor mask;       ///< additive [rows, keys] for causal rows that begin behind earlier keys
};

/// A segment cut into spans: rows offset .. offset + length of the packed run, behind `past` cached keys.
struct SegmentSpans {
  std::int64_t offset, length, past;
  std::vector<AttentionSpan> spans;
};

/// What all layers of one forward pass share: where the samples lie and the causal masks of text behind an
/// image.
class AttentionPlan {
 public:
  /// Up to how many scores (heads * rows * keys) a span is small.
  static constexpr std::int64_t kSmallScores = 1 << 21;

  /// With a cache, segment i continues sequence i of it. `image_sees_itself`: attention inside an image has
  /// no direction; else everything is causal.
  AttentionPlan(const std::vector<Segment>& segments, const KvCache* cache, torch::Device device,
                bool image_sees_itself = true, std::int64_t small_scores = kSmallScores);

  const std::vector<SegmentSpans>& segments() const { return segments_; }
  /// Every segment is one token behind a cache: one batched call.
  bool is_step() const { return is_step_; }
  /// Whether training on the CPU computes a span as plain matrix products that keep its scores: several
  /// times faster than the fused kernel while they fit the caches.
  bool is_small(const AttentionSpan& span, std::int64_t heads) const {
    return !span.causal && heads * (span.end - span.begin) * span.keys <= small_scores_;
  }
  /// Longest sequence after this pass, and an additive mask [B, 1, 1, total] (undefined when all are equally
  /// long).
  std::int64_t step_total() const { return step_total_; }
  const torch::Tensor& step_mask() const { return step_mask_; }

 private:
  std::vector<SegmentSpans> segments_;
  std::int64_t small_scores_;
  bool is_step_ = false;
  std::int64_t step_total_ = 0;
  torch::Tensor step_mask_;
};

/// q_THd, k_TGd, v_TGd (rotary positions applied) -> [T, H*d]. With a cache, keys and values are written to
/// it first.
torch::Tensor attend(const torch::Tensor& q_THd, const torch::Tensor& k_TGd, const torch::Tensor& v_TGd,
                     const std::shared_ptr<const AttentionPlan>& plan, KvCache* cache, std::int64_t layer);

}  // namespace pixelsail
