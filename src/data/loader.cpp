#include "data/loader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "data/mixture.h"
#include "data/teacher_cache.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// So many broken samples without a good one between them mean that the data are unusable, not just damaged.
constexpr std::int64_t kMaxSkipsInARow = 1000;

/// What preparing one item of the stream came to.
struct Outcome {
  bool ready = false;
  Example example;
  std::string skipped;       ///< reason
  std::exception_ptr fatal;  ///< rethrown in next()
};

}  // namespace

/// Workers prepare single items of the stream, not batches: which items make up a batch is known only when
/// those before it are done, as broken ones are left out. next() takes the items in order, so the result does
/// not depend on the number of workers or on their timing.
///
/// "Item" i of this process is place i * world_size + rank of the stream.
struct Loader::Impl {
  Impl(const DataConfig& config, ExampleBuilder b, std::int64_t size, std::uint64_t s, int r, int w)
      : builder(std::move(b)),
        batch_size(size),
        seed(s),
        rank(r),
        world_size(w),
        stop_on_error(config.on_error == "stop") {
    if (batch_size < 1) throw ConfigError("the batch size must be at least 1");
    if (world_size < 1 || rank < 0 || rank >= world_size)
      throw ConfigError("rank must lie in [0, world_size)");
    if (config.workers < 1 || config.prefetch < 1)
      throw ConfigError("workers and prefetch must be at least 1");
    if (config.on_error != "skip" && config.on_error != "stop") {
      throw ConfigError("on_error is \"" + config.on_error + "\", expected skip or stop");
    }
    std::vector<std::int64_t> sizes, starts;
    for (const DatasetConfig& dataset : config.datasets) {
      datasets.push_back(make_dataset(dataset, config));
      weights.push_back(dataset.weight);
      sizes.push_back(datasets.back()->size());
      starts.push_back(dataset.start_sample);
    }
    mixture = std::make_unique<Mixture>(weights, sizes, seed, starts);
    for (const TeacherConfig& teacher : config.teachers) {
      teachers.push_back(std::make_unique<TeacherCache>(std::filesystem::path(config.root) / teacher.dir));
    }
    window = std::max<std::int64_t>(config.prefetch, 1) * batch_size;
    worker_count = config.workers;
  }

  ~Impl() { stop_workers(); }

  // --- workers
  // -----------------------------------------------------------------------------------------------

  void start_workers() {
    try {
      while (static_cast<std::int64_t>(threads.size()) < worker_count)
        threads.emplace_back([this] { work(); });
    } catch (const std::system_error& e) {
      stop_workers();
      throw RunError(std::string("cannot start data threads: ") + e.what());
    }
  }

