#pragma once

/// A term of the training objective: one file with one row (src/loss/terms/), or a program's own
/// (tests/extend/loss_term.cpp), switched on by `loss.extra`.

#include <torch/nn.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/registry.h"
#include "loss/config.h"
#include "loss/loss_input.h"

namespace pixelsail {

/// A number that a term gives.
struct LossValue {
  std::string_view name;
  /// Its key in log.jsonl; values of several terms under one key are added up. Losses begin with "loss".
  std::string_view log_key;
  /// Whether it is a weighted loss that belongs to the total, or only looked at.
  bool in_total = true;
};

class LossTerm {
 public:
  virtual ~LossTerm() = default;

  /// What the term is divided by, of one sample (tokens, masks, images). Counts of a whole micro-batch, over
  /// all threads and processes that share it, reach forward().
  virtual std::int64_t count(const SampleTarget& target) const = 0;
  /// Whether LossInput::mask_features_HWD() of the sample is read.
  virtual bool reads_mask_features(const SampleTarget&) const { return false; }
  /// Scalars, float32, parallel to the row's values; undefined: nothing to learn here. The samples may be a
  /// part of a micro-batch: the results of the parts, each divided by `count` of the whole, add up to its.
  virtual std::vector<torch::Tensor> forward(LossInput& input, std::int64_t count) const = 0;
  /// Layers that are trained with the model and saved with the trainer's state, by their names.
  virtual std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>> layers() const {
    return {};
  }
};

struct LossTermOptions {
  const ModelConfig& model;
  const LossConfig& loss;
  torch::Device device;
  /// Of loss.extra; the library's own terms have keys of their own.
  double weight = 1;
};

struct LossTermRow {
  std::string_view name;
  std::vector<LossValue> values;
  /// Null: the configuration switches the term off, and its values are zero.
  std::unique_ptr<LossTerm> (*make)(const LossTermOptions& options) = nullptr;
};

/// The library's own terms, in the order in which their losses are added up.
std::span<const LossTermRow> own_loss_terms();

/// The own ones, then those of loss.extra by name. Throws ConfigError for a name without a row.
std::vector<const LossTermRow*> chosen_loss_terms(const LossConfig& config);

}  // namespace pixelsail
