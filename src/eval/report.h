#pragma once

/// report.json, report.md and report.html of an evaluation.

#include <filesystem>
#include <string>

#include "config/config.h"
#include "eval/eval_config.h"
#include "io/json.h"

namespace pixelsail {

/// The layout of report/report_page.h: `jobs` (eval/job_result.h) under the title of the configuration, with
/// the paper's tables where it names their file. Throws DataError for a broken file of tables.
OrderedJson make_report(const EvalConfig& config, OrderedJson&& jobs);

/// "meteor 0.213, cider 0.87": the main figures of a job.
std::string headline(const OrderedJson& job);

/// Readable tables: the paper's, then for each benchmark all metrics, breakdowns, counts and failed samples.
std::string report_markdown(const OrderedJson& report);

/// A configuration as nested JSON.
OrderedJson config_to_json(const ConfigNode& node);

/// eval_config.yaml, report.json (without pictures), report.md and report.html in `directory`, each complete
/// or not at all.
void write_report(const std::filesystem::path& directory, const EvalConfig& config,
                  const OrderedJson& report);

}  // namespace pixelsail
