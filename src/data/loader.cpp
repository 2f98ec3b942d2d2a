#include "data/loader.h"

#include <chrono>

#include "data/example_source.h"
#include "data/prefetch.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// So many broken samples without a good one between them mean that the data are unusable, not just damaged.
constexpr std::int64_t kMaxSkipsInARow = 1000;

/// What preparing one item of the stream came to.
struct Outcome {
  Example example;
  std::string skipped;  ///< reason
};

void check_settings(const DataConfig& config, std::int64_t batch_size, int rank, int world_size) {
  if (batch_size < 1) throw ConfigError("the batch size must be at least 1");
  if (world_size < 1 || rank < 0 || rank >= world_size) throw ConfigError("rank must lie in [0, world_size)");
  if (config.workers < 1 || config.prefetch < 1) throw ConfigError("workers and prefetch must be at least 1");
  if (config.on_error != "skip" && config.on_error != "stop") {
    throw ConfigError("on_error is \"" + config.on_error + "\", expected skip or stop");
  }
}

}  // namespace

/// Single items of the stream are prepared ahead, not batches: which items make up a batch is known only when
/// those before it are done, as broken ones are left out.
///
/// "Item" i of this process is place i * world_size + rank of the stream.
struct Loader::Impl {
  Impl(const DataConfig& config, ExampleBuilder builder, std::int64_t size, std::uint64_t s, int r, int w)
      : batch_size((check_settings(config, size, r, w), size)),
        seed(s),
        rank(r),
        world_size(w),
        stop_on_error(config.on_error == "stop"),
        source(config, std::move(builder)),
        mixture(make_mixture(config, source, seed)),
        items([this](std::int64_t item) { return mixture.at(place_of(item)); },
              [this](std::int64_t item, const Mixture::Item& chosen) { return prepare(item, chosen); },
              config.workers, config.prefetch * size) {
    for (const DatasetConfig& dataset : config.datasets) weights.push_back(dataset.weight);
  }

  std::int64_t place_of(std::int64_t item) const { return item * world_size + rank; }

  Outcome prepare(std::int64_t item, const Mixture::Item& chosen) const {
    Outcome outcome;
    try {
      Rng rng(seed, "sample/" + std::to_string(place_of(item)));
      outcome.example = source.make(chosen, rng);
    } catch (const DataError& e) {
      if (stop_on_error) throw;
      outcome.skipped = e.what();
      if (outcome.skipped.empty()) outcome.skipped = "unknown reason";
    }
    return outcome;
  }

  Batch next() {
    const auto begin = std::chrono::steady_clock::now();
    while (static_cast<std::int64_t>(pending.examples.size()) < batch_size) {
      Outcome outcome = items.take();
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
    for (std::size_t d = 0; d < source.datasets().size(); ++d) {
      const Dataset& dataset = *source.datasets()[d];
      sets.push_back({{"name", dataset.name()}, {"samples", dataset.size()}, {"weight", weights[d]}});
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
    items.restart(new_items);
    pending = {};
    batches = new_batches;
    skipped = new_skipped;
    skips_in_a_row = 0;
    position = taken = new_items;
  }

  std::int64_t batch_size;
  std::uint64_t seed;
  int rank, world_size;
  bool stop_on_error;
  ExampleSource source;
  std::vector<double> weights;
  Batch pending;  ///< survives an exception in next(), so that nothing is lost when the caller goes on
  std::int64_t taken = 0, position = 0, batches = 0, skipped = 0, skips_in_a_row = 0;
  double wait_s = 0;
  Mixture mixture;                         ///< used by the plans of `items` only
  Prefetch<Mixture::Item, Outcome> items;  ///< last: its threads use what stands above
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
  for (const auto& dataset : impl_->source.datasets()) result.emplace_back(dataset->name(), dataset->size());
  return result;
}

}  // namespace pixelsail
