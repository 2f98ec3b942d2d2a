#pragma once

/// Multiple-choice and yes/no benchmarks over VLMEvalKit's tables (data/vqa.h): "mme", "mmbench",
/// "seedbench", "mmstar". Predictions: one line {"index":..,"prediction":".."} for each record. No image is
/// opened.
///
/// Answers are understood without a judge (metrics/answer_match.h); option choice_rules says which state of
/// the kit's rules (for MME they differ in the dots that are removed), option yes_no_rules which of MME's.
/// A prediction that pandas would read as missing ("", "None", "NA", ..) is the text "nan", as it is behind
/// the spreadsheet that the kit keeps predictions in. What else that sheet changes is not imitated: texts
/// that begin with "=" or hold control characters, and option columns that are nothing but whole floats
/// ("2.0" becomes 2) or truth values with a missing cell ("True" becomes 1.0).
///
///   mme        A subtask (column "category") scores 100 x accuracy + 100 x accuracy+, at most 200, where
///              accuracy+ is the share of images (column "image_path") whose first two questions are both
///              right. perception and cognition are the sums over their ten and four subtasks.
///              {"perception","cognition","<subtask>":score,..,"subtasks":{"<subtask>":{"score","acc","acc_plus",
///              "questions","images"}}}; subtasks that the table lacks are listed as "missing_subtasks"
///   mmbench    CircularEval: the records index, index + 1e6, .. are one question with its options rolled, and
///              it counts when all of them are answered rightly. "accuracy" is the share of such questions,
///              "accuracy_vanilla" that of questions right as they stand (index < 1e6). With
///              choice_rules "current" a column "g_index" names the question instead, when there is one.
///   seedbench, mmstar   "accuracy": the share of records answered rightly
///
/// All but mme: fractions; "categories" and "l2_categories" {"<name>":accuracy}, "splits"
/// {"<name>":{"questions", "accuracy",..}} when there is a column "split". request.split keeps the questions
/// of one split. Questions without a category are in no category and counted ("without_category").
///
/// Bootstrap units: mme an image, mmbench a question with its rolls, otherwise a record. Per sample:
/// "correct", "parsed" (a letter, "Z" for none; "Yes", "No", "Unknown"; null without prediction) and
/// "answer"; on the records of mmbench that stand as they are also "circular".

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "annotations/published_prompts.h"
#include "annotations/vqa.h"
#include "benchmarks/benchmark.h"

namespace pixelsail {

/// Throws DataError for a table or predictions that are broken, lack what the benchmark needs (answers,
/// categories and image paths of mme, whole indices of mmbench) or do not fit; ConfigError for an unknown
/// split or benchmark.
ScoreResult score_vqa(const ScoreRequest& request);
/// The same with a table that has been read.
ScoreResult score_vqa(const VqaTable& table, const ScoreRequest& request);

QuestionSet ask_table(const BenchmarkConfig& config);
void check_table(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check);

/// Places in the table of questions that only count together: the rolls of a question of mmbench, the
/// questions about a picture of mme, elsewhere a single one.
using VqaGroup = std::vector<std::size_t>;
/// Those that `request` scores (split and rules; `only` is not looked at), in the order of their first ones.
/// Throws as score_vqa() for the table.
std::vector<VqaGroup> vqa_groups(const VqaTable& table, const ScoreRequest& request);

/// Rules of multiple-choice matching: VLMEvalKit as bundled with the paper's code, or as it is today.
enum class ChoiceRules { kBundled, kCurrent };
constexpr std::array<EnumName<ChoiceRules>, 2> enum_names(ChoiceRules) {
  return {{{ChoiceRules::kBundled, "bundled"}, {ChoiceRules::kCurrent, "current"}}};
}

/// MME's yes/no: VLMEvalKit's, or the benchmark's own script.
enum class YesNoRules { kVlmEvalKit, kMmeScript };
constexpr std::array<EnumName<YesNoRules>, 2> enum_names(YesNoRules) {
  return {{{YesNoRules::kVlmEvalKit, "vlmevalkit"}, {YesNoRules::kMmeScript, "mme"}}};
}

struct ChoiceOptions {
  ChoiceRules choice_rules = ChoiceRules::kBundled;
};
struct MmeOptions {
  ChoiceOptions choice;
  YesNoRules yes_no_rules = YesNoRules::kVlmEvalKit;
};

template <class Visitor>
void describe(Visitor& v, ChoiceOptions& c) {
  v.field("choice_rules", c.choice_rules, {.help = "multiple choice: VLMEvalKit's rules of then or of now"});
}
template <class Visitor>
void describe(Visitor& v, MmeOptions& c) {
  describe(v, c.choice);
  v.field("yes_no_rules", c.yes_no_rules, {.help = "mme: how yes and no are found in an answer"});
}

constexpr Benchmark choice_benchmark(std::string_view name, std::string_view files) {
  return {.name = name,
          .published = {.prompt = kChoicePrompt, .place = "question"},
          .ask = ask_table,
          .score = score_vqa,
          .check = check_table,
          .options = list_options<ChoiceOptions>,
          .files = files};
}

constexpr Benchmark mme_benchmark() {
  Benchmark benchmark = choice_benchmark("mme", "mme/MME.tsv");
  benchmark.published.prompt = kPlainPrompt;
  benchmark.options = list_options<MmeOptions>;
  benchmark.unit = "points";
  return benchmark;
}

}  // namespace pixelsail
