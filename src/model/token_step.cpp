#include "model/token_step.h"

#include <torch/torch.h>

#include "model/device_kernels.h"
#include "model/fused_ops.h"

namespace pixelsail {

TokenStep::TokenStep(const TokenPlaces& places, torch::ScalarType type) : places_(places) {
  if (has_kernel("pixelsail::decode_attention", places.past_B.device())) return;
  mask_B11S_ = attention_mask(places.past_B, places.longest, type);
}

torch::Tensor attend_token(const torch::Tensor& q_BHd, const torch::Tensor& k_BGd, const torch::Tensor& v_BGd,
                           const RopeTable& rope, const TokenStep& step, const KvCache& cache,
                           std::int64_t layer) {
  const TokenPlaces& places = step.places();
  const torch::Tensor &keys_BGSd = cache.all_keys(layer), &values_BGSd = cache.all_values(layer);
  const torch::Tensor rotated_BHd =
      rope_store(q_BHd, k_BGd, v_BGd, rope, keys_BGSd, values_BGSd, places.past_B);
  return (step.mask_B11S().defined()
              ? masked_attention(rotated_BHd, keys_BGSd, values_BGSd, step.mask_B11S())
              : decode_attention(rotated_BHd, keys_BGSd, values_BGSd, places.past_B, places.longest))
      .flatten(1);
}

}  // namespace pixelsail
