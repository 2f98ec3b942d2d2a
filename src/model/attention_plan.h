#pragma once

/// Who sees whom in a packed run: made once for all layers of a forward pass.

#include <torch/types.h>

#include <memory>
#include <vector>

#include "model/flash_attention.h"
#include "model/kv_cache.h"
#include "model/packed.h"

namespace pixelsail {

enum class SpanKind {
  kFull,    ///< every row sees all keys
  kSquare,  ///< causal, from the first key of the sequence
  kCausal,  ///< causal behind earlier keys: the last row sees all keys, the one before all but one, ...
};

/// Query rows of a segment and their keys.
struct AttentionSpan {
  std::int64_t begin, end;  ///< query rows, relative to the segment
  std::int64_t keys;        ///< the first `keys` keys of the sequence
  SpanKind kind = SpanKind::kFull;
  torch::Tensor mask;  ///< additive [rows, keys] of kCausal; undefined for a single row, and for flash
  bool is_square() const { return kind == SpanKind::kSquare; }
};

/// A segment cut into spans: rows offset .. offset + length of the packed run, behind `past` cached keys.
struct SegmentSpans {
  std::int64_t offset, length, past;
  std::vector<AttentionSpan> spans;
};

/// What decides how attention is computed.
struct AttentionOptions {
  /// Up to how many scores (heads * rows * keys) a span is small.
  static constexpr std::int64_t kSmallScores = 1 << 21;

  torch::Device device = torch::kCPU;
  torch::ScalarType type = torch::kFloat32;  ///< of queries, keys and values
  std::int64_t head_size = 0;
  bool image_sees_itself = true;  ///< attention inside an image has no direction; else everything is causal
  std::int64_t small_scores = kSmallScores;
};

/// What all layers of one forward pass share: where the samples lie and the causal masks of text behind an
/// image.
class AttentionPlan {
 public:
  /// With a cache, segment i continues sequence i of it.
  AttentionPlan(const std::vector<Segment>& segments, const KvCache* cache, const AttentionOptions& options);

  const std::vector<SegmentSpans>& segments() const { return segments_; }
  /// Whether training on the CPU computes a span as plain matrix products that keep its scores: several
  /// times faster than the fused kernel while they fit the caches.
  bool is_small(const AttentionSpan& span, std::int64_t heads) const {
    return !span.is_square() && heads * (span.end - span.begin) * span.keys <= small_scores_;
  }
  /// Undefined where the device, the type or the head size has no such kernels.
  const std::shared_ptr<const FlashPlan>& flash() const { return flash_; }
  /// No sequence has cached keys before this pass.
  bool begins() const { return begins_; }

 private:
  void make_masks(torch::Device device);
  void make_flash(torch::Device device);

  std::vector<SegmentSpans> segments_;
  std::int64_t small_scores_;
  bool begins_ = true;
  std::shared_ptr<const FlashPlan> flash_;
};

}  // namespace pixelsail
