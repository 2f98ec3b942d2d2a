#include <unordered_map>

#include "benchmarks/vqa/answers.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What the kit takes for an answer in which it finds no choice.
constexpr char kNoChoice = 'Z';

/// How one record was answered.
struct Verdict {
  std::optional<char> choice;
  bool answered = false;
  /// As a question of its own: no choice is 'Z'.
  bool right = false;
  /// Among the rolls of a question: no choice is wrong.
  bool right_in_circle = false;
};

Verdict judge(const VqaAnswer& answer, MatchRules rules) {
  Verdict verdict;
  if (!answer.prediction) return verdict;
  const VqaQuestion& question = *answer.question;
  verdict.answered = true;
  verdict.choice = match_choice(*answer.prediction, question.options, rules);
  verdict.right = question.answer == std::string(1, verdict.choice.value_or(kNoChoice));
  verdict.right_in_circle = verdict.right && verdict.choice;
  return verdict;
}

ScoredSample choice_sample(const VqaQuestion& question, std::size_t unit, const Verdict& verdict) {
  std::optional<std::string> parsed;
  if (verdict.answered) parsed = std::string(1, verdict.choice.value_or(kNoChoice));
  return scored_sample(question, unit, verdict.right, parsed);
}

/// A question as it counts: in `right` for accuracy, in `right_plain` for the accuracy without rolls.
struct Unit {
  const VqaQuestion* question = nullptr;
  bool right = false, right_plain = false;
};

/// Counts of some units.
struct Tally {
  double units = 0, right = 0, right_plain = 0;

  void add(const Unit& unit) {
    ++units;
    right += unit.right ? 1 : 0;
    right_plain += unit.right_plain ? 1 : 0;
  }
  double accuracy() const { return units > 0 ? right / units : 0; }
  double accuracy_plain() const { return units > 0 ? right_plain / units : 0; }
};

/// Accuracy of each group, by name; those without a name are counted as "without_<what>".
OrderedJson group_accuracies(const std::vector<Unit>& units, std::optional<std::string> VqaQuestion::*group,
                             std::int64_t& without) {
  std::map<std::string, Tally> tallies;
  for (const Unit& unit : units) {
    const std::optional<std::string>& name = unit.question->*group;
    if (name) {
      tallies[*name].add(unit);
    } else {
      ++without;
    }
  }
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, tally] : tallies) json[name] = tally.accuracy();
  return json;
}

void add_groups(OrderedJson& json, const VqaTable& table, const std::vector<Unit>& units, bool circular) {
  if (table.has_column("split")) {
    std::map<std::string, Tally> tallies;
    for (const Unit& unit : units)
      if (unit.question->split) tallies[*unit.question->split].add(unit);
    json["splits"] = OrderedJson::object();
    for (const auto& [name, tally] : tallies) {
      OrderedJson& split = json["splits"][name];
      split["questions"] = static_cast<std::int64_t>(tally.units);
      split["accuracy"] = tally.accuracy();
      if (circular) split["accuracy_vanilla"] = tally.accuracy_plain();
    }
  }
  std::int64_t without = 0, without_l2 = 0;
  if (table.has_column("l2-category") || table.has_column("l2_category"))
    json["l2_categories"] = group_accuracies(units, &VqaQuestion::l2_category, without_l2);
  if (table.has_column("category"))
    json["categories"] = group_accuracies(units, &VqaQuestion::category, without);
  if (without > 0) json["without_category"] = without;
  if (without_l2 > 0) json["without_l2_category"] = without_l2;
}

ScoreDraw draw_units(const std::vector<Unit>& units, bool circular) {
  std::vector<double> rows;
  for (const Unit& unit : units)
    rows.insert(rows.end(), {1.0, unit.right ? 1.0 : 0.0, unit.right_plain ? 1.0 : 0.0});
  return additive_draw(3, std::move(rows), [circular](std::span<const double> sums) {
    const Tally tally{.units = sums[0], .right = sums[1], .right_plain = sums[2]};
    std::vector<double> values{tally.accuracy()};
    if (circular) values.push_back(tally.accuracy_plain());
    return values;
  });
}

/// Units and samples of questions that each stand for themselves.
std::vector<Unit> plain_units(const std::vector<VqaAnswer>& answers, const std::vector<Verdict>& verdicts,
                              std::vector<ScoredSample>& samples) {
  std::vector<Unit> units;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const VqaQuestion& question = *answers[i].question;
    samples.push_back(choice_sample(question, units.size(), verdicts[i]));
    units.push_back({.question = &question, .right = verdicts[i].right, .right_plain = verdicts[i].right});
  }
  return units;
}

/// The same of questions with their rolls; rolls whose question is not there are counted.
std::vector<Unit> circular_units(const std::vector<VqaAnswer>& answers, const std::vector<Verdict>& verdicts,
                                 const RolledQuestion& rolled, std::vector<ScoredSample>& samples,
                                 std::int64_t& lonely_rolls) {
  std::vector<Unit> units;
  std::unordered_map<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const VqaQuestion& question = *answers[i].question;
    if (!rolled.is_main(question)) continue;
    places.emplace(rolled.group(question), units.size());
    units.push_back({.question = &question, .right = true, .right_plain = verdicts[i].right});
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto place = places.find(rolled.group(*answers[i].question));
    if (place == places.end()) {
      ++lonely_rolls;
      continue;
    }
    Unit& unit = units[place->second];
    unit.right = unit.right && verdicts[i].right_in_circle;
    samples.push_back(choice_sample(*answers[i].question, place->second, verdicts[i]));
  }
  for (ScoredSample& sample : samples) {
    const Unit& unit = units[sample.unit];
    if (unit.question->index == sample.id) sample.detail["circular"] = unit.right ? 1 : 0;
  }
  return units;
}

}  // namespace

ScoreResult score_choices(const VqaTable& table, const ScoreRequest& request, ChoiceCount count) {
  const bool circular = count == ChoiceCount::kCircular;
  if (!table.has_column("answer"))
    throw DataError(table.name() + ": the table has no column \"answer\" (those of test splits have none)");
  const RolledQuestion rolled(table, request);
  const VqaAnswers matched = match_answers(table, request, selection_of(table, request));
  std::vector<Verdict> verdicts;
  std::int64_t unparsed = 0, lonely_rolls = 0;
  for (const VqaAnswer& answer : matched.answers) {
    verdicts.push_back(judge(answer, match_rules(request)));
    unparsed += verdicts.back().answered && !verdicts.back().choice;
  }
  ScoreResult result;
  const std::vector<Unit> units =
      circular ? circular_units(matched.answers, verdicts, rolled, result.samples, lonely_rolls)
               : plain_units(matched.answers, verdicts, result.samples);
  if (units.empty())
    throw DataError(table.name() + ": all records are rolls of questions that are not there");
  Tally all;
  for (const Unit& unit : units) all.add(unit);

  OrderedJson& json = result.json;
  json = begin_result(table, request);
  json["questions"] = units.size();
  if (circular) json["records"] = matched.answers.size();
  json["unparsed"] = unparsed;
  json["accuracy"] = all.accuracy();
  result.metrics = {"accuracy"};
  if (circular) {
    json["accuracy_vanilla"] = all.accuracy_plain();
    result.metrics.emplace_back("accuracy_vanilla");
  }
  add_groups(json, table, units, circular);
  if (lonely_rolls > 0) json["rolls_without_question"] = lonely_rolls;
  end_result(json, table, matched.faults);
  result.units = units.size();
  result.draw = draw_units(units, circular);
  return result;
}

}  // namespace pixelsail
