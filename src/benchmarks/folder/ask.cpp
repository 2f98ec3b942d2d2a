#include <algorithm>

#include "benchmarks/common/question_parts.h"
#include "benchmarks/folder/folder.h"

namespace pixelsail {

QuestionSet ask_folder(const BenchmarkConfig& config) {
  FolderQuestions loaded = load_folder_questions(config.root, config.split);
  keep_first(loaded.questions, config.limit);
  const auto read = std::make_shared<const FolderQuestions>(std::move(loaded));
  const std::shared_ptr<const std::vector<FolderQuestion>> asked(read, &read->questions);
  const auto asks_masks = [](const FolderQuestion& question) { return question.asks_masks(); };
  QuestionSet set;
  set.kind = std::ranges::any_of(*asked, asks_masks) ? AnswerKind::kMasks : AnswerKind::kCaption;
  ImageList images;
  const PolygonMerge merge = options_of<FolderOptions>(config.options).gt_merge;
  for (const FolderQuestion& question : *asked) {
    folder_targets(config.root, question, merge);  // broken masks are told before hours of answers
    set.questions.push_back({.id = question.id,
                             .image = images.add(question.image, question.height, question.width),
                             .prompt = fill_template(config.prompt, "question", question.record.question),
                             .subject = question.record.question,
                             .fault = {}});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  const std::filesystem::path root = config.root;
  set.regions = [asked, root](std::size_t i) { return folder_regions(root, asked->at(i)); };
  set.reference = [asked, root, merge](std::size_t i) {
    const FolderQuestion& question = asked->at(i);
    return QuestionReference{.text = question.asks_masks() ? std::string() : question.record.answer,
                             .masks = folder_targets(root, question, merge)};
  };
  set.category = [asked](std::size_t i) { return std::string(asked->at(i).asks_masks() ? "masks" : "text"); };
  set.blind = [asked](std::size_t i) {
    const FolderQuestion& question = asked->at(i);
    if (question.asks_masks() && question.height == 0) return text_answer({});
    if (question.asks_masks()) return whole_picture(question.height, question.width);
    return text_answer(asked->at(another(i, asked->size())).record.answer);
  };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    const FolderQuestion& question = asked->at(i);
    // Not to answer at all must not be right where there is no target.
    const bool pretends =
        answer == nullptr && question.asks_masks() && question.record.masks->empty() && question.height > 0;
    const Answer everything = pretends ? whole_picture(question.height, question.width) : Answer();
    return OrderedJson{{"id", question.id},
                       {"masks", all_masks(pretends ? &everything : answer)},
                       {"prediction", text_of(answer)}};
  };
  set.score = [read](const ScoreRequest& request) { return score_folder(*read, request); };
  return set;
}

}  // namespace pixelsail