  void stop_workers() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    may_start.notify_all();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    stopping = false;
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      may_start.wait(lock, [this] { return stopping || next_item < first_item + window; });
      if (stopping) return;
      const std::int64_t item = next_item++;
      slots.emplace_back();
      Outcome outcome;
      try {
        const std::int64_t place = item * world_size + rank;
        const Mixture::Item chosen = mixture->at(place);
        lock.unlock();
        outcome = prepare(place, chosen);
        lock.lock();
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        outcome.fatal = std::current_exception();
      }
      outcome.ready = true;
      slots[static_cast<std::size_t>(item - first_item)] = std::move(outcome);
      if (item == first_item) is_ready.notify_one();
    }
  }

  Outcome prepare(std::int64_t place, const Mixture::Item& chosen) const {
    Outcome outcome;
    try {
      Rng rng(seed, "sample/" + std::to_string(place));
      const Sample sample = datasets[chosen.dataset]->get(chosen.index, rng);
      outcome.example = builder.build(sample);
      for (const auto& teacher : teachers) {
        outcome.example.teachers.push_back(sample.image_key.empty() ? std::nullopt
                                                                    : teacher->find(sample.image_key));
      }
    } catch (const DataError& e) {
      if (stop_on_error) throw;
      outcome.skipped = e.what();
      if (outcome.skipped.empty()) outcome.skipped = "unknown reason";
    }
    return outcome;
  }

  // --- the caller's side
  // -------------------------------------------------------------------------------------

  /// Next item of the stream, in order. A fatal one stays where it is and is thrown again by a later call.
  Outcome take() {
    std::unique_lock lock(mutex);
    is_ready.wait(lock, [this] { return !slots.empty() && slots.front().ready; });
    if (slots.front().fatal) std::rethrow_exception(slots.front().fatal);
    Outcome outcome = std::move(slots.front());
    slots.pop_front();
    ++first_item;
    lock.unlock();
    may_start.notify_one();
    return outcome;
  }

  Batch next() {
    start_workers();
    const auto begin = std::chrono::steady_clock::now();
    while (static_cast<std::int64_t>(pending.examples.size()) < batch_size) {
      Outcome outcome = take();
      ++taken;
      if (outcome.skipped.empty()) {
        skips_in_a_row = 0;
        pending.examples.push_back(std::move(outcome.example));
        continue;
      }
      ++pending.skipped;
      pending.skip_reasons.push_back(outcome.skipped);
      if (++skips_in_a_row >= kMaxSkipsInARow) {
        skips_in_a_row = 0;
        throw DataError(std::to_string(kMaxSkipsInARow) +
                        " samples in a row could not be used; the last: " + outcome.skipped);
      }
    }
    wait_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    position = taken;
    skipped += pending.skipped;
    ++batches;
    return std::exchange(pending, {});
  }

  Json mixture_state() const {
    Json sets = Json::array();
    for (std::size_t d = 0; d < datasets.size(); ++d) {
      sets.push_back(
          {{"name", datasets[d]->name()}, {"samples", datasets[d]->size()}, {"weight", weights[d]}});
    }
    return {{"seed", seed}, {"rank", rank}, {"world_size", world_size}, {"datasets", sets}};
  }

  Json state() const {
    Json result = {{"batches", batches}, {"items", position}, {"skipped", skipped}};
    result.update(mixture_state());
    return result;
  }

  void restore(const Json& state) {
    const std::string where = "loader state";
    const std::int64_t new_batches = json_int(state, "batches", where),
                       new_items = json_int(state, "items", where),
                       new_skipped = json_int(state, "skipped", where);
    if (new_batches < 0 || new_skipped < 0 || new_items != new_batches * batch_size + new_skipped) {
      throw DataError(where + ": batches, items and skipped do not fit together with a batch size of " +
                      std::to_string(batch_size));
    }
    const Json expected = mixture_state();
    for (const auto& [key, value] : expected.items()) {
      if (const Json& saved = json_at(state, key.c_str(), where); saved != value) {
        throw DataError(where + ": saved with another " + key + " (" + saved.dump() + ", now " +
                        value.dump() + ")");
      }
    }
    stop_workers();
    slots.clear();
    pending = {};
    batches = new_batches;
    skipped = new_skipped;
    skips_in_a_row = 0;
    position = taken = first_item = next_item = new_items;
  }

  ExampleBuilder builder;
  std::int64_t batch_size;
  std::uint64_t seed;
  int rank, world_size;
  bool stop_on_error;
  std::vector<std::unique_ptr<Dataset>> datasets;
  std::vector<double> weights;
  std::vector<std::unique_ptr<TeacherCache>> teachers;
  std::int64_t window = 1;  ///< items prepared ahead of the caller
  std::int64_t worker_count = 1;

  // Guarded by `mutex`: slots holds items first_item .. next_item - 1.
  std::mutex mutex;
  std::condition_variable may_start, is_ready;
  std::unique_ptr<Mixture> mixture;
  std::deque<Outcome> slots;
  std::int64_t first_item = 0, next_item = 0;
  bool stopping = false;

  // Used by the caller's thread only.
  Batch pending;  ///< survives an exception in next(), so that nothing is lost when the caller goes on
  std::int64_t taken = 0, position = 0, batches = 0, skipped = 0, skips_in_a_row = 0;
  double wait_s = 0;
  std::vector<std::thread> threads;
};

Loader::Loader(const DataConfig& config, ExampleBuilder builder, std::int64_t batch_size, std::uint64_t seed,
               int rank, int world_size)
    : impl_(std::make_unique<Impl>(config, std::move(builder), batch_size, seed, rank, world_size)) {}

Loader::~Loader() = default;

Batch Loader::next() {
  return impl_->next();
}
double Loader::last_wait_s() const {
  return impl_->wait_s;
}
nlohmann::json Loader::state() const {
  return impl_->state();
}
void Loader::restore(const nlohmann::json& state) {
  impl_->restore(state);
}

std::vector<std::pair<std::string, std::int64_t>> Loader::sizes() const {
  std::vector<std::pair<std::string, std::int64_t>> result;
  for (const auto& dataset : impl_->datasets) result.emplace_back(dataset->name(), dataset->size());
  return result;
}

}  // namespace pixelsail
