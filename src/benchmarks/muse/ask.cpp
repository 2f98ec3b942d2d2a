#include "benchmarks/common/question_parts.h"
#include "benchmarks/muse/muse.h"
#include "pixelsail/error.h"

namespace pixelsail {

QuestionSet ask_muse(const BenchmarkConfig& config) {
  std::vector<MuseSample> samples =
      load_muse(config.root, config.split, options_of<MuseOptions>(config.options).gt_merge);
  keep_first(samples, config.limit);
  const auto asked = std::make_shared<const std::vector<MuseSample>>(std::move(samples));
  QuestionSet set;
  set.kind = AnswerKind::kMasks;
  ImageList images;
  for (const MuseSample& sample : *asked) {
    std::filesystem::path path = sample.image;
    std::string fault;
    try {
      path = muse_image_path(config.root, sample.image);
    } catch (const DataError& error) {
      if (sample.image.empty()) fault = "the entry names no image";
    }
    set.questions.push_back({.id = sample.id,
                             .image = images.add(path, sample.height, sample.width),
                             .prompt = fill_template(config.prompt, "question", sample.question),
                             .subject = sample.question,
                             .fault = fault});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.regions = [](std::size_t) { return std::vector<Region>(); };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = {}, .masks = asked->at(i).targets};
  };
  set.category = [asked](std::size_t i) { return std::to_string(asked->at(i).targets.size()) + " targets"; };
  set.blind = [asked](std::size_t i) { return whole_picture(asked->at(i).height, asked->at(i).width); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"id", asked->at(i).id}, {"masks", all_masks(answer)}};
  };
  set.score = [asked](const ScoreRequest& request) { return score_muse(*asked, request); };
  return set;
}

}  // namespace pixelsail
