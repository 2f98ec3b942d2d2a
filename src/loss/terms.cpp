#include "loss/term.h"

namespace pixelsail {

// src/loss/terms/<name>.cpp
std::unique_ptr<LossTerm> make_language_term(const LossTermOptions& options);
std::unique_ptr<LossTerm> make_mask_term(const LossTermOptions& options);
std::unique_ptr<LossTerm> make_mask2former_term(const LossTermOptions& options);
std::unique_ptr<LossTerm> make_sam2_term(const LossTermOptions& options);

std::span<const LossTermRow> own_loss_terms() {
  static const std::vector<LossTermRow> rows{
      {"language",
       {{"language", "loss_lm"}, {"language_ce", "language_ce", /*in_total=*/false}},
       make_language_term},
      {"mask", {{"mask", "loss_mask"}, {"dice", "loss_dice"}}, make_mask_term},
      {"mask2former", {{"mask2former", "loss_distill"}}, make_mask2former_term},
      {"sam2", {{"sam2", "loss_distill"}}, make_sam2_term},
  };
  return rows;
}

std::vector<const LossTermRow*> chosen_loss_terms(const LossConfig& config) {
  std::vector<const LossTermRow*> rows;
  for (const LossTermRow& row : own_loss_terms()) rows.push_back(&row);
  for (const auto& [name, weight] : config.extra)
    rows.push_back(&find_row(std::span<const LossTermRow>(), name, "loss term in loss.extra"));
  return rows;
}

}  // namespace pixelsail
