#include "kernels/step_attention.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/half.h"

namespace pixelsail::kernels {
namespace {

std::vector<float> floats(std::int64_t n) {
  return std::vector<float>(static_cast<std::size_t>(n));
}

}  // namespace

StepAttention::StepAttention(const StepModel& model, const StepCache& cache, const float* rope_cos,
                             const float* rope_sin, const Parallel& parallel, CpuLevel level)
    : model_(model),
      cache_(cache),
      rope_cos_(rope_cos),
      rope_sin_(rope_sin),
      parallel_(parallel),
      level_(level),
      shared_(model.heads / model.kv_heads),
      q_size_(model.heads * model.head_size),
      kv_size_(model.kv_heads * model.head_size) {
  for (std::size_t b = 0; b < cache.sequences.size(); ++b) {
    for (std::int64_t g = 0; g < model.kv_heads; ++g) {
      add_pieces(b, g);
    }
  }
  const auto count = static_cast<std::int64_t>(pieces_.size());
  largest_ = floats(count * shared_);
  sums_ = floats(count * shared_);
  values_ = floats(count * shared_ * model.head_size);
}

void StepAttention::add_pieces(std::size_t sequence, std::int64_t kv_head) {
  const StepSequence& held = cache_.sequences[sequence];
  const std::size_t before = pieces_.size();
  const auto add = [&](bool own, std::int64_t keys) {
    for (std::int64_t begin = 0; begin < keys; begin += kKeysPerPiece) {
      const std::int64_t end = std::min(begin + kKeysPerPiece, keys);
      pieces_.push_back({.sequence = sequence,
                         .kv_head = kv_head,
                         .own = own,
                         .begin = begin,
                         .end = end,
                         .last = own && end == keys});
    }
  };
  add(false, held.prefix.length);
  add(true, held.own.length + 1);
  counts_.push_back(static_cast<std::int64_t>(pieces_.size() - before));
}

void StepAttention::run(std::size_t layer, const float* q, const float* k, const float* v, float* out) {
  parallel_(static_cast<std::int64_t>(pieces_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      attend(pieces_[static_cast<std::size_t>(p)], layer, q, k, v, result(p));
    }
  });
  std::int64_t piece = 0;
  for (const std::int64_t count : counts_) {
    merge_pieces(result(piece), count, shared_, model_.head_size, out);
    piece += count;
    out += shared_ * model_.head_size;
  }
}

PieceResult StepAttention::result(std::int64_t piece) {
  return {.largest = largest_.data() + piece * shared_,
          .sums = sums_.data() + piece * shared_,
          .values = values_.data() + piece * shared_ * model_.head_size};
}

void StepAttention::rotate(const float* from, std::size_t sequence, float factor, float* to) const {
  const std::int64_t half = model_.head_size / 2;
  const float* cosines = rope_cos_ + static_cast<std::int64_t>(sequence) * half;
  const float* sines = rope_sin_ + static_cast<std::int64_t>(sequence) * half;
  for (std::int64_t c = 0; c < half; ++c) {
    const float low = from[c];
    const float high = from[half + c];
    to[c] = (low * cosines[c] - high * sines[c]) * factor;
    to[half + c] = (high * cosines[c] + low * sines[c]) * factor;
  }
}

void StepAttention::write(const float* values, void* base, std::int64_t position) const {
  const std::int64_t first = position * model_.head_size;
  for (std::int64_t c = 0; c < model_.head_size; ++c) {
    if (cache_.type == WeightType::kF32) {
      static_cast<float*>(base)[first + c] = values[c];
    } else {
      static_cast<std::uint16_t*>(base)[first + c] =
          cache_.type == WeightType::kBF16 ? float_to_bf16(values[c]) : float_to_f16(values[c]);
    }
  }
}

void StepAttention::attend(const Piece& piece, std::size_t layer, const float* q, const float* k,
                           const float* v, const PieceResult& result) const {
  const std::int64_t d = model_.head_size;
  const auto sequence = static_cast<std::int64_t>(piece.sequence);
  const StepSequence& held = cache_.sequences[piece.sequence];
  const CachedTokens& tokens = piece.own ? held.own : held.prefix;
  const CachedTokens::Layer& memory = tokens.layers[layer];
  const std::int64_t row = piece.kv_head * tokens.capacity;
  if (piece.last) {
    const std::int64_t at = sequence * kv_size_ + piece.kv_head * d;
    std::vector<float> rotated = floats(d);
    rotate(k + at, piece.sequence, 1, rotated.data());
    write(rotated.data(), memory.keys, row + piece.end - 1);
    write(v + at, memory.values, row + piece.end - 1);
  }
  std::vector<float> queries = floats(shared_ * d);
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(d)));
  for (std::int64_t h = 0; h < shared_; ++h) {
    const float* head = q + sequence * q_size_ + (piece.kv_head * shared_ + h) * d;
    rotate(head, piece.sequence, scale, queries.data() + h * d);
  }
  const std::int64_t skipped = (row + piece.begin) * row_bytes(cache_.type, d);
  const Matrix keys{.type = cache_.type,
                    .data = static_cast<const std::byte*>(memory.keys) + skipped,
                    .rows = piece.end - piece.begin,
                    .columns = d};
  Matrix values = keys;
  values.data = static_cast<const std::byte*>(memory.values) + skipped;
  attend_piece(keys, values, queries.data(), shared_, result, level_);
}

}  // namespace pixelsail::kernels
