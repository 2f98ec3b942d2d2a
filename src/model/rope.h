#pragma once

/// Two-dimensional rotary positions (rotate-half layout; pairs [0, d/4) turn by the row position,
/// pairs [d/4, d/2) by the column position; angles in float32).
///
/// Legend: T tokens, H heads, d head size.

#include <torch/types.h>

namespace pixelsail {

struct RopeTable {
  torch::Tensor cos_TE;  ///< [T, d/2] float32
  torch::Tensor sin_TE;
};

RopeTable make_rope_table(const torch::Tensor& row_T, const torch::Tensor& column_T, std::int64_t head_size,
                          double theta);

/// x_THd turned by the table; same dtype as x.
torch::Tensor apply_rope(const torch::Tensor& x_THd, const RopeTable& table);

}  // namespace pixelsail
