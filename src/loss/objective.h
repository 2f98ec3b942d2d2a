#pragma once

/// The training objective of a micro-batch: the sum of its terms (src/loss/term.h).
///
/// Legend: T packed tokens, C hidden size.

#include <torch/nn.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "loss/by_name.h"
#include "loss/config.h"
#include "loss/term.h"
#include "model/model.h"

namespace pixelsail {

/// What the terms of a micro-batch are divided by, by the terms' names. A micro-batch may be computed in
/// parts: with the counts of the whole, their losses add up to its loss.
using LossCounts = ByName<std::int64_t>;

struct ObjectiveResult {
  torch::Tensor total;           ///< sum of the losses
  ByName<torch::Tensor> values;  ///< of all terms in order, scalars; zero where a term has nothing to say
};

struct ObjectiveImpl : torch::nn::Module {
  /// Throws ConfigError for an unknown term in loss.extra.
  ObjectiveImpl(const ModelConfig& model, const LossConfig& config, torch::Device device = torch::kCPU);

  LossCounts counts(std::span<const SampleTarget> targets) const;

  /// `hidden_TC` are the model's final states for `packed`, `counts` those of the micro-batch that `packed`
  /// is (a part of).
  ObjectiveResult forward(PixelSailImpl& model, const PackedInput& packed, const torch::Tensor& hidden_TC,
                          const PackedTargets& targets, const LossCounts& counts, Trace* trace = nullptr);
  /// The same with targets that are still on the host.
  ObjectiveResult forward(PixelSailImpl& model, const PackedInput& packed, const torch::Tensor& hidden_TC,
                          std::span<const SampleTarget> targets, const LossCounts& counts,
                          Trace* trace = nullptr);

  /// Small random weights in the terms' own layers.
  void initialize(std::uint64_t seed);

  /// Numbers for log.jsonl out of values by their names: the losses in the order of the terms, values under
  /// one key added up, then what is only looked at.
  ByName<double> log_values(const ByName<double>& values) const;
  /// Names of all values, in order.
  std::vector<std::string_view> value_names() const;
  /// Keys of log.jsonl that are losses.
  std::vector<std::string> loss_keys() const;

 private:
  struct Entry {
    const LossTermRow* row = nullptr;
    std::unique_ptr<LossTerm> term;  ///< null: off
  };
  std::vector<Entry> terms_;
};
TORCH_MODULE(Objective);

}  // namespace pixelsail
