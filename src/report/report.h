#pragma once

/// report.json, report.md and report.html of an evaluation.

#include <filesystem>
#include <string>

#include "config/node.h"
#include "io/json.h"

namespace pixelsail {

struct ReportOptions {
  std::string title = "Evaluation";
  /// File with the paper's tables to stand beside; empty: none.
  std::string paper_tables;
  /// What was run.
  ConfigNode config;
};

/// The layout of report/report_page.h: `jobs` (report/job_result.h) under the title, with the paper's tables where
/// their file is named. Throws DataError for a broken file of tables.
OrderedJson make_report(const ReportOptions& options, OrderedJson&& jobs);

/// "meteor 0.213, cider 0.87": the main figures of a job.
std::string headline(const OrderedJson& job);

/// Readable tables: the paper's, then for each benchmark all metrics, breakdowns, counts and failed samples.
std::string report_markdown(const OrderedJson& report);

/// A configuration as nested JSON.
OrderedJson config_to_json(const ConfigNode& node);

/// report.json (without pictures), report.md and report.html in `directory`, each complete or not at all.
void write_report(const std::filesystem::path& directory, const OrderedJson& report);

}  // namespace pixelsail
