#pragma once

/// Finds the prediction of every sample: a file with one JSON object a line, in any order, against the ids
/// that the annotations ask for.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/score_request.h"
#include "io/json.h"

namespace pixelsail {

/// What was wrong with a prediction file that was scored all the same.
struct PredictionFaults {
  std::int64_t missing = 0;    ///< samples without a prediction: counted as wrong
  std::int64_t duplicate = 0;  ///< samples with several: counted as wrong
  std::int64_t unknown = 0;    ///< predictions for no sample: left out
  std::int64_t broken = 0;     ///< lines that are no JSON object, or whose content does not fit their sample
  /// The first few of each kind, readable.
  std::vector<std::string> examples;

  bool any() const { return missing + duplicate + unknown + broken > 0; }
  /// {"missing":..,"duplicate":..,"unknown":..,"broken":..,"examples":[..]}
  OrderedJson to_json() const;
  PredictionFaults& operator+=(const PredictionFaults& other);
};

/// The id a line is about. Throws DataError when it has none.
using PredictionId = std::function<std::string(const Json& line)>;
/// Takes the line of sample `index`. Throws DataError when its content does not fit (missing member, wrong
/// mask size).
using AcceptPrediction = std::function<void(std::size_t index, const Json& line)>;

/// Reads the request's (first) predictions and calls `accept` for the one good line of each id. Unless the request
/// allows missing ones, anything wrong is a DataError that names the line and counts what else is wrong of that
/// kind; else the samples concerned get no call and are counted. Lines must be UTF-8 and empty lines are skipped.
/// `ids` must be unique (DataError).
PredictionFaults match_predictions(const ScoreRequest& request, std::span<const std::string> ids,
                                   const PredictionId& id_of, const AcceptPrediction& accept);

/// Member as text: a string as it is, an integer in decimal. Throws DataError when it is missing or something
/// else.
std::string id_member(const Json& line, const char* key);

/// The id that id_member() finds under `key`, which must outlive it (a literal).
PredictionId id_from(const char* key);

/// "faults" of a result, when there are any.
void add_faults(OrderedJson& json, const PredictionFaults& faults);

}  // namespace pixelsail
