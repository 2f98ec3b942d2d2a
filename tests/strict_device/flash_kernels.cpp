// FlashAttention's operators for sequences of different length, by their definition: what CUDA's compute, in float32 and
// a span at a time, and what CUDA's refuse.

#include <torch/library.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "memory.h"

namespace pixelsail::strict {
namespace {

using torch::Tensor;
using OptionalTensor = std::optional<Tensor>;

void check_operand(const Tensor& x, const char* name) {
  TORCH_CHECK(x.is_privateuseone(), "strict device: ", name, " of flash attention is a CPU tensor");
  TORCH_CHECK(x.dim() == 3 && (x.scalar_type() == at::kBFloat16 || x.scalar_type() == at::kHalf),
              "strict device: ", name, " of flash attention must be [rows, heads, size] in half precision");
  TORCH_CHECK(x.size(2) % 8 == 0 && x.size(2) <= 256, "strict device: flash attention has no head size ",
              x.size(2));
  TORCH_CHECK(x.stride(2) == 1 && x.stride(1) != 0 && x.stride(0) != 0, "strict device: ", name,
              " of flash attention is broadcast, or its values have gaps");
}

void check_bounds(const OptionalTensor& bounds) {
  TORCH_CHECK(bounds && bounds->defined() && bounds->is_privateuseone() &&
                  bounds->scalar_type() == at::kInt && bounds->is_contiguous(),
              "strict device: flash attention wants its bounds as int32 of the device");
}

/// One sequence of a call: its queries and keys in float32, heads first, shared keys repeated.
struct Piece {
  std::int64_t first_query, queries, first_key, keys;
};

std::vector<Piece> pieces_of(const Tensor& query_bounds, const Tensor& key_bounds, std::int64_t queries,
                             std::int64_t keys, std::int64_t most_queries, std::int64_t most_keys) {
  std::vector<Piece> pieces;
  if (query_bounds.is_meta()) return pieces;  // shapes only
  for (std::int64_t i = 0; i + 1 < query_bounds.size(0); ++i) {
    const auto at = [i](const Tensor& bounds, std::int64_t step) {
      return static_cast<std::int64_t>(bounds.data_ptr<std::int32_t>()[i + step]);
    };
    pieces.push_back({at(query_bounds, 0), at(query_bounds, 1) - at(query_bounds, 0), at(key_bounds, 0),
                      at(key_bounds, 1) - at(key_bounds, 0)});
    TORCH_CHECK(pieces.back().queries <= most_queries && pieces.back().keys <= most_keys,
                "strict device: a sequence is longer than flash attention was told");
  }
  TORCH_CHECK(pieces.back().first_query + pieces.back().queries == queries &&
                  pieces.back().first_key + pieces.back().keys == keys,
              "strict device: the bounds of flash attention do not end where its operands do");
  return pieces;
}

Tensor heads_first(const Tensor& x, std::int64_t first, std::int64_t count, std::int64_t group) {
  return x.narrow(0, first, count).to(at::kFloat).transpose(0, 1).repeat_interleave(group, 0);
}

/// [H, queries, keys] with the lower right corner at the last query's own key.
Tensor scores_of(const Tensor& q_Hqd, const Tensor& k_Hkd, bool causal, double scale) {
  Tensor scores = at::matmul(q_Hqd, k_Hkd.transpose(1, 2)) * scale;
  if (causal) {
    const Tensor hidden =
        at::ones({q_Hqd.size(1), k_Hkd.size(1)}, at::kBool).triu(k_Hkd.size(1) - q_Hqd.size(1) + 1);
    scores = scores.masked_fill(hidden, -std::numeric_limits<float>::infinity());
  }
  return scores;
}

double scale_of(std::optional<double> scale, const Tensor& q) {
  return scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(2))));
}

using Forward = std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor>;

