#include "train/trainer_counters.h"

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::int64_t count(const Json& state, const char* key, const std::string& where) {
  const std::int64_t value = json_int(state, key, where);
  if (value < 0) throw DataError(where + ": \"" + key + "\" is negative");
  return value;
}

}  // namespace

nlohmann::ordered_json counters_to_json(const TrainCounters& counters) {
  OrderedJson state;
  state["step"] = counters.step;
  state["samples"] = counters.samples;
  state["tokens"] = counters.tokens;
  state["skipped"] = counters.skipped;
  state["seg_mismatches"] = counters.seg_mismatches;
  if (!counters.skipped_by_reason.empty()) state["skipped_by_reason"] = counters.skipped_by_reason;
  return state;
}

TrainCounters counters_from_json(const nlohmann::json& state, const std::string& where) {
  TrainCounters counters{.step = count(state, "step", where),
                         .samples = count(state, "samples", where),
                         .tokens = count(state, "tokens", where),
                         .skipped = count(state, "skipped", where),
                         .seg_mismatches = count(state, "seg_mismatches", where),
                         .skipped_by_reason = {}};
  if (const auto found = state.find("skipped_by_reason"); found != state.end()) {
    if (!found->is_object()) throw DataError(where + ": \"skipped_by_reason\" should be an object");
    for (const auto& [reason, unused] : found->items())
      counters.skipped_by_reason[reason] = count(*found, reason.c_str(), where);
  }
  return counters;
}

}  // namespace pixelsail
