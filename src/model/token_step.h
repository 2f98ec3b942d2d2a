#pragma once

/// One more token for each of several sequences, on a device: where each stands lies there too, so that many tokens can
/// be computed before the host looks at one.
///
/// Legend: B sequences, H query heads, G key/value heads, d head size, S keys.

#include <torch/types.h>

#include <cstdint>

#include "model/kv_cache.h"
#include "model/rope.h"

namespace pixelsail {

/// int64 [B] each.
struct TokenPlaces {
  torch::Tensor row_B, column_B;  ///< positions of the tokens
  torch::Tensor past_B;           ///< tokens that the cache holds of each sequence
  /// What the host knows: at least one more than the largest of past_B, at most the cache's capacity.
  std::int64_t longest = 0;
};

/// What all layers share. The places must outlive it.
class TokenStep {
 public:
  /// `type`: of queries.
  TokenStep(const TokenPlaces& places, torch::ScalarType type);

  const TokenPlaces& places() const { return places_; }
  /// Additive [B, 1, 1, longest]; undefined where the device has a kernel of ours for this.
  const torch::Tensor& mask_B11S() const { return mask_B11S_; }

 private:
  const TokenPlaces& places_;
  torch::Tensor mask_B11S_;
};

/// q [B, H, d], k and v [B, G, d] without rotary positions -> [B, H*d]. Keys and values are written to the cache.
torch::Tensor attend_token(const torch::Tensor& q_BHd, const torch::Tensor& k_BGd, const torch::Tensor& v_BGd,
                           const RopeTable& rope, const TokenStep& step, const KvCache& cache,
                           std::int64_t layer);

}  // namespace pixelsail