Forward flash_forward(const Tensor& query, const Tensor& key, const Tensor& value,
                      const OptionalTensor& query_bounds, const OptionalTensor& key_bounds,
                      c10::SymInt most_queries, c10::SymInt most_keys, double dropout, bool causal,
                      bool /*debug_mask*/, std::optional<double> scale, std::optional<c10::SymInt> /*left*/,
                      std::optional<c10::SymInt> /*right*/, const OptionalTensor& /*used_keys*/,
                      const OptionalTensor& /*slopes*/) {
  check_operand(query, "query");
  check_operand(key, "key");
  check_operand(value, "value");
  check_bounds(query_bounds);
  check_bounds(key_bounds);
  TORCH_CHECK(
      query.scalar_type() == key.scalar_type() && query.scalar_type() == value.scalar_type() && dropout == 0,
      "strict device: flash attention wants one type, and no dropout here");
  TORCH_CHECK(query.size(1) % key.size(1) == 0, "strict device: heads of flash attention do not divide");
  state().tally.add(&Counts::launches);
  Access access;
  const Tensor q = access.on_host(query), k = access.on_host(key), v = access.on_host(value);
  const std::int64_t group = q.size(1) / k.size(1);
  const Tensor out = at::empty_like(q),
               log_sum = at::empty({q.size(1), q.size(0)}, q.options().dtype(at::kFloat));
  for (const Piece& piece :
       pieces_of(access.on_host(*query_bounds), access.on_host(*key_bounds), q.size(0), k.size(0),
                 most_queries.guard_int(__FILE__, __LINE__), most_keys.guard_int(__FILE__, __LINE__))) {
    const Tensor scores =
        scores_of(heads_first(q, piece.first_query, piece.queries, 1),
                  heads_first(k, piece.first_key, piece.keys, group), causal, scale_of(scale, q));
    out.narrow(0, piece.first_query, piece.queries)
        .copy_(at::matmul(scores.softmax(-1), heads_first(v, piece.first_key, piece.keys, group))
                   .transpose(0, 1));
    log_sum.narrow(1, piece.first_query, piece.queries).copy_(scores.logsumexp(-1));
  }
  const Tensor nothing = at::zeros({2}, at::kLong);
  return {access.on_device(out), access.on_device(log_sum), access.on_device(nothing),
          access.on_device(at::zeros({}, at::kLong)), access.on_device(at::empty({0}))};
}

std::tuple<Tensor, Tensor, Tensor> flash_backward(
    const Tensor& gradient, const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& output,
    const Tensor& log_sum, const Tensor& query_bounds, const Tensor& key_bounds, c10::SymInt most_queries,
    c10::SymInt most_keys, double /*dropout*/, bool causal, const Tensor& /*random*/,
    const Tensor& /*unused*/, std::optional<double> scale, std::optional<c10::SymInt> /*left*/,
    std::optional<c10::SymInt> /*right*/) {
  check_operand(gradient, "gradient");
  check_operand(output, "output");
  check_bounds(query_bounds);
  check_bounds(key_bounds);
  TORCH_CHECK(gradient.scalar_type() == query.scalar_type(),
              "strict device: the gradient of flash attention has another type");
  state().tally.add(&Counts::launches);
  Access access;
  const Tensor grad = access.on_host(gradient), q = access.on_host(query), k = access.on_host(key),
               v = access.on_host(value), out = access.on_host(output), lse = access.on_host(log_sum);
  const std::int64_t group = q.size(1) / k.size(1);
  const double factor = scale_of(scale, q);
  const Tensor grad_q = at::empty_like(q), grad_k = at::empty_like(k), grad_v = at::empty_like(v);
  const auto put_keys = [group](const Tensor& to, const Piece& piece, const Tensor& x_Hkd) {
    to.narrow(0, piece.first_key, piece.keys)
        .copy_(x_Hkd.unflatten(0, {x_Hkd.size(0) / group, group}).sum(1).transpose(0, 1));
  };
  for (const Piece& piece :
       pieces_of(access.on_host(query_bounds), access.on_host(key_bounds), q.size(0), k.size(0),
                 most_queries.guard_int(__FILE__, __LINE__), most_keys.guard_int(__FILE__, __LINE__))) {
    const auto queries = [&](const Tensor& x) { return heads_first(x, piece.first_query, piece.queries, 1); };
    const auto keys = [&](const Tensor& x) { return heads_first(x, piece.first_key, piece.keys, group); };
    const Tensor q_Hqd = queries(q), grad_Hqd = queries(grad), k_Hkd = keys(k);
    const Tensor weights = (scores_of(q_Hqd, k_Hkd, causal, factor) -
                            lse.narrow(1, piece.first_query, piece.queries).unsqueeze(-1))
                               .exp();
    const Tensor delta = (grad_Hqd * queries(out)).sum(-1, true);
    const Tensor grad_scores = weights * (at::matmul(grad_Hqd, keys(v).transpose(1, 2)) - delta) * factor;
    grad_q.narrow(0, piece.first_query, piece.queries).copy_(at::matmul(grad_scores, k_Hkd).transpose(0, 1));
    put_keys(grad_k, piece, at::matmul(grad_scores.transpose(1, 2), q_Hqd));
    put_keys(grad_v, piece, at::matmul(weights.transpose(1, 2), grad_Hqd));
  }
  return {access.on_device(grad_q), access.on_device(grad_k), access.on_device(grad_v)};
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("_flash_attention_forward", TORCH_FN(flash_forward));
  m.impl("_flash_attention_backward", TORCH_FN(flash_backward));
}

}  // namespace
}  // namespace pixelsail::strict
