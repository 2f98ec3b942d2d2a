#include <algorithm>
#include <array>
#include <unordered_map>

#include "benchmarks/vqa/answers.h"
#include "benchmarks/vqa/mme_subtasks.h"
#include "io/printable.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Accuracies of MME are in percent.
constexpr double kPercent = 100;

/// The questions of one image in one subtask.
struct ImageScore {
  std::size_t unit = 0, subtask = 0;
  std::vector<bool> right;
  const VqaQuestion* first = nullptr;
};

/// (Weighted) counts of a subtask.
struct SubtaskSums {
  double questions = 0, right = 0, images = 0, both = 0;

  void add(const ImageScore& image, double weight) {
    questions += weight * static_cast<double>(image.right.size());
    right += weight * static_cast<double>(std::count(image.right.begin(), image.right.end(), true));
    images += weight;
    both += image.right[0] && image.right[1] ? weight : 0;
  }
  double accuracy() const { return questions > 0 ? right / questions * kPercent : 0; }
  double accuracy_plus() const { return images > 0 ? both / images * kPercent : 0; }
  double score() const { return accuracy() + accuracy_plus(); }
};

const char* yes_no_name(YesNo answer) {
  switch (answer) {
    case YesNo::kYes:
      return "Yes";
    case YesNo::kNo:
      return "No";
    case YesNo::kOther:
      break;
  }
  return "Unknown";
}

/// The answer of the table as yes_no_name() writes it. The kit compares it as it is; the script in lower
/// case.
std::string true_answer(const VqaTable& table, const VqaQuestion& question, YesNoRules rules) {
  const std::string answer = question.answer.value_or("");
  if (rules == YesNoRules::kVlmEvalKit) return answer;
  std::string lower = answer;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower != "yes" && lower != "no")
    throw DataError(table.where(question) + ": the answer should be yes or no, not \"" +
                    detail::printable(answer) + '"');
  return lower == "yes" ? "Yes" : "No";
}

/// Images and subtasks by their names, numbered as they come.
class Numbering {
 public:
  std::size_t number(const std::string& name) {
    const auto [found, added] = numbers_.emplace(name, names_.size());
    if (added) names_.push_back(name);
    return found->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
};

/// A sum over the subtasks of `members` that there are, in their order.
template <std::size_t size>
double total(const std::array<std::string_view, size>& members, const std::vector<std::string>& names,
             const std::vector<SubtaskSums>& sums) {
  double result = 0;
  for (const std::string_view member : members) {
    const auto found = std::find(names.begin(), names.end(), member);
    if (found != names.end()) result += sums[static_cast<std::size_t>(found - names.begin())].score();
  }
  return result;
}

template <std::size_t size>
void add_known(const std::array<std::string_view, size>& members, const std::vector<std::string>& names,
               std::vector<std::size_t>& known, OrderedJson& missing) {
  for (const std::string_view member : members) {
    const auto found = std::find(names.begin(), names.end(), member);
    if (found == names.end()) {
      missing.push_back(member);
    } else {
      known.push_back(static_cast<std::size_t>(found - names.begin()));
    }
  }
}

std::string image_name(const VqaTable& table, const VqaQuestion& question) {
  if (!question.image_path) throw DataError(table.where(question) + ": no image_path");
  try {
    const std::vector<std::string_view> names = list_cell(*question.image_path);
    return names.size() == 1 ? std::string(names.front()) : *question.image_path;
  } catch (const DataError& error) {
    throw_with_context(error, table.where(question) + ": image_path");
  }
}

/// The answers by image and subtask.
class MmeAnswers {
 public:
  MmeAnswers(const VqaTable& table, const ScoreRequest& request)
      : table_(table),
        yes_no_(options_of<MmeOptions>(request.options).yes_no_rules),
        match_(match_rules(request)) {}

