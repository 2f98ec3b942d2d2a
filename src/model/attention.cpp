#include "model/attention.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "model/parallel.h"
#include "model/plan_holder.h"

namespace pixelsail {
namespace {

torch::Tensor fused(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                    const torch::Tensor& mask, bool causal) {
  std::optional<torch::Tensor> bias;
  if (mask.defined()) bias = mask.to(q.scalar_type());
  return at::scaled_dot_product_attention(q, k, v, bias, 0.0, causal);
}

/// The operands of one span as [G, H/G, rows or keys, d]: query heads that share a key/value head stand in
/// one axis, so that keys are shared by expansion instead of copied.
struct PieceViews {
  torch::Tensor q, k, v;
};

PieceViews piece_views(const torch::Tensor& q_LHd, const torch::Tensor& k_GSd, const torch::Tensor& v_GSd) {
  const std::int64_t rows = q_LHd.size(0), heads = q_LHd.size(1), size = q_LHd.size(2);
  const std::int64_t kv_heads = k_GSd.size(0), group = heads / kv_heads, keys = k_GSd.size(1);
  const auto shared = [&](const torch::Tensor& x_GSd) {
    const torch::Tensor expanded = x_GSd.unsqueeze(1).expand({kv_heads, group, keys, size});
    // Kernels of GPUs with a mask read keys that stand still for a group of heads wrongly (pytorch issue 191937).
    return x_GSd.is_cpu() || group == 1 ? expanded : expanded.contiguous();
  };
  return {q_LHd.view({rows, kv_heads, group, size}).permute({1, 2, 0, 3}), shared(k_GSd), shared(v_GSd)};
}

/// One span: q [rows, H, d] against k, v [G, keys, d] -> [rows, H*d].
torch::Tensor attend_piece(const torch::Tensor& q_LHd, const torch::Tensor& k_GSd, const torch::Tensor& v_GSd,
                           const AttentionSpan& span) {
  const PieceViews views = piece_views(q_LHd, k_GSd, v_GSd);
  return fused(views.q, views.k, views.v, span.mask, span.is_square())
      .permute({2, 0, 1, 3})
      .reshape({q_LHd.size(0), q_LHd.size(1) * q_LHd.size(2)});
}

/// A small span as matrix products. The query heads of a key/value head stand below each other as rows R =
/// H/G * rows, so that keys are neither copied nor expanded. Scores are rounded to the type of q; the softmax
/// is computed in float32.
struct SmallPiece {
  /// x / sqrt(d) for x [..., d].
  static torch::Tensor scaled(const torch::Tensor& x) {
    return x * (1.0 / std::sqrt(static_cast<double>(x.size(-1))));
  }
  static torch::Tensor scaled_queries(const torch::Tensor& q_GHLd) { return scaled(q_GHLd).flatten(1, 2); }

  /// -> {out [G, R, d], weights [G, R, keys]}; k, v [G, keys, d].
  static std::pair<torch::Tensor, torch::Tensor> forward(const torch::Tensor& q_GRd,
                                                         const torch::Tensor& k_GSd,
                                                         const torch::Tensor& v_GSd,
                                                         const torch::Tensor& mask) {
    torch::Tensor scores = at::bmm(q_GRd, k_GSd.transpose(1, 2)).to(torch::kFloat32);
    if (mask.defined()) scores.view({q_GRd.size(0), -1, mask.size(0), mask.size(1)}).add_(mask);
    const torch::Tensor weights = at::softmax(scores, -1).to(q_GRd.scalar_type());
    return {at::bmm(weights, v_GSd), weights};
  }

