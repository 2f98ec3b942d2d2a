#include "eval/report.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>

#include "io/atomic_file.h"

namespace pixelsail {
namespace {

constexpr std::size_t kFailuresShown = 20;

std::string fraction(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
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

std::string score_table(std::span<const EvalResult> results) {
  const bool no_target =
      std::ranges::any_of(results, [](const EvalResult& r) { return r.score.benchmark == "grefcoco"; });
  std::vector<std::string> header{"name", "benchmark", "split", "samples", "cIoU", "gIoU"};
  for (const char* name : kPrecisionNames) header.push_back(std::string("Pr@") + name);
  if (no_target) header.insert(header.end(), {"N-acc", "T-acc"});
  Table table(header);
  for (const EvalResult& result : results) {
    const SegmentationScore& score = result.score.overall;
    std::vector<std::string> row{result.name,          result.score.benchmark,
                                 result.score.split,   std::to_string(score.samples),
                                 fraction(score.ciou), fraction(score.giou)};
    for (const double value : score.precision) row.push_back(fraction(value));
    if (no_target) {
      const bool has_rule = result.score.benchmark == "grefcoco";
      row.push_back(has_rule && score.no_target_samples > 0 ? fraction(score.n_acc) : "-");
      row.push_back(has_rule ? fraction(score.t_acc) : "-");
    }
    table.add(std::move(row));
  }
  return table.text();
}

/// Kinds down, results across, for the results on one benchmark and split; empty without kinds.
std::string kind_table(const std::vector<const EvalResult*>& results) {
  std::map<std::string, std::pair<std::int64_t, std::map<const EvalResult*, double>>> kinds;
  for (const EvalResult* result : results) {
    for (const auto& [kind, score] : result->score.kinds) {
      kinds[kind].first = score.samples;
      kinds[kind].second[result] = score.ciou;
    }
  }
  if (kinds.empty()) return {};
  std::vector<std::string> header{"kind of expression", "samples"};
  for (const EvalResult* result : results) header.push_back(result->name);
  Table table(header);
  for (const auto& [kind, entry] : kinds) {
    std::vector<std::string> row{kind, std::to_string(entry.first)};
    for (const EvalResult* result : results) {
      const auto found = entry.second.find(result);
      row.push_back(found == entry.second.end() ? "-" : fraction(found->second));
    }
    table.add(std::move(row));
  }
  return table.text();
}

std::string count_table(std::span<const EvalResult> results) {
  Table table({"name", "failed", "no [SEG]", "several [SEG]", "empty mask", "words asked", "tokens answered",
               "longest answer"});
  for (const EvalResult& result : results) {
    const PredictionCounts& counts = result.counts;
    const auto generated = [&](const std::string& text) { return result.baseline ? "-" : text; };
    table.add({result.name, std::to_string(counts.failed), std::to_string(counts.no_mask),
               std::to_string(counts.several_masks), std::to_string(counts.empty_mask),
               one_decimal(result.mean_words), generated(one_decimal(counts.mean_tokens)),
               generated(std::to_string(counts.longest_answer))});
  }
  return table.text();
}

/// Results grouped by what they were scored on, in order of appearance.
std::vector<std::pair<std::string, std::vector<const EvalResult*>>> by_benchmark(
    std::span<const EvalResult> results) {
  std::vector<std::pair<std::string, std::vector<const EvalResult*>>> groups;
  for (const EvalResult& result : results) {
    const std::string label = result.score.benchmark + ' ' + result.score.split;
    auto found = std::ranges::find(groups, label, &decltype(groups)::value_type::first);
    if (found == groups.end()) found = groups.insert(groups.end(), {label, {}});
    found->second.push_back(&result);
  }
  return groups;
}

}  // namespace

EvalResult make_result(const std::string& name, ReferScore score,
                       std::span<const ReferExpression> expressions, std::span<const Prediction> predictions,
                       bool baseline) {
  EvalResult result{.name = name,
                    .score = std::move(score),
                    .counts = count_predictions(predictions),
                    .baseline = baseline};
  std::int64_t words = 0;
  for (const ReferExpression& expression : expressions) {
    std::istringstream stream(expression.sentence);
    for (std::string word; stream >> word;) ++words;
  }
  if (!expressions.empty())
    result.mean_words = static_cast<double>(words) / static_cast<double>(expressions.size());
  for (const Prediction& prediction : predictions) {
    if (prediction.error.empty() || result.failures.size() >= kFailuresShown) continue;
    result.failures.push_back("ref_id " + std::to_string(prediction.ref_id) + " sent_id " +
                              std::to_string(prediction.sent_id) + ": " + prediction.error);
  }
  return result;
}

OrderedJson result_to_json(const EvalResult& result) {
  OrderedJson json;
  json["name"] = result.name;
  json.update(score_to_json(result.score));
  const PredictionCounts& counts = result.counts;
  json["counts"] = {{"failed", counts.failed},
                    {"no_mask", counts.no_mask},
                    {"several_masks", counts.several_masks},
                    {"empty_mask", counts.empty_mask}};
  json["lengths"]["mean_expression_words"] = result.mean_words;
  if (!result.baseline) {
    json["lengths"]["mean_answer_tokens"] = counts.mean_tokens;
    json["lengths"]["longest_answer_tokens"] = counts.longest_answer;
  }
  if (!result.failures.empty()) json["failures"] = result.failures;
  return json;
}

std::string report_markdown(std::span<const EvalResult> results) {
  std::string text = "# Evaluation\n\n" + score_table(results);
  for (const auto& [label, group] : by_benchmark(results)) {
    const std::string table = kind_table(group);
    if (!table.empty()) text += "\n## cIoU by kind of expression, " + label + "\n\n" + table;
  }
  text += "\n## Counts and lengths\n\n" + count_table(results);
  for (const EvalResult& result : results) {
    if (result.failures.empty()) continue;
    text += "\n## Failed samples of " + result.name + "\n\n";
    text += "Each counts as an answer without a mask.\n\n";
    for (const std::string& failure : result.failures) text += "- " + failure + '\n';
    const std::int64_t more = result.counts.failed - static_cast<std::int64_t>(result.failures.size());
    if (more > 0) text += "- and " + std::to_string(more) + " more\n";
  }
  return text;
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

void write_report(const std::filesystem::path& directory, const OrderedJson& config,
                  std::span<const EvalResult> results) {
  OrderedJson report;
  report["config"] = config;
  report["results"] = OrderedJson::array();
  for (const EvalResult& result : results) report["results"].push_back(result_to_json(result));
  write_json_atomic(directory / "report.json", report);
  write_file_atomic(directory / "report.md", report_markdown(results));
}

}  // namespace pixelsail
