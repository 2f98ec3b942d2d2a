#include "data/stream_position.h"

#include <limits>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kVersion = 2;
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
const std::string kWhere = "loader state";

Json identity_json(const StreamIdentity& stream) {
  Json sets = Json::array();
  for (const auto& part : stream.datasets)
    sets.push_back({{"name", part.name}, {"samples", part.samples}, {"weight", part.weight}});
  Json identity{{"seed", stream.seed}, {"datasets", sets}};
  if (stream.tokens_per_batch > 0) {
    identity["tokens_per_batch"] = stream.tokens_per_batch;
  } else {
    identity["batch_size"] = stream.batch_size;
  }
  return identity;
}

const char* unit_of(const StreamIdentity& stream) {
  return stream.tokens_per_batch > 0 ? "samples" : "micro_batches";
}

/// Whether batches are of so many tokens, or of so many samples, now as they were.
void check_same_kind(const Json& json, const StreamIdentity& stream) {
  if (json.contains("tokens_per_batch") == (stream.tokens_per_batch > 0)) return;
  throw DataError(kWhere + (stream.tokens_per_batch > 0
                                ? ": saved without tokens_per_batch, which fills batches in another way"
                                : ": saved with tokens_per_batch, which fills batches in another way"));
}

void check_same(const Json& json, const char* key, const Json& now) {
  if (const Json& saved = json_at(json, key, kWhere); saved != now)
    throw DataError(kWhere + ": saved with another " + key + " (" + saved.dump() + ", now " + now.dump() +
                    ")");
}

/// Version 1: single items were counted, and a broken one moved all behind it.
std::int64_t read_old_position(const Json& json, const StreamIdentity& stream) {
  const std::int64_t batches = json_int(json, "batches", kWhere), items = json_int(json, "items", kWhere),
                     skipped = json_int(json, "skipped", kWhere);
  if (batches < 0 || skipped < 0 || batches > (kLargest - skipped) / stream.batch_size ||
      items != batches * stream.batch_size + skipped)
    throw DataError(kWhere + ": batches, items and skipped do not fit together with a batch size of " +
                    std::to_string(stream.batch_size));
  const std::string advice =
      "; finish the run with the version that began it, or begin a new run with init_from set to a "
      "checkpoint "
      "of this one";
  if (skipped > 0)
    throw DataError(kWhere + ": saved by an older version after " + std::to_string(skipped) +
                    " samples had been skipped, which the order of samples no longer follows" + advice);
  if (json_int(json, "world_size", kWhere) != 1 || json_int(json, "rank", kWhere) != 0)
    throw DataError(kWhere +
                    ": saved by an older version with several processes, which shared the samples "
                    "in another way" +
                    advice);
  return batches;
}

}  // namespace

nlohmann::json position_to_json(std::int64_t position, const StreamIdentity& stream) {
  Json json = {{"version", kVersion}, {unit_of(stream), position}};
  json.update(identity_json(stream));
  return json;
}

std::int64_t position_from_json(const nlohmann::json& json, const StreamIdentity& stream) {
  if (!json.is_object()) throw DataError(kWhere + ": should be an object");
  const Json identity = identity_json(stream);
  check_same(json, "seed", identity["seed"]);
  check_same(json, "datasets", identity["datasets"]);
  check_same_kind(json, stream);
  if (!json.contains("version")) return read_old_position(json, stream);
  if (const std::int64_t version = json_int(json, "version", kWhere); version != kVersion)
    throw DataError(kWhere + ": version " + std::to_string(version) + ", but this program reads version " +
                    std::to_string(kVersion));
  const char* size = stream.tokens_per_batch > 0 ? "tokens_per_batch" : "batch_size";
  check_same(json, size, identity[size]);
  const std::int64_t position = json_int(json, unit_of(stream), kWhere);
  if (position < 0 || position > kLargest / stream.batch_size)
    throw DataError(kWhere + ": " + std::to_string(position) + " is an impossible number of " +
                    unit_of(stream));
  return position;
}

}  // namespace pixelsail
