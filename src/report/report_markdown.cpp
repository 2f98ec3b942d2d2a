#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "report/job_result.h"
#include "report/paper_tables.h"
#include "report/report.h"

namespace pixelsail {
namespace {

std::string number_text(const OrderedJson& value) {
  if (value.is_number_integer()) return value.dump();
  if (!value.is_number()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, std::abs(value.get<double>()) >= 100 ? "%.1f" : "%.4f",
                value.get<double>());
  return text;
}

/// A Markdown table whose columns line up in plain text too: the first is text, the others are numbers.
class Table {
 public:
  explicit Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 3);
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text = line(rows_.front(), widths);
    text += '|';
    for (std::size_t i = 0; i < widths.size(); ++i) {
      text +=
          i == 0 ? ' ' + std::string(widths[i], '-') + " |" : ' ' + std::string(widths[i] - 1, '-') + ": |";
    }
    text += '\n';
    for (std::size_t i = 1; i < rows_.size(); ++i) text += line(rows_[i], widths);
    return text;
  }

 private:
  static std::string line(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
    std::string text = "|";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      text += ' ' + (i == 0 ? row[i] + padding : padding + row[i]) + " |";
    }
    return text + '\n';
  }

  std::vector<std::vector<std::string>> rows_;
};

/// Jobs on one benchmark and split, in order of appearance.
struct BenchmarkJobs {
  std::string name;
  std::vector<const OrderedJson*> jobs;
};

std::vector<BenchmarkJobs> by_benchmark(const OrderedJson& jobs) {
  std::vector<BenchmarkJobs> groups;
  for (const OrderedJson& job : jobs) {
    const std::string name = job_title(job);
    auto found = std::ranges::find(groups, name, &BenchmarkJobs::name);
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->jobs.push_back(&job);
  }
  return groups;
}

/// Results down, metrics across, each with its 95 % interval where there is one.
std::string metric_table(const BenchmarkJobs& group) {
  std::vector<std::string> header{"name"};
  for (const OrderedJson& metric : group.jobs.front()->at("metrics")) header.push_back(metric.at("name"));
  Table table(header);
  for (const OrderedJson* job : group.jobs) {
    std::vector<std::string> row{job->at("name")};
    for (const OrderedJson& metric : job->at("metrics")) {
      std::string cell = number_text(metric.at("value"));
      if (metric.contains("low"))
        cell += " [" + number_text(metric.at("low")) + ", " + number_text(metric.at("high")) + "]";
      row.push_back(std::move(cell));
    }
    row.resize(header.size(), "-");
    table.add(std::move(row));
  }
  return table.text();
}

std::string breakdown_tables(const BenchmarkJobs& group) {
  std::string text;
  const OrderedJson& first = group.jobs.front()->at("breakdowns");
  for (std::size_t b = 0; b < first.size(); ++b) {
    std::vector<std::string> header{first[b].at("title"), "samples"};
    for (const OrderedJson* job : group.jobs) header.push_back(job->at("name"));
    Table table(header);
    for (const OrderedJson& row : first[b].at("rows")) {
      std::vector<std::string> cells{row.at("name"), number_text(row.at("samples"))};
      for (const OrderedJson* job : group.jobs) {
        std::string value = "-";
        if (job->at("breakdowns").size() > b) {
          for (const OrderedJson& other : job->at("breakdowns")[b].at("rows"))
            if (other.at("name") == row.at("name")) value = number_text(other.at("value"));
        }
        cells.push_back(value);
      }
      table.add(std::move(cells));
    }
    text += '\n' + first[b].at("title").get<std::string>() + ", " + first[b].at("metric").get<std::string>() +
            ":\n\n" + table.text();
  }
  return text;
}

std::string count_table(const BenchmarkJobs& group) {
  std::vector<std::string> header{"count"};
  for (const OrderedJson* job : group.jobs) header.push_back(job->at("name"));
  Table table(header);
  std::vector<std::string> names;
  for (const OrderedJson* job : group.jobs) {
    for (const auto& [name, value] : job->at("counts").items())
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  for (const std::string& name : names) {
    std::vector<std::string> row{name};
    for (const OrderedJson* job : group.jobs)
      row.push_back(job->at("counts").contains(name) ? number_text(job->at("counts").at(name)) : "-");
    table.add(std::move(row));
  }
  return table.text();
}

std::string failure_list(const OrderedJson& job) {
  const OrderedJson& failures = job.at("failures");
  if (failures.empty()) return {};
  std::string text =
      "\nFailed samples of " + job.at("name").get<std::string>() + ", each counted as wrong:\n\n";
  for (const OrderedJson& failure : failures) text += "- " + failure.get<std::string>() + '\n';
  const auto more =
      job.at("counts").at("failed").get<std::int64_t>() - static_cast<std::int64_t>(failures.size());
  if (more > 0) text += "- and " + std::to_string(more) + " more\n";
  return text;
}

}  // namespace

std::string headline(const OrderedJson& job) {
  constexpr std::size_t kShown = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, job.at("metrics").size()); ++i) {
    const OrderedJson& metric = job.at("metrics")[i];
    text +=
        (i > 0 ? ", " : "") + metric.at("name").get<std::string>() + " " + number_text(metric.at("value"));
  }
  return text;
}

std::string report_markdown(const OrderedJson& report) {
  std::string text = "# " + report.at("title").get<std::string>() + "\n";
  if (!report.at("tables").empty()) text += '\n' + tables_markdown(report.at("tables"));
  for (const BenchmarkJobs& group : by_benchmark(report.at("jobs"))) {
    text += "\n## " + group.name + "\n\n" + metric_table(group) + breakdown_tables(group) + '\n' +
            count_table(group);
    for (const OrderedJson* job : group.jobs) text += failure_list(*job);
  }
  return text;
}

}  // namespace pixelsail
