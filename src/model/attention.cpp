#include "model/attention.h"

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

torch::Tensor fused(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                    const torch::Tensor& mask, bool causal) {
  std::optional<torch::Tensor> bias;
  if (mask.defined()) bias = mask.to(q.scalar_type());
  return at::scaled_dot_product_attention(q, k, v, bias, 0.0, causal);
}

/// One piece: q [rows, H, d] against k, v [G, keys, d] -> [rows, H*d]. Query heads of one key/value head form
/// the head axis, so that keys are shared by expansion instead of copied.
torch::Tensor attend_piece(const torch::Tensor& q_LHd, const torch::Tensor& k_GSd, const torch::Tensor& v_GSd,
                           const AttentionPlan::Piece& piece) {
  const std::int64_t rows = q_LHd.size(0), heads = q_LHd.size(1), size = q_LHd.size(2);
  const std::int64_t kv_heads = k_GSd.size(0), group = heads / kv_heads;
  const torch::Tensor q = q_LHd.view({rows, kv_heads, group, size}).permute({1, 2, 0, 3});
  const torch::Tensor k = k_GSd.unsqueeze(1).expand({kv_heads, group, k_GSd.size(1), size});
  const torch::Tensor v = v_GSd.unsqueeze(1).expand({kv_heads, group, v_GSd.size(1), size});
  return fused(q, k, v, piece.mask, piece.causal).permute({2, 0, 1, 3}).reshape({rows, heads * size});
}

/// One new token for each of B sequences.
torch::Tensor attend_step(const torch::Tensor& q_BHd, const torch::Tensor& k_BGd, const torch::Tensor& v_BGd,
                          const AttentionPlan& plan, KvCache& cache, std::int64_t layer) {
  cache.write_step(layer, k_BGd, v_BGd);
  const std::int64_t batch = q_BHd.size(0), heads = q_BHd.size(1), size = q_BHd.size(2),
                     kv_heads = k_BGd.size(1);
  // The query heads of a key/value head are its query rows: no mask between them, no copy of keys.
  const torch::Tensor q = q_BHd.view({batch, kv_heads, heads / kv_heads, size});
  return fused(q, cache.keys(layer, plan.step_total()), cache.values(layer, plan.step_total()),
               plan.step_mask(), false)
      .reshape({batch, heads * size});
}

}  // namespace

AttentionPlan::AttentionPlan(const std::vector<Segment>& segments, const KvCache* cache,
                             torch::Device device) {
  is_step_ = cache != nullptr && cache->batch() == static_cast<std::int64_t>(segments.size());
  bool equal = true;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const std::int64_t past = cache != nullptr ? cache->length(static_cast<std::int64_t>(i)) : 0;
    is_step_ = is_step_ && segment.length == 1 && past > 0;
    equal = equal && (cache == nullptr || past == cache->length(0));
    step_total_ = std::max(step_total_, past + segment.length);
    Item item{segment.offset, segment.length, past, {}};
    const auto add_causal = [&](std::int64_t begin, std::int64_t end) {
      if (begin == end) return;
      Piece piece{begin, end, past + end, past + begin == 0, {}};
      if (!piece.causal && end - begin > 1) piece.mask = causal_mask(end - begin, past + end, device);
      item.pieces.push_back(std::move(piece));
    };
    if (segment.image_begin == segment.image_end) {
      add_causal(0, segment.length);
    } else {
      add_causal(0, segment.image_begin);
      item.pieces.push_back({segment.image_begin, segment.image_end, past + segment.image_end, false, {}});
      add_causal(segment.image_end, segment.length);
    }
    items_.push_back(std::move(item));
  }
  if (is_step_ && !equal) {
    std::vector<std::int64_t> totals;
    for (const Item& item : items_) totals.push_back(item.past + 1);
    const torch::Tensor total_B1 = torch::tensor(totals, torch::kInt64).to(device).unsqueeze(1);
    const torch::Tensor position_S =
        torch::arange(step_total_, torch::TensorOptions(torch::kInt64).device(device));
    step_mask_ = torch::zeros({static_cast<std::int64_t>(totals.size()), step_total_},
                              torch::TensorOptions().device(device))
                     .masked_fill_(position_S >= total_B1, -std::numeric_limits<float>::infinity())
                     .unsqueeze(1)
                     .unsqueeze(1);
  }
}

torch::Tensor attend(const torch::Tensor& q_THd, const torch::Tensor& k_TGd, const torch::Tensor& v_TGd,
                     const AttentionPlan& plan, KvCache* cache, std::int64_t layer) {
  if (plan.is_step()) return attend_step(q_THd, k_TGd, v_TGd, plan, *cache, layer);
  std::vector<torch::Tensor> outputs;
  for (std::size_t i = 0; i < plan.items().size(); ++i) {
    const AttentionPlan::Item& item = plan.items()[i];
    const auto sequence = static_cast<std::int64_t>(i);
    const torch::Tensor q = q_THd.narrow(0, item.offset, item.length);
    torch::Tensor k = k_TGd.narrow(0, item.offset, item.length);
    torch::Tensor v = v_TGd.narrow(0, item.offset, item.length);
    if (cache != nullptr) {
      cache->write(layer, sequence, k, v);
      k = cache->keys(layer, sequence, item.past + item.length);
      v = cache->values(layer, sequence, item.past + item.length);
    } else {
      k = k.transpose(0, 1);
      v = v.transpose(0, 1);
    }
    for (const AttentionPlan::Piece& piece : item.pieces) {
      outputs.push_back(attend_piece(q.slice(0, piece.begin, piece.end), k.narrow(1, 0, piece.keys),
                                     v.narrow(1, 0, piece.keys), piece));
    }
  }
  return outputs.size() == 1 ? outputs[0] : torch::cat(outputs);
}

}  // namespace pixelsail
