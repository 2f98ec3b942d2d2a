#include "model/attention_plan.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>

namespace pixelsail {
namespace {

/// Additive causal mask of the last `rows` positions of `keys`.
torch::Tensor causal_mask(std::int64_t rows, std::int64_t keys, torch::Device device) {
  return torch::full({rows, keys}, -std::numeric_limits<float>::infinity(),
                     torch::TensorOptions().device(device))
      .triu(keys - rows + 1);
}

}  // namespace

AttentionPlan::AttentionPlan(const std::vector<Segment>& segments, const KvCache* cache,
                             const AttentionOptions& options)
    : small_scores_(options.small_scores) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const std::int64_t past = cache != nullptr ? cache->length(static_cast<std::int64_t>(i)) : 0;
    begins_ = begins_ && past == 0;
    SegmentSpans cut{segment.offset, segment.length, past, {}};
    const auto add = [&](std::int64_t begin, std::int64_t end, SpanKind kind) {
      if (begin == end) return;
      if (kind == SpanKind::kCausal && past + begin == 0) kind = SpanKind::kSquare;
      cut.spans.push_back({begin, end, past + end, kind, {}});
    };
    if (!options.image_sees_itself || segment.image_begin == segment.image_end) {
      add(0, segment.length, SpanKind::kCausal);
    } else {
      add(0, segment.image_begin, SpanKind::kCausal);
      add(segment.image_begin, segment.image_end, SpanKind::kFull);
      add(segment.image_end, segment.length, SpanKind::kCausal);
    }
    segments_.push_back(std::move(cut));
  }
  if (flash_fits(options.device, options.type, options.head_size)) {
    make_flash(options.device);
  } else {
    make_masks(options.device);
  }
}

void AttentionPlan::make_masks(torch::Device device) {
  for (SegmentSpans& segment : segments_) {
    for (AttentionSpan& span : segment.spans) {
      if (span.kind == SpanKind::kCausal && span.end - span.begin > 1)
        span.mask = causal_mask(span.end - span.begin, span.keys, device);
    }
  }
}

void AttentionPlan::make_flash(torch::Device device) {
  std::vector<FlashSpan> spans;
  std::int64_t rows = 0, keys = 0;
  for (const SegmentSpans& segment : segments_) {
    for (const AttentionSpan& span : segment.spans) {
      spans.push_back({.begin = segment.offset + span.begin,
                       .end = segment.offset + span.end,
                       .first_key = keys,
                       .keys = span.keys,
                       .causal = span.kind != SpanKind::kFull});
    }
    rows += segment.length;
    keys += segment.past + segment.length;
  }
  flash_ = std::make_shared<const FlashPlan>(plan_flash(spans, rows, keys, device));
}

}  // namespace pixelsail
