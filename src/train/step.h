#pragma once

/// One optimizer step on micro-batches that are in memory: forward, backward, clip, update. Needs model and
/// loss only.

#include <torch/types.h>

#include <vector>

#include "distributed/process_group.h"
#include "loss/objective.h"
#include "train/gradient_buckets.h"
#include "train/micro_batch.h"
#include "train/optimizer.h"
#include "train/step_result.h"

namespace pixelsail {

class MasterWeights;

struct StepOptions {
  bool bf16 = false;       ///< the forward pass runs under autocast
  std::uint64_t seed = 0;  ///< of random choices
  /// The ranks whose micro-batches make up a step; null: this process alone. Each has the same weights before
  /// and, bit for bit, after it.
  ProcessGroup* group = nullptr;
  /// Where the optimizer trains originals of the model's weights; null: it trains the weights themselves.
  MasterWeights* masters = nullptr;
};

class TrainStep {
 public:
  TrainStep(PixelSailImpl& model, ObjectiveImpl& objective, Optimizer& optimizer, const StepOptions& options);

  /// Forward and backward of micro-batch `index` of `count` of step `step`; gradients add up, each
  /// micro-batch with a share of 1 / count (a last, shorter group of micro-batches has a smaller count of its
  /// own). With a group each rank is given its own ones of the `count`. Random choices are a function of
  /// (seed, step, index, sample) alone. Losses stay on the device: nobody waits for them before finish().
  ///
  /// On the CPU the samples are shared out to as many threads as torch has, ranks of a local group, each of
  /// which computes alone: threads that work on every operation together would wait for each other most of
  /// the time when samples are small. Their gradients are added in the order of the ranks.
  void accumulate(MicroBatch batch, std::int64_t step, std::int64_t index, std::int64_t count);
  /// Adds up what the ranks have, reads the losses and the norm of the gradients, clips, updates, clears the
  /// gradients; returns what the step added up to. Throws NonFiniteStep, on all ranks, instead of an update,
  /// and RunError when memory was missing for torch's kernels.
  StepResult finish(double lr);

 private:
  struct ShardResult;
  /// `threads`: the ranks that compute the shards of this micro-batch. With one, gradients go straight into
  /// the buckets; else they are the shard's, to be added in a fixed order.
  ShardResult run_shard(BatchShard shard, double share, ProcessGroup& threads) const;
  void add(const std::vector<ShardResult>& shards, std::int64_t index, double share);
  /// torch switches oneDNN off for the rest of the process when one of its products fails. Throws RunError then: the
  /// numbers of an undisturbed training would differ in their last digits, and nobody would know.
  void check_kernels() const;
  bool has_group() const { return options_.group != nullptr && options_.group->size() > 1; }
  void reduce_numbers();
  /// One update of what the optimizer trains.
  void update(double lr);
  /// No gradients are left.
  void clear_gradients();
  /// `bad`: micro-batches of this rank whose loss is not finite; `all` of them.
  void check_finite(std::vector<std::int64_t> bad, std::vector<std::int64_t> all);

  PixelSailImpl& model_;
  ObjectiveImpl& objective_;
  Optimizer& optimizer_;
  std::vector<torch::Tensor> parameters_;
  GradientBuckets buckets_;
  StepOptions options_;
  bool onednn_;  ///< when the training began
  StepResult result_;
  PendingNumbers pending_;
};

}  // namespace pixelsail
