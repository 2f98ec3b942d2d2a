#include "train/step.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <future>
#include <numeric>

#include "core/rng.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// bf16 autocast for the life of the object. torch's cache of casted weights is shared by all threads:
/// whether a gradient is summed in bfloat16 (one cast, used often) or in float32 would depend on which thread
/// came first. It stays off.
class AutocastGuard {
 public:
  AutocastGuard(torch::Device device, bool enabled) : type_(device.type()), enabled_(enabled) {
    if (!enabled_) return;
    was_enabled_ = at::autocast::is_autocast_enabled(type_);
    old_dtype_ = at::autocast::get_autocast_dtype(type_);
    at::autocast::set_autocast_enabled(type_, true);
    at::autocast::set_autocast_dtype(type_, torch::kBFloat16);
    was_cached_ = at::autocast::is_autocast_cache_enabled();
    at::autocast::set_autocast_cache_enabled(false);
  }
  ~AutocastGuard() {
    if (!enabled_) return;
    at::autocast::set_autocast_cache_enabled(was_cached_);
    at::autocast::set_autocast_enabled(type_, was_enabled_);
    at::autocast::set_autocast_dtype(type_, old_dtype_);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  at::DeviceType type_;
  bool enabled_, was_enabled_ = false, was_cached_ = true;
  at::ScalarType old_dtype_ = at::kFloat;
};

class Stopwatch {
 public:
  explicit Stopwatch(double& into) : into_(into) {}
  ~Stopwatch() { into_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& into_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Torch's threads within an operation, for the life of the object.
class ThreadsGuard {
 public:
  explicit ThreadsGuard(int threads) : before_(torch::get_num_threads()) {
    if (threads != before_) torch::set_num_threads(threads);
  }
  ~ThreadsGuard() {
    if (torch::get_num_threads() != before_) torch::set_num_threads(before_);
  }
  ThreadsGuard(const ThreadsGuard&) = delete;
  ThreadsGuard& operator=(const ThreadsGuard&) = delete;

 private:
  int before_;
};

/// The samples in `parts` groups of about as many tokens: the longest first, each to the shortest group.
std::vector<MicroBatch> share_out(MicroBatch batch, std::size_t parts) {
  std::vector<std::size_t> order(batch.samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto length = [&](std::size_t i) { return batch.samples[i].ids.size(); };
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return length(a) > length(b); });
  std::vector<MicroBatch> groups(parts);
  std::vector<std::size_t> tokens(parts, 0);
  for (const std::size_t i : order) {
    const auto shortest = static_cast<std::size_t>(std::ranges::min_element(tokens) - tokens.begin());
    tokens[shortest] += length(i);
    groups[shortest].samples.push_back(std::move(batch.samples[i]));
    groups[shortest].targets.push_back(std::move(batch.targets[i]));
  }
  return groups;
}

}  // namespace

/// What one thread computes of a micro-batch.
struct TrainStep::Part {
  StepResult result;
  std::vector<torch::Tensor>
      gradients;  ///< parallel to the parameters, undefined where there is none; or empty
};

TrainStep::TrainStep(PixelSailImpl& model, ObjectiveImpl& objective, Optimizer& optimizer, bool bf16,
                     std::uint64_t seed)
    : model_(model),
      objective_(objective),
      optimizer_(optimizer),
      parameters_(optimizer.parameters()),
      buckets_(parameters_),
      bf16_(bf16),
      seed_(seed) {}

TrainStep::Part TrainStep::run_part(MicroBatch batch, const BatchCounts& counts, double share,
                                    bool alone) const {
  Part part;
  StepResult& result = part.result;
  LossTerms terms;
  {
    const Stopwatch watch(result.forward_s);
    const AutocastGuard autocast(model_.device(), bf16_);
    PackedInput packed = pack(batch.samples, model_.device());
    packed.dropout_seed = batch.targets.front().point_seed;
    const torch::Tensor hidden_TC = model_.hidden_states(packed);
    terms = objective_.forward(model_, packed, hidden_TC, batch.targets, counts);
  }
  const auto add = [share](double& into, const torch::Tensor& value) { into = share * value.item<double>(); };
  add(result.loss, terms.total);
  add(result.llm, terms.llm);
  add(result.mask, terms.mask);
  add(result.dice, terms.dice);
  add(result.mask2former, terms.mask2former);
  add(result.sam2, terms.sam2);
  add(result.language_ce, terms.language_ce);
  if (!std::isfinite(result.loss)) throw RunError("the loss is not finite");
  const Stopwatch watch(result.backward_s);
  // Samples without anything to learn (a part of a batch may hold only such) have no graph.
  if (!terms.total.requires_grad()) return part;
  if (alone) {
    (terms.total * share).backward();
  } else {
    part.gradients = torch::autograd::grad({terms.total * share}, parameters_, /*grad_outputs=*/{},
                                           /*retain_graph=*/std::nullopt, /*create_graph=*/false,
                                           /*allow_unused=*/true);
  }
  return part;
}

void TrainStep::accumulate(MicroBatch batch, std::int64_t step, std::int64_t index, std::int64_t count) {
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    Rng stream(seed_,
               "points " + std::to_string(step) + " " + std::to_string(index) + " " + std::to_string(i));
    batch.targets[i].point_seed = stream.next_u64();
  }
  const BatchCounts counts = pixelsail::count(batch.targets);
  const double share = 1.0 / static_cast<double>(count);
  const std::size_t threads =
      model_.device().is_cpu() ? static_cast<std::size_t>(torch::get_num_threads()) : std::size_t{1};
  for (const SequenceInput& sample : batch.samples)
    result_.tokens += static_cast<std::int64_t>(sample.ids.size());
  const std::size_t parts_wanted = std::min(threads, batch.samples.size());
  std::vector<MicroBatch> groups = share_out(std::move(batch), parts_wanted);
  const bool alone = groups.size() == 1;
  buckets_.attach();
  const ThreadsGuard guard(groups.size() > 1 ? 1 : torch::get_num_threads());
  std::vector<std::future<Part>> running;
  for (std::size_t g = 1; g < groups.size(); ++g) {
    running.push_back(std::async(std::launch::async, [this, &groups, &counts, share, alone, g] {
      at::init_num_threads();
      return run_part(std::move(groups[g]), counts, share, alone);
    }));
  }
  std::vector<Part> parts;
  std::exception_ptr failure;
  const auto collect = [&](auto&& part) {
    try {
      parts.push_back(part());
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  };
  collect([&] { return run_part(std::move(groups[0]), counts, share, alone); });
  for (std::future<Part>& part : running) collect([&] { return part.get(); });
  if (failure) std::rethrow_exception(failure);

  for (const Part& part : parts) {
    result_.loss += part.result.loss;
    result_.llm += part.result.llm;
    result_.mask += part.result.mask;
    result_.dice += part.result.dice;
    result_.mask2former += part.result.mask2former;
    result_.sam2 += part.result.sam2;
    result_.language_ce += part.result.language_ce;
    for (std::size_t i = 0; i < part.gradients.size(); ++i) {
      if (part.gradients[i].defined()) buckets_.add(i, part.gradients[i]);
    }
  }
  const auto slowest = [&](double StepResult::*time) {
    double most = 0;
    for (const Part& part : parts) most = std::max(most, part.result.*time);
    return most;
  };
  result_.forward_s += slowest(&StepResult::forward_s);
  result_.backward_s += slowest(&StepResult::backward_s);
  result_.masks += counts.masks;
}

StepResult TrainStep::finish(double lr) {
  {
    const Stopwatch watch(result_.optimizer_s);
    buckets_.detach_untouched();
    result_.grad_norm = optimizer_.clip_gradients();
    if (!std::isfinite(result_.grad_norm)) throw RunError("the gradient is not finite");
    optimizer_.step(lr);
    buckets_.clear();
  }
  return std::exchange(result_, {});
}

}  // namespace pixelsail
