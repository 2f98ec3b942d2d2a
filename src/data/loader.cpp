#include "data/loader.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "data/example_source.h"
#include "data/prefetch.h"
#include "data/slot_filler.h"
#include "data/stream_position.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void check_settings(const DataConfig& config, BatchSize size, int rank, int world_size) {
  if (size.samples < 1) throw ConfigError("the batch size must be at least 1");
  if (size.tokens < 0 || (size.tokens > 0 && (size.samples != 1 || world_size != 1)))
    throw ConfigError("batches of so many tokens have no number of samples and are read by one process");
  if (world_size < 1 || rank < 0 || rank >= world_size) throw ConfigError("rank must lie in [0, world_size)");
  if (config.workers < 1 || config.prefetch < 1) throw ConfigError("workers and prefetch must be at least 1");
  if (config.on_error != "skip" && config.on_error != "stop") {
    throw ConfigError("on_error is \"" + config.on_error + "\", expected skip or stop");
  }
}

StreamIdentity identity_of(const DataConfig& config, const ExampleSource& source, std::uint64_t seed,
                           BatchSize size) {
  StreamIdentity stream{
      .seed = seed, .batch_size = size.samples, .tokens_per_batch = size.tokens, .datasets = {}};
  for (std::size_t d = 0; d < config.datasets.size(); ++d) {
    const Dataset& dataset = *source.datasets()[d];
    stream.datasets.push_back(
        {.name = dataset.name(), .samples = dataset.size(), .weight = config.datasets[d].weight});
  }
  return stream;
}

/// How many filled slots wait at most.
std::int64_t slots_ahead(const DataConfig& config, BatchSize size) {
  // Of batches of so many tokens it is not known; a picture of 1024 x 1024 pixels and more has so many.
  constexpr std::int64_t kLongSample = 1024;
  return config.prefetch * std::max(size.samples, size.tokens / kLongSample);
}

/// Which micro-batches of the stream one rank reads, and how far all have come; samples, where batches are of so
/// many tokens.
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
  Impl(const DataConfig& config, ExampleBuilder builder, BatchSize size_, std::uint64_t seed, int rank,
       int world_size)
      : size((check_settings(config, size_, rank, world_size), size_)),
        share{.rank = rank, .world_size = world_size},
        source(config, std::move(builder)),
        stream(identity_of(config, source, seed, size)),
        mixture(make_mixture(config, source, seed)),
        filler(source, mixture, seed, size.samples, config.on_error == "stop"),
        slots([this](std::int64_t n) { return mixture.at(filler.item_of(place_of(n))); },
              [this](std::int64_t n, const Mixture::Item& item) { return filler.fill(place_of(n), item); },
              config.workers, slots_ahead(config, size)) {}

  /// The n-th slot that this rank reads.
  SlotPlace place_of(std::int64_t n) const {
    return {.micro_batch = share.micro_batch(n / size.samples), .slot = n % size.samples};
  }

  bool is_full() const {
    return size.tokens > 0 ? pending_tokens >= size.tokens
                           : static_cast<std::int64_t>(pending.examples.size()) >= size.samples;
  }
  bool fits(const FilledSlot& slot) const {
    return size.tokens == 0 || pending.examples.empty() || pending_tokens + tokens_of(slot) <= size.tokens;
  }
  static std::int64_t tokens_of(const FilledSlot& slot) {
    return static_cast<std::int64_t>(slot.example.sequence.tokens.ids.size());
  }
  void add(FilledSlot slot) {
    pending_tokens += tokens_of(slot);
    pending.examples.push_back(std::move(slot.example));
    pending.skipped += static_cast<std::int64_t>(slot.skip_reasons.size());
    for (const std::string& name : slot.skip_names) ++pending.skipped_by_reason[name];
    for (std::string& reason : slot.skip_reasons) pending.skip_reasons.push_back(std::move(reason));
  }

  Batch next() {
    const auto begin = std::chrono::steady_clock::now();
    while (!is_full()) {
      if (!held) held = slots.take();
      if (!fits(*held)) break;
      add(*std::exchange(held, std::nullopt));
    }
    wait_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    pending.micro_batch = share.micro_batch(share.taken);
    share.taken += size.tokens > 0 ? static_cast<std::int64_t>(pending.examples.size()) : 1;
    pending_tokens = 0;
    return std::exchange(pending, {});
  }

  void restore(std::int64_t position) {
    slots.restart(0, [&] {
      share.position = position;
      share.taken = 0;
    });
    pending = {};
    pending_tokens = 0;
    held.reset();
  }

  BatchSize size;
  /// `taken` belongs to the caller's thread; the rest changes only while no thread of `slots` runs.
  RankShare share;
  ExampleSource source;
  StreamIdentity stream;
  Batch pending;  ///< survives an exception in next(), so that nothing is lost when the caller goes on
  std::int64_t pending_tokens = 0;
  std::optional<FilledSlot> held;  ///< did not fit into the batch before
  double wait_s = 0;
  Mixture mixture;
  SlotFiller filler;
  Prefetch<Mixture::Item, FilledSlot> slots;  ///< last: its threads use what stands above
};

Loader::Loader(const DataConfig& config, ExampleBuilder builder, BatchSize size, std::uint64_t seed, int rank,
               int world_size)
    : impl_(std::make_unique<Impl>(config, std::move(builder), size, seed, rank, world_size)) {}

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
