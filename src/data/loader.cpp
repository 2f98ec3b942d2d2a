#include "data/loader.h"

#include <chrono>

#include "data/example_source.h"
#include "data/prefetch.h"
#include "data/slot_filler.h"
#include "data/stream_position.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void check_settings(const DataConfig& config, std::int64_t batch_size, int rank, int world_size) {
  if (batch_size < 1) throw ConfigError("the batch size must be at least 1");
  if (world_size < 1 || rank < 0 || rank >= world_size) throw ConfigError("rank must lie in [0, world_size)");
  if (config.workers < 1 || config.prefetch < 1) throw ConfigError("workers and prefetch must be at least 1");
  if (config.on_error != "skip" && config.on_error != "stop") {
    throw ConfigError("on_error is \"" + config.on_error + "\", expected skip or stop");
  }
}

StreamIdentity identity_of(const DataConfig& config, const ExampleSource& source, std::uint64_t seed,
                           std::int64_t batch_size) {
  StreamIdentity stream{.seed = seed, .batch_size = batch_size, .datasets = {}};
  for (std::size_t d = 0; d < config.datasets.size(); ++d) {
    const Dataset& dataset = *source.datasets()[d];
    stream.datasets.push_back(
        {.name = dataset.name(), .samples = dataset.size(), .weight = config.datasets[d].weight});
  }
  return stream;
}

/// Which micro-batches of the stream one rank reads, and how far all have come.
struct RankShare {
  int rank = 0, world_size = 1;
  std::int64_t position = 0;  ///< micro-batches that all ranks together had read when this one began
  std::int64_t taken = 0;     ///< micro-batches that this one has read since

  /// The n-th that this rank reads, from 0: of those behind `position`, every m with m % world_size == rank.
  std::int64_t micro_batch(std::int64_t n) const {
    const std::int64_t first = (rank - position % world_size + world_size) % world_size;
    return position + first + n * world_size;
  }
  /// How far all are when each has read as many as this one.
  std::int64_t read_by_all() const { return position + taken * world_size; }
};

}  // namespace

/// The stages of the stream: the mixture says which samples a micro-batch holds, Prefetch has its slots filled
/// ahead, SlotFiller replaces broken samples, and next() puts filled slots together.
struct Loader::Impl {
  Impl(const DataConfig& config, ExampleBuilder builder, std::int64_t size, std::uint64_t seed, int rank,
       int world_size)
      : batch_size((check_settings(config, size, rank, world_size), size)),
        share{.rank = rank, .world_size = world_size},
        source(config, std::move(builder)),
        stream(identity_of(config, source, seed, size)),
        mixture(make_mixture(config, source, seed)),
        filler(source, mixture, seed, size, config.on_error == "stop"),
        slots([this](std::int64_t n) { return mixture.at(filler.item_of(place_of(n))); },
              [this](std::int64_t n, const Mixture::Item& item) { return filler.fill(place_of(n), item); },
              config.workers, config.prefetch * size) {}

  /// The n-th slot that this rank reads.
  SlotPlace place_of(std::int64_t n) const {
    return {.micro_batch = share.micro_batch(n / batch_size), .slot = n % batch_size};
  }

  Batch next() {
    const auto begin = std::chrono::steady_clock::now();
    while (static_cast<std::int64_t>(pending.examples.size()) < batch_size) {
      FilledSlot slot = slots.take();
      pending.examples.push_back(std::move(slot.example));
      pending.skipped += static_cast<std::int64_t>(slot.skip_reasons.size());
      for (const std::string& name : slot.skip_names) ++pending.skipped_by_reason[name];
      for (std::string& reason : slot.skip_reasons) pending.skip_reasons.push_back(std::move(reason));
    }
    wait_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    pending.micro_batch = share.micro_batch(share.taken);
    ++share.taken;
    return std::exchange(pending, {});
  }

  void restore(std::int64_t position) {
    slots.restart(0, [&] {
      share.position = position;
      share.taken = 0;
    });
    pending = {};
  }

  std::int64_t batch_size;
  /// `taken` belongs to the caller's thread; the rest changes only while no thread of `slots` runs.
  RankShare share;
  ExampleSource source;
  StreamIdentity stream;
  Batch pending;  ///< survives an exception in next(), so that nothing is lost when the caller goes on
  double wait_s = 0;
  Mixture mixture;
  SlotFiller filler;
  Prefetch<Mixture::Item, FilledSlot> slots;  ///< last: its threads use what stands above
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
  return position_to_json(impl_->share.read_by_all(), impl_->stream);
}
void Loader::restore(const nlohmann::json& state) {
  impl_->restore(position_from_json(state, impl_->stream));
}

std::vector<std::pair<std::string, std::int64_t>> Loader::sizes() const {
  std::vector<std::pair<std::string, std::int64_t>> result;
  for (const auto& dataset : impl_->source.datasets()) result.emplace_back(dataset->name(), dataset->size());
  return result;
}

}  // namespace pixelsail
