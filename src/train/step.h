#pragma once

/// One optimizer step on micro-batches that are in memory: forward, backward, clip, update. Needs model and
/// loss only.

#include <torch/types.h>

#include <vector>

#include "loss/objective.h"
#include "train/gradient_buckets.h"
#include "train/optimizer.h"

namespace pixelsail {

/// A micro-batch ready for the model.
struct MicroBatch {
  std::vector<SequenceInput> samples;
  std::vector<SampleTarget> targets;
};

/// Averages over the micro-batches of a step.
struct StepResult {
  double loss = 0, llm = 0, mask = 0, dice = 0, mask2former = 0, sam2 = 0;
  double language_ce = 0;
  double grad_norm = 0;
  std::int64_t tokens = 0, masks = 0;
  double forward_s = 0, backward_s = 0, optimizer_s = 0;
};

class TrainStep {
 public:
  /// `bf16`: the forward pass runs under autocast over float32 weights.
  TrainStep(PixelSailImpl& model, ObjectiveImpl& objective, Optimizer& optimizer, bool bf16,
            std::uint64_t seed);

  /// Forward and backward of micro-batch `index` of `count` of step `step`; gradients add up, each
  /// micro-batch with a share of 1 / count (a last, shorter group of micro-batches has a smaller count of its
  /// own). Random points are a function of (seed, step, index, sample) alone. Throws RunError for a loss that
  /// is not finite.
  ///
  /// On the CPU the samples are shared out to as many threads as torch has, each of which computes alone:
  /// threads that work on every operation together would wait for each other most of the time when samples
  /// are small. Their gradients are added in a fixed order.
  void accumulate(MicroBatch batch, std::int64_t step, std::int64_t index, std::int64_t count);
  /// Clips, updates, clears the gradients; returns what the step added up to.
  StepResult finish(double lr);

 private:
  struct Part;
  /// `alone`: gradients go straight into the buckets; else they are the part's, to be added in a fixed order.
  Part run_part(MicroBatch batch, const BatchCounts& counts, double share, bool alone) const;

  PixelSailImpl& model_;
  ObjectiveImpl& objective_;
  Optimizer& optimizer_;
  std::vector<torch::Tensor> parameters_;
  GradientBuckets buckets_;
  bool bf16_;
  std::uint64_t seed_;
  StepResult result_;
};

}  // namespace pixelsail
