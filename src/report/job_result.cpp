#include "report/job_result.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <unordered_map>

#include "benchmarks/benchmark.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

constexpr std::size_t kFailuresShown = 20;
constexpr std::size_t kHistogramBins = 20;

std::string length_name(std::size_t words) {
  static constexpr std::array<std::size_t, 5> kBounds{2, 4, 6, 8, 12};
  std::size_t low = 0;
  for (const std::size_t high : kBounds) {
    if (words <= high) return std::to_string(low) + " to " + std::to_string(high);
    low = high + 1;
  }
  return std::to_string(low) + " and more";
}

struct Group {
  std::int64_t samples = 0;
  double sum = 0;
};

OrderedJson rows_of(const std::vector<std::pair<std::string, Group>>& groups) {
  OrderedJson rows = OrderedJson::array();
  for (const auto& [name, group] : groups) {
    rows.push_back({{"name", name},
                    {"samples", group.samples},
                    {"value", group.sum / static_cast<double>(group.samples)}});
  }
  return rows;
}

OrderedJson breakdowns_of(const QuestionSet& set, const SampleScores& scores) {
  std::map<std::string, Group> categories;
  std::map<std::size_t, std::pair<std::string, Group>> lengths;  // by the fewest words met
  std::map<std::string, std::size_t> order;
  for (std::size_t i = 0; i < scores.values.size(); ++i) {
    const double value = scores.values[i];
    if (std::isnan(value)) continue;
    const std::string category = set.category(i);
    if (!category.empty()) {
      ++categories[category].samples;
      categories[category].sum += value;
    }
    const std::size_t words = measured_words(set, i);
    const std::string length = length_name(words);
    const auto place = order.try_emplace(length, words).first->second;
    auto& [name, group] = lengths[place];
    name = length;
    ++group.samples;
    group.sum += value;
  }
  OrderedJson breakdowns = OrderedJson::array();
  if (!categories.empty()) {
    breakdowns.push_back({{"title", "Kind of question"},
                          {"metric", "mean " + scores.metric},
                          {"rows", rows_of({categories.begin(), categories.end()})}});
  }
  if (lengths.size() > 1) {
    std::vector<std::pair<std::string, Group>> rows;
    for (const auto& [words, entry] : lengths) rows.push_back(entry);
    const bool of_question = !set.questions.front().subject.empty();
    breakdowns.push_back({{"title", of_question ? "Words of the question" : "Words of the reference"},
                          {"metric", "mean " + scores.metric},
                          {"rows", rows_of(rows)}});
  }
  return breakdowns;
}

/// cIoU by kind of expression, as the scorer of referring segmentation gives it.
void add_kinds(const OrderedJson& score, OrderedJson& breakdowns) {
  if (!score.contains("kinds") || score.at("kinds").empty()) return;
  OrderedJson rows = OrderedJson::array();
  for (const auto& [name, kind] : score.at("kinds").items())
    rows.push_back({{"name", name}, {"samples", kind.at("samples")}, {"value", kind.at("ciou")}});
  breakdowns.push_back({{"title", "Kind of expression"}, {"metric", "ciou"}, {"rows", std::move(rows)}});
}

OrderedJson histogram_of(const SampleScores& scores) {
  // Right and wrong alone make no distribution.
  std::vector<std::int64_t> counts(kHistogramBins, 0);
  bool between = false;
  for (const double value : scores.values) {
    if (std::isnan(value)) continue;
    between |= value > 0 && value < 1;
    const double at = std::clamp(value, 0.0, 1.0) * static_cast<double>(kHistogramBins);
    ++counts[std::min(kHistogramBins - 1, static_cast<std::size_t>(at))];
  }
  if (!between) return nullptr;
  std::vector<double> edges;
  for (std::size_t i = 0; i <= kHistogramBins; ++i)
    edges.push_back(static_cast<double>(i) / static_cast<double>(kHistogramBins));
  return {{"metric", scores.metric}, {"edges", edges}, {"counts", counts}};
}

