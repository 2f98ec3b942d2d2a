#include "survey/sample_looks.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>

#include "data/unusable.h"

namespace pixelsail::detail {
namespace {

/// What one sample turned out to be.
struct Look {
  std::int64_t tokens = 0, scored = 0, masks = 0;
  std::vector<std::string> notes;
  std::string fault, message;  ///< empty: it can be used
};

Look look_at(const Dataset& dataset, const ExampleBuilder& builder, std::int64_t index, std::uint64_t seed) {
  Look look;
  try {
    Rng rng(seed, "check/" + std::to_string(index));
    const Example example = builder.build(dataset.get(index, rng));
    look.notes = example.notes;
    look.tokens = static_cast<std::int64_t>(example.sequence.tokens.ids.size());
    look.scored = std::ranges::count_if(example.sequence.tokens.labels,
                                        [](std::int64_t label) { return label != kIgnoredLabel; });
    look.masks = static_cast<std::int64_t>(example.masks.size());
    if (example.seg_count_mismatch) {
      look.fault = "masks_differ_from_seg";
      look.message =
          example.id + ": its number of [SEG] is not its number of masks: only its text is trained on";
    }
  } catch (const UnusableSample& error) {
    look.fault = error.reason();
    look.message = error.what();
  } catch (const Error& error) {
    look.fault = "unnamed";
    look.message = error.what();
  }
  return look;
}

class Looker {
 public:
  Looker(const Dataset& dataset, const ExampleBuilder& builder, std::int64_t count, std::uint64_t seed,
         const DataCheckOptions& options)
      : dataset_(dataset), builder_(builder), count_(count), seed_(seed), options_(options) {}

  SampleLooks run() {
    const std::int64_t wanted = std::clamp<std::int64_t>(options_.threads, 1, 256);
    std::vector<std::thread> threads;
    for (std::int64_t i = 0; i < std::min(wanted, count_); ++i) threads.emplace_back([this] { work(); });
    for (std::thread& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
    for (auto& [reason, places] : first_)
      for (auto& [index, message] : places) looks_.faults[reason].first.push_back(std::move(message));
    return std::move(looks_);
  }

 private:
  void work() {
    try {
      while (!stopped_ && (options_.stop == nullptr || !options_.stop->load())) {
        const std::int64_t index = next_++;
        if (index >= count_) return;
        Look look = look_at(dataset_, builder_, index, seed_);
        const std::lock_guard lock(mutex_);
        add(index, std::move(look));
        if (options_.progress) options_.progress(dataset_.name(), looks_.looked_at, count_);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      stopped_ = true;
    }
  }

  void add(std::int64_t index, Look look) {
    ++looks_.looked_at;
    for (const std::string& note : look.notes) ++looks_.notes[note];
    if (!look.fault.empty()) {
      ++looks_.faults[look.fault].count;
      // The first by their places, whichever thread was faster.
      auto& places = first_[look.fault];
      places.emplace(index, std::move(look.message));
      if (places.size() > kFirstFaults) places.erase(std::prev(places.end()));
    }
    if (look.tokens == 0) return;
    looks_.tokens.push_back(look.tokens);
    looks_.scored_tokens.push_back(look.scored);
    looks_.masks.push_back(look.masks);
  }

  const Dataset& dataset_;
  const ExampleBuilder& builder_;
  std::int64_t count_;
  std::uint64_t seed_;
  const DataCheckOptions& options_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  SampleLooks looks_;
  std::map<std::string, std::map<std::int64_t, std::string>> first_;
  std::exception_ptr failure_;
};

}  // namespace

SampleLooks look_at_samples(const Dataset& dataset, const ExampleBuilder& builder, std::int64_t count,
                            std::uint64_t seed, const DataCheckOptions& options) {
  return Looker(dataset, builder, count, seed, options).run();
}

}  // namespace pixelsail::detail