  /// Returns its line of the per-sample file.
  ScoredSample add(const VqaAnswer& answer) {
    const VqaQuestion& question = *answer.question;
    if (!question.category) throw DataError(table_.where(question) + ": no category");
    const std::size_t unit = units.number(image_name(table_, question));
    const std::size_t subtask = subtasks.number(*question.category);
    const auto [place, added] = places_.emplace(std::pair(subtask, unit), images.size());
    if (added) images.push_back({.unit = unit, .subtask = subtask, .right = {}, .first = &question});
    const std::string truth = true_answer(table_, question, yes_no_);
    std::optional<std::string> parsed;
    if (answer.prediction) {
      const YesNo found = yes_no_ == YesNoRules::kMmeScript ? match_yes_no_mme_script(*answer.prediction)
                                                            : match_yes_no(*answer.prediction, match_);
      unparsed += found == YesNo::kOther;
      parsed = yes_no_name(found);
    }
    const bool right = parsed == truth;
    images[place->second].right.push_back(right);
    return scored_sample(question, unit, right, parsed);
  }

  /// Throws DataError for an image with a single question in a subtask.
  void check_pairs() const {
    for (const ImageScore& image : images) {
      if (image.right.size() >= 2) continue;
      throw DataError(table_.where(*image.first) + ": image " + detail::printable(units.names()[image.unit]) +
                      " has one question in " + detail::printable(subtasks.names()[image.subtask]) +
                      ", accuracy+ needs two");
    }
  }

  Numbering units, subtasks;
  std::vector<ImageScore> images;
  std::int64_t unparsed = 0;

 private:
  const VqaTable& table_;
  YesNoRules yes_no_;
  MatchRules match_;
  /// Of the images, by subtask and unit.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> places_;
};

OrderedJson subtask_json(const SubtaskSums& sums) {
  return {{"score", sums.score()},
          {"acc", sums.accuracy()},
          {"acc_plus", sums.accuracy_plus()},
          {"questions", static_cast<std::int64_t>(sums.questions)},
          {"images", static_cast<std::int64_t>(sums.images)}};
}

}  // namespace

ScoreResult score_mme(const VqaTable& table, const ScoreRequest& request) {
  for (const char* column : {"answer", "category", "image_path"})
    if (!table.has_column(column))
      throw DataError(table.name() + ": the table has no column \"" + column + "\"");
  const VqaAnswers matched = match_answers(table, request, selection_of(table, request));
  ScoreResult result;
  MmeAnswers answers(table, request);
  for (const VqaAnswer& answer : matched.answers) result.samples.push_back(answers.add(answer));
  answers.check_pairs();

  const std::vector<std::string>& names = answers.subtasks.names();
  std::vector<SubtaskSums> sums(names.size());
  for (const ImageScore& image : answers.images) sums[image.subtask].add(image, 1);
  OrderedJson missing = OrderedJson::array();
  std::vector<std::size_t> known;
  add_known(kMmePerception, names, known, missing);
  add_known(kMmeCognition, names, known, missing);

  OrderedJson& json = result.json;
  json = begin_result(table, request);
  json["yes_no_rules"] = name_of(options_of<MmeOptions>(request.options).yes_no_rules);
  json["questions"] = matched.answers.size();
  json["images"] = answers.units.names().size();
  json["unparsed"] = answers.unparsed;
  json["perception"] = total(kMmePerception, names, sums);
  json["cognition"] = total(kMmeCognition, names, sums);
  result.metrics = {"perception", "cognition"};
  for (const std::size_t subtask : known) {
    json[names[subtask]] = sums[subtask].score();
    result.metrics.push_back(names[subtask]);
  }
  for (std::size_t i = 0; i < names.size(); ++i) json["subtasks"][names[i]] = subtask_json(sums[i]);
  if (!missing.empty()) json["missing_subtasks"] = missing;
  end_result(json, table, matched.faults);

  result.units = answers.units.names().size();
  result.draw = [images = std::move(answers.images), names, known](std::span<const std::uint32_t> weights) {
    std::vector<SubtaskSums> drawn(names.size());
    for (const ImageScore& image : images)
      if (weights[image.unit] > 0) drawn[image.subtask].add(image, weights[image.unit]);
    std::vector<double> values{total(kMmePerception, names, drawn), total(kMmeCognition, names, drawn)};
    for (const std::size_t subtask : known) values.push_back(drawn[subtask].score());
    return values;
  };
  return result;
}

}  // namespace pixelsail
