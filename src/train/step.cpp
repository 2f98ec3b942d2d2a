#include "train/step.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/rng.h"
#include "distributed/local_group.h"
#include "pixelsail/error.h"
#include "train/guards.h"
#include "train/master_weights.h"
#include "train/packed_shard.h"

namespace pixelsail {
namespace {

/// The same list with every rank's numbers added up.
template <class T>
void all_reduce(ByName<T>& values, ProcessGroup& group) {
  std::vector<T> numbers;
  for (const auto& [name, value] : values) numbers.push_back(value);
  group.all_reduce(std::span<T>(numbers));
  auto number = numbers.begin();
  for (auto& [name, value] : values) value = *number++;
}

}  // namespace

/// What a thread computes of a micro-batch.
struct TrainStep::ShardResult {
  torch::Tensor numbers_K;  ///< of its objective
  std::int64_t masks = 0;   ///< of the whole micro-batch
  double forward_s = 0, backward_s = 0;
  /// Parallel to the parameters, undefined where there is none; or empty.
  std::vector<torch::Tensor> gradients;
};

TrainStep::TrainStep(PixelSailImpl& model, ObjectiveImpl& objective, Optimizer& optimizer,
                     const StepOptions& options)
    : model_(model),
      objective_(objective),
      optimizer_(optimizer),
      parameters_(options.masters == nullptr ? optimizer.parameters()
                                             : options.masters->working(optimizer.parameters())),
      buckets_(parameters_),
      options_(options),
      onednn_(at::globalContext().userEnabledMkldnn()) {}

TrainStep::ShardResult TrainStep::run_shard(BatchShard shard, double share, ProcessGroup& threads) const {
  ShardResult done;
  LossCounts counts = objective_.counts(shard.targets);
  all_reduce(counts, threads);
  ObjectiveResult objective;
  {
    const Stopwatch watch(done.forward_s);
    const AutocastGuard autocast(model_.device(), options_.bf16);
    const PackedShard there = pack_shard(model_, std::move(shard));
    const torch::Tensor hidden_TC = hidden_states(model_, there);
    objective = objective_.forward(model_, there.packed, hidden_TC, there.targets, counts);
  }
  done.numbers_K = numbers_of(objective);
  done.masks = counts.at("mask");
  const Stopwatch watch(done.backward_s);
  // Samples without anything to learn (a shard may hold only such) have no graph.
  if (!objective.total.requires_grad()) return done;
  if (threads.size() == 1) {
    (objective.total * share).backward();
  } else {
    done.gradients = torch::autograd::grad({objective.total * share}, parameters_, /*grad_outputs=*/{},
                                           /*retain_graph=*/std::nullopt, /*create_graph=*/false,
                                           /*allow_unused=*/true);
  }
  return done;
}

void TrainStep::accumulate(MicroBatch batch, std::int64_t step, std::int64_t index, std::int64_t count) {
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    Rng stream(options_.seed,
               "points " + std::to_string(step) + " " + std::to_string(index) + " " + std::to_string(i));
    batch.targets[i].noise_seed = stream.next_u64();
  }
  for (const SequenceInput& sample : batch.samples)
    result_.tokens += static_cast<std::int64_t>(sample.ids.size());
  const std::size_t threads =
      model_.device().is_cpu() ? static_cast<std::size_t>(torch::get_num_threads()) : std::size_t{1};
  const std::size_t shard_count = std::min(threads, batch.samples.size());
  std::vector<BatchShard> shards = split_micro_batch(std::move(batch), shard_count);
  std::vector<ShardResult> done(shards.size());
  buckets_.attach();
  {
    const ThreadsGuard guard(shards.size() > 1 ? 1 : torch::get_num_threads());
    const double share = 1.0 / static_cast<double>(count);
    run_local_group(static_cast<int>(shards.size()), [&](ProcessGroup& group) {
      const auto rank = static_cast<std::size_t>(group.rank());
      done[rank] = run_shard(std::move(shards[rank]), share, group);
    });
    add(done, index, share);
  }
}

void TrainStep::add(const std::vector<ShardResult>& shards, std::int64_t index, double share) {
  double forward_s = 0, backward_s = 0;  // of the slowest thread
  for (const ShardResult& shard : shards) {
    pending_.add(index, share, shard.numbers_K);
    for (std::size_t i = 0; i < shard.gradients.size(); ++i) {
      if (shard.gradients[i].defined()) buckets_.add(i, shard.gradients[i]);
    }
    forward_s = std::max(forward_s, shard.forward_s);
    backward_s = std::max(backward_s, shard.backward_s);
  }
  result_.forward_s += forward_s;
  result_.backward_s += backward_s;
  result_.masks += shards.front().masks;  // each knows those of all
}

void TrainStep::reduce_numbers() {
  ProcessGroup& group = *options_.group;
  // A rank without a micro-batch sends zeros.
  for (const std::string_view name : objective_.value_names()) result_.values[name] += 0;
  all_reduce(result_.values, group);
  group.all_reduce(std::span<double>(&result_.loss, 1));
  std::array<std::int64_t, 2> counts{result_.tokens, result_.masks};
  group.all_reduce(std::span<std::int64_t>(counts));
  result_.tokens = counts[0];
  result_.masks = counts[1];
}

void TrainStep::check_finite(std::vector<std::int64_t> bad, std::vector<std::int64_t> all) {
  std::string what;
  if (!bad.empty()) {
    what = "the loss is not finite";
  } else if (!std::isfinite(result_.loss)) {
    what = "the loss of another rank is not finite";
  } else if (!std::isfinite(result_.grad_norm)) {
    what = "the gradient is not finite";
    bad = std::move(all);
  } else {
    return;
  }
  clear_gradients();
  result_ = {};
  throw NonFiniteStep(what, std::move(bad));
}

void TrainStep::check_kernels() const {
  if (onednn_ && !at::globalContext().userEnabledMkldnn())
    throw RunError(
        "out of memory: oneDNN had no room for a product, and torch went on with kernels that round "
        "otherwise");
}

void TrainStep::update(double lr) {
  if (options_.masters == nullptr) return optimizer_.step(lr);
  options_.masters->with_values([this, lr] { optimizer_.step(lr); });
}

void TrainStep::clear_gradients() {
  buckets_.clear();
  if (options_.masters != nullptr) options_.masters->drop_gradients();
}

StepResult TrainStep::finish(double lr) {
  {
    const Stopwatch watch(result_.optimizer_s);
    if (has_group()) {
      buckets_.attach();  // a rank may have had no micro-batch
      buckets_.all_reduce(*options_.group);
    }
    buckets_.detach_untouched();
    if (options_.masters != nullptr) options_.masters->take_gradients();
    std::vector<std::int64_t> all = pending_.micro_batches();
    std::vector<std::int64_t> bad =
        pending_.read(optimizer_.gradient_norm(), objective_.value_names(), result_);
    if (has_group()) reduce_numbers();
    check_finite(std::move(bad), std::move(all));
    optimizer_.clip_gradients(result_.grad_norm);
    update(lr);
    clear_gradients();
  }
  check_kernels();
  return std::exchange(result_, {});
}

}  // namespace pixelsail