  /// Gradients of {q (scaled), k, v} from that of the output.
  static std::array<torch::Tensor, 3> backward(const torch::Tensor& grad_GRd, const torch::Tensor& q_GRd,
                                               const torch::Tensor& k_GSd, const torch::Tensor& v_GSd,
                                               const torch::Tensor& weights) {
    const torch::Tensor grad_weights = at::bmm(grad_GRd, v_GSd.transpose(1, 2));
    const torch::Tensor grad_scores =
        at::_softmax_backward_data(grad_weights, weights, -1, weights.scalar_type());
    return {at::bmm(grad_scores, k_GSd), at::bmm(grad_scores.transpose(1, 2), q_GRd),
            at::bmm(weights.transpose(1, 2), grad_GRd)};
  }
};

/// Attention of whole samples on the CPU as one node of the autograd graph. Recording every slice of every
/// span costs more than the arithmetic when samples are short, so the kernels and their gradients are called
/// directly.
class PackedAttention : public torch::autograd::Function<PackedAttention> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& q_THd,
                               const torch::Tensor& k_TGd, const torch::Tensor& v_TGd,
                               const std::shared_ptr<const AttentionPlan>& plan) {
    const torch::Tensor out_THd = torch::empty_like(q_THd);
    torch::autograd::variable_list saved{q_THd, k_TGd, v_TGd, out_THd};
    for_each_span(*plan, [&](const SegmentSpans& segment, const AttentionSpan& span) {
      if (plan->is_small(span, q_THd.size(1))) {
        const torch::Tensor q_GHLd = rows_of(q_THd, k_TGd.size(1), segment, span);
        const auto [out, weights] =
            SmallPiece::forward(SmallPiece::scaled_queries(q_GHLd), keys_of(k_TGd, segment, span),
                                keys_of(v_TGd, segment, span), span.mask);
        rows_of(out_THd, k_TGd.size(1), segment, span).copy_(out.view(q_GHLd.sizes()));
        saved.push_back(weights);
        return;
      }
      const PieceViews views = views_of(q_THd, k_TGd, v_TGd, segment, span);
      const auto [out, log_sum] = at::_scaled_dot_product_flash_attention_for_cpu(
          views.q, views.k, views.v, 0.0, span.is_square(), bias(span, q_THd));
      rows_of(out_THd, k_TGd.size(1), segment, span).copy_(out);
      saved.push_back(log_sum);
    });
    context->save_for_backward(saved);
    PlanHolder<AttentionPlan>::keep(context, plan);
    return out_THd;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &q_THd = saved[0], &k_TGd = saved[1], &v_TGd = saved[2], &out_THd = saved[3];
    const auto plan = PlanHolder<AttentionPlan>::of(context);
    const torch::Tensor grad_THd = gradients[0].contiguous();
    const torch::Tensor grad_q = torch::empty_like(q_THd);
    const torch::Tensor grad_k = torch::zeros_like(k_TGd), grad_v = torch::zeros_like(v_TGd);
    std::size_t index = 4;
    for_each_span(*plan, [&](const SegmentSpans& segment, const AttentionSpan& span) {
      const std::int64_t kv_heads = k_TGd.size(1);
      const auto add_keys = [&](const torch::Tensor& grad, const torch::Tensor& piece_GSd) {
        grad.narrow(0, segment.offset, span.keys).add_(piece_GSd.transpose(0, 1));
      };
      if (plan->is_small(span, q_THd.size(1))) {
        const torch::Tensor q_GHLd = rows_of(q_THd, kv_heads, segment, span);
        const auto [piece_q, piece_k, piece_v] = SmallPiece::backward(
            rows_of(grad_THd, kv_heads, segment, span).flatten(1, 2), SmallPiece::scaled_queries(q_GHLd),
            keys_of(k_TGd, segment, span), keys_of(v_TGd, segment, span), saved[index++]);
        rows_of(grad_q, kv_heads, segment, span).copy_(SmallPiece::scaled(piece_q).view(q_GHLd.sizes()));
        add_keys(grad_k, piece_k);
        add_keys(grad_v, piece_v);
        return;
      }
      const PieceViews views = views_of(q_THd, k_TGd, v_TGd, segment, span);
      const auto [piece_q, piece_k, piece_v] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
          rows_of(grad_THd, kv_heads, segment, span), views.q, views.k, views.v,
          rows_of(out_THd, kv_heads, segment, span), saved[index++], 0.0, span.is_square(),
          bias(span, q_THd));
      rows_of(grad_q, kv_heads, segment, span).copy_(piece_q);
      add_keys(grad_k, piece_k.sum(1));
      add_keys(grad_v, piece_v.sum(1));
    });
    return {grad_q, grad_k, grad_v, torch::Tensor()};
  }

 private:
  template <class Body>
  static void for_each_span(const AttentionPlan& plan, const Body& body) {
    for (const SegmentSpans& segment : plan.segments()) {
      for (const AttentionSpan& span : segment.spans) body(segment, span);
    }
  }

  static std::optional<torch::Tensor> bias(const AttentionSpan& span, const torch::Tensor& like) {
    if (!span.mask.defined()) return std::nullopt;
    return span.mask.to(like.scalar_type());
  }

  static PieceViews views_of(const torch::Tensor& q_THd, const torch::Tensor& k_TGd,
                             const torch::Tensor& v_TGd, const SegmentSpans& segment,
                             const AttentionSpan& span) {
    return piece_views(q_THd.narrow(0, segment.offset + span.begin, span.end - span.begin),
                       keys_of(k_TGd, segment, span), keys_of(v_TGd, segment, span));
  }

  /// Keys or values that a span sees, [G, keys, d].
  static torch::Tensor keys_of(const torch::Tensor& x_TGd, const SegmentSpans& segment,
                               const AttentionSpan& span) {
    return x_TGd.narrow(0, segment.offset, span.keys).transpose(0, 1);
  }

  /// Query rows of a span, [G, H/G, rows, d].
  static torch::Tensor rows_of(const torch::Tensor& x_THd, std::int64_t kv_heads, const SegmentSpans& segment,
                               const AttentionSpan& span) {
    const std::int64_t rows = span.end - span.begin;
    return x_THd.narrow(0, segment.offset + span.begin, rows)
        .view({rows, kv_heads, x_THd.size(1) / kv_heads, x_THd.size(2)})
        .permute({1, 2, 0, 3});
  }
};

