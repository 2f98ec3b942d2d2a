#include "report/report.h"

#include <set>
#include <vector>

#include "io/atomic_file.h"
#include "report/job_result.h"
#include "report/paper_tables.h"
#include "report/report_page.h"

namespace pixelsail {
namespace {

RunScore run_score(const OrderedJson& job) {
  RunScore score{
      .answered_by = job.at("answered_by"), .benchmark = job.at("benchmark"), .split = job.at("split")};
  score.split_by = job.at("split_by");
  for (const OrderedJson& metric : job.at("metrics"))
    if (metric.at("value").is_number()) score.metrics[metric.at("name")] = metric.at("value");
  return score;
}

}  // namespace

OrderedJson make_report(const ReportOptions& options, OrderedJson&& jobs) {
  OrderedJson report;
  report["title"] = options.title;
  report["tables"] = OrderedJson::array();
  if (!options.paper_tables.empty()) {
    std::vector<RunScore> scores;
    for (const OrderedJson& job : jobs) scores.push_back(run_score(job));
    report["tables"] = paper_tables(options.paper_tables, scores);
  }
  report["jobs"] = std::move(jobs);
  report["config"] = config_to_json(options.config);
  return report;
}

OrderedJson config_to_json(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNull:
      return nullptr;
    case ConfigNode::Kind::kScalar: {
      if (node.quoted) return node.text;
      OrderedJson value = OrderedJson::parse(node.text, nullptr, false);
      return value.is_discarded() ? OrderedJson(node.text) : value;
    }
    case ConfigNode::Kind::kSequence: {
      OrderedJson list = OrderedJson::array();
      for (const ConfigNode& item : node.items) list.push_back(config_to_json(item));
      return list;
    }
    case ConfigNode::Kind::kMapping:
      break;
  }
  OrderedJson object = OrderedJson::object();
  for (std::size_t i = 0; i < node.items.size(); ++i) object[node.keys[i]] = config_to_json(node.items[i]);
  return object;
}

namespace {

/// What the page shows: blind answers are the level that others are compared with, no result of their own,
/// unless there is no other. Results of one system need not say its name each time.
OrderedJson for_page(OrderedJson report) {
  OrderedJson& jobs = report["jobs"];
  OrderedJson shown = OrderedJson::array();
  std::set<std::string> systems;
  for (OrderedJson& job : jobs) {
    if (job.value("blind", false)) continue;
    systems.insert(job.at("answered_by").get<std::string>());
    shown.push_back(std::move(job));
  }
  if (shown.empty()) return report;
  std::set<std::string> names;
  for (const OrderedJson& job : shown) names.insert(job_title(job));
  if (systems.size() == 1 && names.size() == shown.size()) {
    for (OrderedJson& job : shown) job["name"] = job_title(job);
  }
  jobs = std::move(shown);
  return report;
}

}  // namespace

void write_report(const std::filesystem::path& directory, const OrderedJson& report) {
  OrderedJson plain = report;
  for (OrderedJson& job : plain["jobs"])
    for (OrderedJson& example : job["examples"]) example.erase("picture");
  write_json_atomic(directory / "report.json", plain);
  write_file_atomic(directory / "report.md", report_markdown(report));
  write_file_atomic(directory / "report.html", report_page(for_page(report)));
}

}  // namespace pixelsail
