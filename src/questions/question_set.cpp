#include "questions/question_set.h"

#include <algorithm>

#include "pixelsail/error.h"
#include "questions/question_parts.h"

namespace pixelsail {
namespace {

QuestionSet ask(const BenchmarkConfig& config) {
  const std::string& name = config.benchmark;
  if (name == "refcocog_caption") return detail::ask_region_captions(config);
  if (name.starts_with("perbench_")) return detail::ask_perbench(config);
  if (name == "reasonseg") return detail::ask_reasonseg(config);
  if (name == "gcg") return detail::ask_gcg(config);
  if (name == "muse") return detail::ask_muse(config);
  if (name == "folder") return detail::ask_folder(config);
  if (name.starts_with("ref") || name == "grefcoco") return detail::ask_refer(config);
  return detail::ask_table(config);
}

}  // namespace

QuestionSet load_questions(const BenchmarkConfig& given) {
  const BenchmarkConfig config = with_published_values(given);
  QuestionSet set = ask(config);
  set.benchmark = config.benchmark;
  set.max_new_tokens = config.max_new_tokens;
  set.retry_prefix = config.retry_prefix == "none" ? "" : config.retry_prefix;
  if (set.questions.empty()) throw DataError(config.root + ": " + config.benchmark + " asks nothing");
  return set;
}

ScoreRequest score_request(const BenchmarkConfig& given, const QuestionSet& set,
                           const std::string& predictions) {
  const BenchmarkConfig config = with_published_values(given);
  ScoreRequest request{.benchmark = config.benchmark,
                       .annotations = config.root,
                       .predictions = {predictions},
                       .split = config.split,
                       .split_by = config.split_by,
                       .gt_merge = polygon_merge_from_string(config.gt_merge),
                       .nt_min_pixels = config.nt_min_pixels};
  request.choice_rules = config.choice_rules == "bundled" ? ChoiceRules::kBundled : ChoiceRules::kCurrent;
  request.yes_no_rules = config.yes_no_rules == "mme" ? YesNoRules::kMmeScript : YesNoRules::kVlmEvalKit;
  request.skip_missing_masks = config.missing_masks == "skip";
  request.ignore_through_rle = config.ignore_label == "published";
  request.swapped = config.meteor_roles == "published";
  request.similarities = config.similarities;
  request.wordnet = config.wordnet;
  request.paraphrase = config.paraphrase;
  request.meteor_data = config.meteor_data;
  if (config.limit > 0) {
    request.only.emplace();
    for (const AskedQuestion& question : set.questions) request.only->insert(question.id);
  }
  return request;
}

}  // namespace pixelsail
