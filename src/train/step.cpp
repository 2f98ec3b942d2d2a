#include "train/step.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <chrono>
#include <cmath>

#include "core/rng.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// bf16 autocast for the life of the object.
class AutocastGuard {
 public:
  AutocastGuard(torch::Device device, bool enabled) : type_(device.type()), enabled_(enabled) {
    if (!enabled_) return;
    was_enabled_ = at::autocast::is_autocast_enabled(type_);
    old_dtype_ = at::autocast::get_autocast_dtype(type_);
    at::autocast::set_autocast_enabled(type_, true);
    at::autocast::set_autocast_dtype(type_, torch::kBFloat16);
    at::autocast::increment_nesting();
  }
  ~AutocastGuard() {
    if (!enabled_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(type_, was_enabled_);
    at::autocast::set_autocast_dtype(type_, old_dtype_);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  at::DeviceType type_;
  bool enabled_, was_enabled_ = false;
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

}  // namespace

TrainStep::TrainStep(PixelSailImpl& model, ObjectiveImpl& objective, AdamW& optimizer, bool bf16,
                     std::uint64_t seed)
    : model_(model), objective_(objective), optimizer_(optimizer), bf16_(bf16), seed_(seed) {}

void TrainStep::accumulate(const MicroBatch& batch, std::int64_t step, std::int64_t index,
                           std::int64_t count) {
  LossTerms terms;
  const double share = 1.0 / static_cast<double>(count);
  {
    const Stopwatch watch(result_.forward_s);
    const AutocastGuard autocast(model_.device(), bf16_);
    const PackedInput packed = pack(batch.samples, model_.device());
    const torch::Tensor hidden_TC = model_.hidden_states(packed);
    Rng stream(seed_, "points " + std::to_string(step) + " " + std::to_string(index));
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(stream.next_u64());
    terms = objective_.forward(model_, packed, hidden_TC, batch.targets, generator);
  }
  const auto add = [share](double& into, const torch::Tensor& value) {
    into += share * value.item<double>();
  };
  add(result_.loss, terms.total);
  add(result_.llm, terms.llm);
  add(result_.mask, terms.mask);
  add(result_.dice, terms.dice);
  add(result_.mask2former, terms.mask2former);
  add(result_.sam2, terms.sam2);
  add(result_.language_ce, terms.language_ce);
  for (const SequenceInput& sample : batch.samples)
    result_.tokens += static_cast<std::int64_t>(sample.ids.size());
  result_.masks += terms.masks;
  if (!std::isfinite(result_.loss)) throw RunError("the loss is not finite");
  const Stopwatch watch(result_.backward_s);
  (terms.total * share).backward();
}

StepResult TrainStep::finish(double lr) {
  {
    const Stopwatch watch(result_.optimizer_s);
    result_.grad_norm = optimizer_.clip_gradients();
    if (!std::isfinite(result_.grad_norm)) throw RunError("the gradient is not finite");
    optimizer_.step(lr);
    optimizer_.zero_gradients();
  }
  return std::exchange(result_, {});
}

}  // namespace pixelsail