OrderedJson counts_of(const JobResult& result, const QuestionSet& set) {
  std::int64_t failed = 0, no_mask = 0, several = 0, empty = 0, retried = 0, tokens = 0, longest = 0,
               answered = 0;
  for (const OrderedJson& line : result.lines) {
    if (line.contains("error")) {
      ++failed;
      continue;
    }
    ++answered;
    const auto masks = line.value("mask_count", std::int64_t{0});
    no_mask += masks == 0;
    several += masks > 1;
    if (line.contains("mask") && line.at("mask").is_object())
      empty += rle_area(rle_from_json(Json::parse(line.at("mask").dump()))) == 0;
    retried += line.value("retried", false);
    const auto length = line.value("tokens", std::int64_t{0});
    tokens += length;
    longest = std::max(longest, length);
  }
  OrderedJson counts;
  counts["questions"] = set.questions.size();
  counts["samples"] = result.score.samples.size();
  counts["images"] = set.images.size();
  counts["failed"] = failed;
  if (set.kind == AnswerKind::kMask || set.kind == AnswerKind::kMasks) {
    counts["answers without a mask"] = no_mask;
    if (set.kind == AnswerKind::kMask) {
      counts["answers with several masks"] = several;
      counts["empty masks"] = empty;
    }
  }
  if (!set.retry_prefix.empty()) counts["asked again"] = retried;
  if (!result.blind && answered > 0) {
    counts["mean tokens of an answer"] = static_cast<double>(tokens) / static_cast<double>(answered);
    counts["longest answer in tokens"] = longest;
  }
  for (const char* key : {"unparsed", "merge_differs", "missing_masks"})
    if (result.score.json.contains(key)) counts[key] = result.score.json.at(key);
  return counts;
}

OrderedJson failures_of(const JobResult& result, const QuestionSet& set) {
  OrderedJson failures = OrderedJson::array();
  for (std::size_t i = 0; i < result.lines.size() && failures.size() < kFailuresShown; ++i) {
    if (result.lines[i].contains("error"))
      failures.push_back("sample " + set.questions[i].id + ": " +
                         result.lines[i].at("error").get<std::string>());
  }
  return failures;
}

OrderedJson metrics_of(const ScoreResult& score) {
  OrderedJson metrics = OrderedJson::array();
  for (const auto& [name, value] : metric_values(score)) {
    OrderedJson metric{{"name", name}, {"value", value}};
    if (score.json.contains("confidence_95")) {
      const OrderedJson& interval = score.json.at("confidence_95").at(name);
      metric["low"] = interval.at(0);
      metric["high"] = interval.at(1);
    }
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

}  // namespace

std::size_t measured_words(const QuestionSet& set, std::size_t question) {
  const std::string& subject = set.questions[question].subject;
  std::istringstream stream(subject.empty() ? set.reference(question).text : subject);
  std::size_t words = 0;
  for (std::string word; stream >> word;) ++words;
  return words;
}

SampleScores sample_scores(const JobResult& result, const QuestionSet& set) {
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < set.questions.size(); ++i) places.emplace(set.questions[i].id, i);
  SampleScores scores{
      .metric = {},
      .values = std::vector<double>(set.questions.size(), std::numeric_limits<double>::quiet_NaN())};
  for (const ScoredSample& sample : result.score.samples) {
    const auto place = places.find(sample.id);
    if (place == places.end()) continue;
    for (const auto& [name, value] : sample.detail.items()) {
      if (!value.is_number()) continue;
      scores.metric = name;
      scores.values[place->second] = value.get<double>();
      break;
    }
  }
  return scores;
}

OrderedJson job_json(const JobResult& result, const QuestionSet& set) {
  const SampleScores scores = sample_scores(result, set);
  OrderedJson job;
  job["name"] = result.name;
  job["benchmark"] = result.benchmark.benchmark;
  job["split"] = result.benchmark.split;
  job["split_by"] = result.benchmark.split_by;
  job["answered_by"] = result.answered_by;
  job["blind"] = result.blind;
  job["unit"] = std::string(find_benchmark(result.benchmark.benchmark).unit);
  job["metrics"] = metrics_of(result.score);
  job["counts"] = counts_of(result, set);
  job["failures"] = failures_of(result, set);
  job["histogram"] = histogram_of(scores);
  job["breakdowns"] = breakdowns_of(set, scores);
  add_kinds(result.score.json, job["breakdowns"]);
  job["score"] = result.score.json;
  return job;
}

void add_chance(OrderedJson& job, const OrderedJson& blind) {
  for (OrderedJson& metric : job["metrics"]) {
    for (const OrderedJson& other : blind.at("metrics"))
      if (other.at("name") == metric.at("name")) metric["chance"] = other.at("value");
  }
  if (job.at("histogram").is_object() && blind.at("histogram").is_object())
    job["histogram"]["chance"] = blind.at("histogram").at("counts");
}

std::string job_title(const OrderedJson& job) {
  const auto split = job.at("split").get<std::string>();
  return job.at("benchmark").get<std::string>() + (split.empty() ? "" : " " + split);
}

}  // namespace pixelsail
