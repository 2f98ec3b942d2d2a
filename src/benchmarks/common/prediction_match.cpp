#include "benchmarks/common/prediction_match.h"

#include <algorithm>
#include <filesystem>
#include <optional>
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

/// Takes a line and what messages call it: "line 1", or "entry 1" of a JSON array.
using TakeLine = std::function<void(const std::string& name, const std::string& text)>;

/// The lines of a request, which are read twice: a million of them with their masks would fill the memory.
class PredictionLines {
 public:
  explicit PredictionLines(const ScoreRequest& request) : request_(request) {
    std::error_code error;
    is_kept_ =
        request.lines == nullptr && !std::filesystem::is_regular_file(request.predictions.front(), error);
  }

  void for_each(const TakeLine& take) {
    if (request_.lines != nullptr) {
      // As the line stands in a file: bytes of an answer that are no UTF-8 become U+FFFD.
      for (std::size_t i = 0; i < request_.lines->size(); ++i)
        take("line " + std::to_string(i + 1),
             (*request_.lines)[i].dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
    } else if (is_kept_ && was_read_) {
      for (const auto& [name, text] : kept_) take(name, text);
    } else {
      JsonRecords records(request_.predictions.front());
      for (std::string text; records.next(text);) {
        take(records.place(), text);
        if (is_kept_) kept_.emplace_back(records.place(), text);
      }
    }
    was_read_ = true;
  }

 private:
  const ScoreRequest& request_;
  /// What came through a pipe cannot be read again.
  bool is_kept_ = false, was_read_ = false;
  std::vector<std::pair<std::string, std::string>> kept_;
};

/// The one line of each sample. A line is taken when all of them were seen: of a sample with two predictions none
/// may count.
class LinesOfSamples {
 public:
  LinesOfSamples(std::span<const std::string> ids, const PredictionId& id_of, Findings& findings)
      : ids_(ids), id_of_(id_of), findings_(findings), state_(ids.size(), State::kMissing) {
    places_.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!places_.emplace(ids[i], i).second)
        throw DataError("the annotations have two samples with id " + ids[i]);
    }
  }

  /// The first time that a line is seen.
  void count(const std::string& name, const std::string& text) {
    try {
      const std::string id = id_of_(parse(name, text));
      const auto found = places_.find(id);
      if (found == places_.end()) return findings_.unknown.add(name + ": " + id);
      State& sample = state_[found->second];
      if (sample != State::kMissing) findings_.duplicate.add(name + ": " + id);
      sample = sample == State::kMissing ? State::kOne : State::kSeveral;
    } catch (const DataError& error) {
      const std::string reason = error.what();
      findings_.broken.add(reason.starts_with(name) ? reason : name + ": " + reason);
    }
  }

  void count_missing() {
    for (std::size_t i = 0; i < ids_.size(); ++i)
      if (state_[i] == State::kMissing) findings_.missing.add(ids_[i]);
  }

  /// The second time.
  void hand_over(const std::string& name, const std::string& text, const AcceptPrediction& accept) {
    const std::optional<std::pair<std::size_t, Json>> line = usable(name, text);
    if (!line) return;
    state_[line->first] = State::kTaken;
    try {
      accept(line->first, line->second);
    } catch (const DataError& error) {
      findings_.broken.add(name + ": " + ids_[line->first] + ": " + error.what());
    }
  }

  /// Whether a line that was there the first time was not there the second time.
  bool was_changed() const { return std::ranges::find(state_, State::kOne) != state_.end(); }

 private:
  enum class State : std::uint8_t { kMissing, kOne, kSeveral, kTaken };

  static Json parse(const std::string& name, const std::string& text) {
    if (detail::find_invalid_utf8(text) != std::string::npos) throw DataError(name + ": is not UTF-8");
    Json line = parse_json(text, name);
    if (!line.is_object()) throw DataError(name + ": is not a JSON object");
    return line;
  }

  /// The line and its sample; nothing when it was counted as a fault.
  std::optional<std::pair<std::size_t, Json>> usable(const std::string& name, const std::string& text) const {
    try {
      Json line = parse(name, text);
      const auto found = places_.find(id_of_(line));
      if (found == places_.end() || state_[found->second] != State::kOne) return std::nullopt;
      return std::pair(found->second, std::move(line));
    } catch (const DataError&) {
      return std::nullopt;
    }
  }

  std::span<const std::string> ids_;
  const PredictionId& id_of_;
  Findings& findings_;
  std::vector<State> state_;
  std::unordered_map<std::string_view, std::size_t> places_;
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

PredictionFaults match_predictions(const ScoreRequest& request, std::span<const std::string> ids,
                                   const PredictionId& id_of, const AcceptPrediction& accept) {
  Findings findings;
  LinesOfSamples samples(ids, id_of, findings);
  PredictionLines lines(request);
  lines.for_each([&](const std::string& name, const std::string& text) { samples.count(name, text); });
  samples.count_missing();
  lines.for_each(
      [&](const std::string& name, const std::string& text) { samples.hand_over(name, text, accept); });
  if (samples.was_changed()) throw DataError(request.predictions.front() + ": was changed while it was read");
  const std::string message = findings.message();
  if (!message.empty() && !request.allow_missing)
    throw DataError(request.predictions.front() + ": " + message);
  return findings.faults();
}

}  // namespace pixelsail
