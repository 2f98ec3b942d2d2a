#include "score/prediction_match.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "io/json_input.h"
#include "io/json_number.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::size_t kExamples = 5;

/// One kind of fault: how often and where first.
struct FaultKind {
  std::int64_t count = 0;
  std::vector<std::string> examples;

  void add(std::string example) {
    if (++count <= static_cast<std::int64_t>(kExamples)) examples.push_back(std::move(example));
  }
  /// "12 samples have no prediction (1:2, ...)"
  std::string text(const std::string& what) const {
    std::string list;
    for (const std::string& example : examples) list += (list.empty() ? "" : ", ") + example;
    if (count > static_cast<std::int64_t>(kExamples)) list += ", ...";
    return std::to_string(count) + ' ' + what + " (" + list + ')';
  }
};

/// All that is found while a file is read.
struct Findings {
  FaultKind missing, duplicate, unknown, broken;

  PredictionFaults faults() const {
    PredictionFaults faults{.missing = missing.count,
                            .duplicate = duplicate.count,
                            .unknown = unknown.count,
                            .broken = broken.count};
    for (const auto& [kind, what] : named())
      if (kind->count > 0) faults.examples.push_back(kind->text(what));
    return faults;
  }
  std::string message() const {
    std::string message;
    for (const auto& [kind, what] : named())
      if (kind->count > 0) message += (message.empty() ? "" : "; ") + kind->text(what);
    return message;
  }

 private:
  std::vector<std::pair<const FaultKind*, const char*>> named() const {
    return {{&broken, "lines cannot be used"},
            {&unknown, "predictions belong to no sample that is scored"},
            {&duplicate, "predictions are for a sample that has one already"},
            {&missing, "samples have no prediction"}};
  }
};

}  // namespace

PredictionFaults& PredictionFaults::operator+=(const PredictionFaults& other) {
  missing += other.missing;
  duplicate += other.duplicate;
  unknown += other.unknown;
  broken += other.broken;
  examples.insert(examples.end(), other.examples.begin(), other.examples.end());
  return *this;
}

OrderedJson PredictionFaults::to_json() const {
  OrderedJson json;
  json["missing"] = missing;
  json["duplicate"] = duplicate;
  json["unknown"] = unknown;
  json["broken"] = broken;
  json["examples"] = examples;
  return json;
}

void add_faults(OrderedJson& json, const PredictionFaults& faults) {
  if (faults.any()) json["faults"] = faults.to_json();
}

std::string id_member(const Json& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end()) throw DataError(std::string("\"") + key + "\" is missing");
  if (found->is_string()) return found->get<std::string>();
  if (const auto number = whole_json_number(*found)) return std::to_string(*number);
  throw DataError(std::string("\"") + key + "\" should be a string or an integer, not " + found->type_name());
}

PredictionId id_from(const char* key) {
  return [key](const Json& line) { return id_member(line, key); };
}

PredictionFaults match_predictions(const std::filesystem::path& path, std::span<const std::string> ids,
                                   const PredictionId& id_of, const AcceptPrediction& accept,
                                   bool allow_missing) {
  std::unordered_map<std::string_view, std::size_t> index;
  index.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!index.emplace(ids[i], i).second)
      throw DataError("the annotations have two samples with id " + ids[i]);
  }
  // Lines are taken when all of them were seen: of a sample with two predictions none may count.
  enum class State : std::uint8_t { kMissing, kOne, kBroken, kSeveral };
  std::vector<State> state(ids.size(), State::kMissing);
  std::vector<std::pair<std::size_t, Json>> lines(ids.size());
  JsonRecords records(path);
  Findings findings;
  std::string text;
  while (records.next(text)) {
    const std::string name = records.place();
    try {
      if (detail::find_invalid_utf8(text) != std::string::npos) throw DataError(name + ": is not UTF-8");
      Json line = parse_json(text, name);
      if (!line.is_object()) throw DataError(name + ": is not a JSON object");
      const auto found = index.find(id_of(line));
      if (found == index.end()) {
        findings.unknown.add(name + ": " + id_of(line));
        continue;
      }
      State& sample = state[found->second];
      if (sample != State::kMissing) {
        findings.duplicate.add(name + ": " + ids[found->second]);
        sample = State::kSeveral;
        continue;
      }
      sample = State::kOne;
      lines[found->second] = {records.number(), std::move(line)};
    } catch (const DataError& error) {
      const std::string reason = error.what();
      findings.broken.add(reason.starts_with(name) ? reason : name + ": " + reason);
    }
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (state[i] == State::kMissing) findings.missing.add(ids[i]);
    if (state[i] != State::kOne) continue;
    try {
      accept(i, lines[i].second);
    } catch (const DataError& error) {
      findings.broken.add((records.is_array() ? "entry " : "line ") + std::to_string(lines[i].first) + ": " +
                          ids[i] + ": " + error.what());
    }
    lines[i].second = Json();
  }
  const std::string message = findings.message();
  if (!message.empty() && !allow_missing) throw DataError(path.string() + ": " + message);
  return findings.faults();
}

}  // namespace pixelsail
