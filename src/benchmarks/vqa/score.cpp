#include "benchmarks/vqa/vqa.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <system_error>
#include <unordered_map>

#include "benchmarks/vqa/answers.h"
#include "io/printable.h"
#include "io/tables/tsv_column.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// CircularEval: the records of a question with rolled options have its index plus a multiple of this.
constexpr std::int64_t kRollStep = 1'000'000;

std::int64_t whole_number(const VqaTable& table, const VqaQuestion& question, const std::string& text,
                          const char* column) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || value < 0)
    throw DataError(table.where(question) + ": " + column + " should be a whole number from 0 on, not \"" +
                    detail::printable(text) + "\": it says which question is rolled");
  return value;
}

VqaSelection select_split(const VqaTable& table, const std::string& split) {
  if (split.empty()) return [](const VqaQuestion&) { return true; };
  std::set<std::string> known;
  for (const VqaQuestion& question : table.questions())
    if (question.split) known.insert(*question.split);
  if (!known.contains(split)) {
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    throw ConfigError(table.name() + ": no question of split \"" + split + "\"" +
                      (list.empty() ? " (the table names no splits)" : " (there are: " + list + ")"));
  }
  return [split](const VqaQuestion& question) { return question.split == split; };
}

}  // namespace

std::int64_t RolledQuestion::group(const VqaQuestion& question) const {
  if (named_) return whole_number(table_, question, question.g_index.value_or(""), "g_index");
  return whole_number(table_, question, question.index, "index") % kRollStep;
}

bool RolledQuestion::is_main(const VqaQuestion& question) const {
  return whole_number(table_, question, question.index, "index") == group(question);
}

VqaSelection selection_of(const VqaTable& table, const ScoreRequest& request) {
  VqaSelection in_split = select_split(table, request.split);
  if (request.split.empty() || request.benchmark != "mmbench") return in_split;
  const RolledQuestion rolled(table, request);
  std::unordered_map<std::int64_t, bool> selected;
  for (const VqaQuestion& question : table.questions())
    if (rolled.is_main(question)) selected[rolled.group(question)] = in_split(question);
  return [in_split, selected, rolled](const VqaQuestion& question) {
    const auto found = selected.find(rolled.group(question));
    return found == selected.end() ? in_split(question) : found->second;
  };
}

VqaAnswers match_answers(const VqaTable& table, const ScoreRequest& request, const VqaSelection& selected) {
  VqaAnswers matched;
  std::vector<std::string> ids;
  bool any_answer = false;
  for (const VqaQuestion& question : table.questions()) {
    if (!selected(question) || !request.wants(question.index)) continue;
    ids.push_back(question.index);
    matched.answers.push_back({.question = &question, .prediction = std::nullopt});
    any_answer |= question.answer.has_value();
  }
  if (ids.empty()) throw DataError(table.name() + ": no question to score");
  if (!any_answer)
    throw DataError(table.name() + ": no question has an answer (the tables of test splits have none)");
  matched.faults = match_predictions(request, ids, id_from("index"), [&](std::size_t i, const Json& line) {
    const std::string text = id_member(line, "prediction");
    matched.answers[i].prediction = is_missing_cell(text) ? "nan" : text;
  });
  return matched;
}

ChoiceRules choice_rules(const ScoreRequest& request) {
  return options_of<ChoiceOptions>(request.options).choice_rules;
}

MatchRules match_rules(const ScoreRequest& request) {
  return choice_rules(request) == ChoiceRules::kBundled ? MatchRules::kBundled : MatchRules::kCurrent;
}

OrderedJson begin_result(const VqaTable& table, const ScoreRequest& request) {
  OrderedJson json;
  json["benchmark"] = request.benchmark;
  json["table"] = std::filesystem::path(table.name()).filename().string();
  if (!request.split.empty()) json["split"] = request.split;
  json["choice_rules"] = name_of(choice_rules(request));
  return json;
}

void end_result(OrderedJson& json, const VqaTable& table, const PredictionFaults& faults) {
  if (table.without_image() > 0) json["records_without_image"] = table.without_image();
  add_faults(json, faults);
}

ScoredSample scored_sample(const VqaQuestion& question, std::size_t unit, bool correct,
                           const std::optional<std::string>& parsed) {
  ScoredSample sample{.id = question.index, .unit = unit};
  sample.detail["correct"] = correct ? 1 : 0;
  sample.detail["parsed"] = parsed ? OrderedJson(*parsed) : OrderedJson();
  sample.detail["answer"] = question.answer ? OrderedJson(*question.answer) : OrderedJson();
  return sample;
}

ScoreResult score_vqa(const ScoreRequest& request) {
  const auto tables = {"mme", "mmbench", "seedbench", "mmstar"};
  if (std::ranges::find(tables, request.benchmark) == tables.end())
    throw ConfigError("\"" + request.benchmark + "\" is no benchmark of visual questions");
  return score_vqa(VqaTable::load(find_vqa_table(request.annotations, request.benchmark)), request);
}

ScoreResult score_vqa(const VqaTable& table, const ScoreRequest& request) {
  if (request.benchmark == "mme") return score_mme(table, request);
  return score_choices(table, request,
                       request.benchmark == "mmbench" ? ChoiceCount::kCircular : ChoiceCount::kSingle);
}

std::vector<VqaGroup> vqa_groups(const VqaTable& table, const ScoreRequest& request) {
  const VqaSelection selected = selection_of(table, request);
  const RolledQuestion rolled(table, request);
  std::vector<VqaGroup> groups;
  std::unordered_map<std::string, std::size_t> places;
  const auto& questions = table.questions();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (!selected(questions[i])) continue;
    std::string name = questions[i].index;
    if (request.benchmark == "mmbench") name = std::to_string(rolled.group(questions[i]));
    if (request.benchmark == "mme") name = questions[i].image_path.value_or(name);
    const auto [found, added] = places.try_emplace(std::move(name), groups.size());
    if (added) groups.emplace_back();
    groups[found->second].push_back(i);
  }
  return groups;
}

}  // namespace pixelsail
