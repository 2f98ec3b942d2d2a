#include "loss/loss_input.h"

#include "loss/vocabulary_loss.h"
#include "pixelsail/error.h"

namespace pixelsail {

LossInput::LossInput(PixelSailImpl& model, const PackedInput& packed, const torch::Tensor& hidden_TC,
                     const PackedTargets& targets, Trace* trace)
    : model_(model),
      packed_(packed),
      hidden_TC_(hidden_TC),
      targets_(targets),
      trace_(trace),
      patch_states_(targets.samples.size()),
      features_(targets.samples.size()) {
  if (targets.samples.size() != packed.segments.size())
    throw RunError("loss: targets and samples differ in number");
}

void LossInput::prepare(const std::vector<bool>& wanted) {
  for (std::size_t i = 0; i < size(); ++i) {
    const Segment& segment = packed_.segments[i];
    if (segment.patch_count() == 0) continue;
    patch_states_[i] = patch_states(hidden_TC_, segment.offset + segment.first_patch, segment.grid_h,
                                    segment.grid_w, segment.row_stride);
    if (wanted[i]) {
      features_[i] = model_.mask_features(patch_states_[i], segment.grid_h, segment.grid_w,
                                          size() == 1 ? trace_ : nullptr);
    }
  }
}

const torch::Tensor& LossInput::logits_SV() {
  if (!logits_.defined() && scored().count > 0)
    logits_ = model_.logits(hidden_TC_.index_select(0, scored().position_S));
  return logits_;
}

torch::Tensor LossInput::cross_entropy_S() {
  const Linear& head = model_.single_transformer->lm_head;
  const torch::Tensor& weight_VC =
      head ? head->weight : model_.single_transformer->model->embed_tokens->weight;
  const std::int64_t rows = logit_rows(scored().count, weight_VC.size(0));
  // What an adapter adds to the head is the head's own affair.
  if (logits_.defined() || rows == scored().count || (head && head->lora))
    return token_cross_entropy(logits_SV(), scored().target_S);
  return vocabulary_cross_entropy(hidden_TC_.index_select(0, scored().position_S), weight_VC,
                                  scored().target_S, rows);
}

void LossInput::record_sample(const std::string& name, std::size_t i, const torch::Tensor& value) const {
  record(trace_, size() == 1 ? name : name + "." + std::to_string(i), value);
}

void LossInput::record_single(const std::string& name, const torch::Tensor& value) const {
  if (size() == 1) record(trace_, name, value);
}

}  // namespace pixelsail
