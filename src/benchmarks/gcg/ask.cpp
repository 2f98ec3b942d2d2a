#include <algorithm>
#include <span>

#include "benchmarks/common/answer_text.h"
#include "benchmarks/common/question_parts.h"
#include "benchmarks/gcg/gcg.h"
#include "pixelsail/error.h"

namespace pixelsail {

QuestionSet ask_gcg(const BenchmarkConfig& config) {
  const auto data = std::make_shared<const GcgData>(load_gcg(config.root, config.split));
  std::size_t count = data->captioned;
  if (config.limit > 0) count = std::min(count, static_cast<std::size_t>(config.limit));
  QuestionSet set;
  set.kind = AnswerKind::kGrounded;
  ImageList images;
  for (const GcgImage& image : std::span(data->images).first(count)) {
    std::filesystem::path path = image.file_name;
    try {
      path = gcg_image_path(config.root, image.file_name);
    } catch (const DataError&) {
      // Said when the question is asked.
    }
    set.questions.push_back({.id = image.id,
                             .image = images.add(path, image.height, image.width),
                             .prompt = config.prompt,
                             .subject = {},
                             .fault = {}});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.regions = [](std::size_t) { return std::vector<Region>(); };
  set.reference = [data](std::size_t i) {
    QuestionReference reference{.text = data->images.at(i).captions.front(), .masks = {}};
    for (const GcgObject& object : data->images.at(i).objects) reference.masks.push_back(object.mask);
    return reference;
  };
  set.category = [](std::size_t) { return std::string(); };
  set.blind = [data, count](std::size_t i) {
    return text_answer(data->images.at(another(i, count)).captions.front());
  };
  set.prediction = [data](std::size_t i, const Answer* answer) {
    const GroundedCaption caption = split_grounded_caption(text_of(answer));
    OrderedJson line;
    line["image_id"] = data->images.at(i).id;
    line["caption"] = caption.caption;
    line["phrases"] = caption.phrases;
    line["masks"] = all_masks(answer);
    return line;
  };
  set.score = [data](const ScoreRequest& request) { return score_gcg(*data, request); };
  return set;
}

}  // namespace pixelsail