/// A large span without a mask on the CPU in inference: tiles of query rows, whose scores stay in the cache,
/// as matrix products, one tile a thread. About twice as fast as the fused kernel, which has to be ready for
/// masks and gradients.
torch::Tensor attend_tiles(const torch::Tensor& q_LHd, const torch::Tensor& k_GSd,
                           const torch::Tensor& v_GSd) {
  const std::int64_t rows = q_LHd.size(0), heads = q_LHd.size(1), size = q_LHd.size(2);
  const std::int64_t kv_heads = k_GSd.size(0), group = heads / kv_heads, keys = k_GSd.size(1);
  constexpr std::int64_t kTileScores = 1 << 17;
  const std::int64_t tile = std::clamp<std::int64_t>(kTileScores / (keys * group), 1, rows);
  const std::int64_t tiles = (rows + tile - 1) / tile;
  const torch::Tensor out_LHd = torch::empty({rows, heads, size}, q_LHd.options());
  run_parallel(kv_heads * tiles, 1, [&](std::int64_t begin, std::int64_t end) {
    const torch::InferenceMode inference;  // of this thread
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t head = i / tiles, first = i % tiles * tile, count = std::min(tile, rows - first);
      const auto part = [&](const torch::Tensor& x_LHd) {
        return x_LHd.narrow(0, first, count).narrow(1, head * group, group);
      };
      const torch::Tensor q_Rd = SmallPiece::scaled(part(q_LHd)).reshape({count * group, size});
      const torch::Tensor weights_RS = at::softmax(at::mm(q_Rd, k_GSd[head].t()), -1);
      part(out_LHd).copy_(at::mm(weights_RS, v_GSd[head]).view({count, group, size}));
    }
  });
  return out_LHd.flatten(1);
}

