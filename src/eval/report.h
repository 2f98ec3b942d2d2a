#pragma once

/// report.json and report.md of an evaluation.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "data/refer.h"
#include "score/prediction.h"
#include "score/score_refer.h"

namespace pixelsail {

struct EvalResult {
  std::string name;
  ReferScore score;
  PredictionCounts counts;
  bool baseline = false;  ///< no text was generated
  double mean_words = 0;  ///< of the expressions
  /// "ref_id 1 sent_id 2: reason" of the first failed samples.
  std::vector<std::string> failures;
};

EvalResult make_result(const std::string& name, ReferScore score,
                       std::span<const ReferExpression> expressions, std::span<const Prediction> predictions,
                       bool baseline);

/// A scoring object (score_to_json) with "name" in front and the counts behind.
OrderedJson result_to_json(const EvalResult& result);

/// Readable tables: scores, cIoU by kind of expression, counts and lengths, failed samples.
std::string report_markdown(std::span<const EvalResult> results);

/// A configuration as nested JSON.
OrderedJson config_to_json(const ConfigNode& node);

/// {"config":..,"results":[..]} into DIRECTORY/report.json and the tables into DIRECTORY/report.md, each
/// complete or not at all.
void write_report(const std::filesystem::path& directory, const OrderedJson& config,
                  std::span<const EvalResult> results);

}  // namespace pixelsail