/// All samples in one or two launches. Keys of a cache lie apart from sequence to sequence and are put one after another.
torch::Tensor attend_flash(const torch::Tensor& q_THd, const torch::Tensor& k_TGd, const torch::Tensor& v_TGd,
                           const AttentionPlan& plan, KvCache* cache, std::int64_t layer) {
  if (cache == nullptr) return flash_attention(q_THd, k_TGd, v_TGd, plan.flash()).flatten(1);
  std::vector<torch::Tensor> keys, values;
  for (std::size_t i = 0; i < plan.segments().size(); ++i) {
    const SegmentSpans& segment = plan.segments()[i];
    const auto sequence = static_cast<std::int64_t>(i);
    cache->write(layer, sequence, k_TGd.narrow(0, segment.offset, segment.length),
                 v_TGd.narrow(0, segment.offset, segment.length));
    if (plan.begins()) continue;
    const std::int64_t total = segment.past + segment.length;
    keys.push_back(cache->keys(layer, sequence, total).transpose(0, 1));
    values.push_back(cache->values(layer, sequence, total).transpose(0, 1));
  }
  if (plan.begins()) return flash_attention(q_THd, k_TGd, v_TGd, plan.flash()).flatten(1);
  return flash_attention(q_THd, torch::cat(keys), torch::cat(values), plan.flash()).flatten(1);
}

bool in_tiles(const AttentionSpan& span, const torch::Tensor& q_THd) {
  constexpr std::int64_t kManyRows = 64;
  return q_THd.is_cpu() && !torch::GradMode::is_enabled() && q_THd.scalar_type() == torch::kFloat32 &&
         !span.is_square() && !span.mask.defined() && span.end - span.begin >= kManyRows;
}

}  // namespace

torch::Tensor attend(const torch::Tensor& q_THd, const torch::Tensor& k_TGd, const torch::Tensor& v_TGd,
                     const std::shared_ptr<const AttentionPlan>& shared_plan, KvCache* cache,
                     std::int64_t layer) {
  const AttentionPlan& plan = *shared_plan;
  if (plan.flash()) return attend_flash(q_THd, k_TGd, v_TGd, plan, cache, layer);
  if (cache == nullptr && q_THd.is_cpu() && torch::GradMode::is_enabled())
    return PackedAttention::apply(q_THd, k_TGd, v_TGd, shared_plan).flatten(1);
  std::vector<torch::Tensor> outputs;
  for (std::size_t i = 0; i < plan.segments().size(); ++i) {
    const SegmentSpans& segment = plan.segments()[i];
    const auto sequence = static_cast<std::int64_t>(i);
    const torch::Tensor q = q_THd.narrow(0, segment.offset, segment.length);
    torch::Tensor k = k_TGd.narrow(0, segment.offset, segment.length);
    torch::Tensor v = v_TGd.narrow(0, segment.offset, segment.length);
    if (cache != nullptr) {
      cache->write(layer, sequence, k, v);
      k = cache->keys(layer, sequence, segment.past + segment.length);
      v = cache->values(layer, sequence, segment.past + segment.length);
    } else {
      k = k.transpose(0, 1);
      v = v.transpose(0, 1);
    }
    for (const AttentionSpan& span : segment.spans) {
      const torch::Tensor piece_q = q.slice(0, span.begin, span.end);
      const torch::Tensor piece_k = k.narrow(1, 0, span.keys), piece_v = v.narrow(1, 0, span.keys);
      outputs.push_back(in_tiles(span, q_THd) ? attend_tiles(piece_q, piece_k, piece_v)
                                              : attend_piece(piece_q, piece_k, piece_v, span));
    }
  }
  return outputs.size() == 1 ? outputs[0] : torch::cat(outputs);
}

}  // namespace pixelsail
