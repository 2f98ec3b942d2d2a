#include <algorithm>

#include "annotations/gcg.h"
#include "benchmarks/common/answer_text.h"
#include "benchmarks/common/question_parts.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {

QuestionSet ask_gcg(const BenchmarkConfig& config) {
  GcgData data = load_gcg(config.root, config.split);
  data.images.resize(data.captioned);
  keep_first(data.images, config.limit);
  const auto asked = std::make_shared<const std::vector<GcgImage>>(std::move(data.images));
  QuestionSet set;
  set.kind = AnswerKind::kGrounded;
  ImageList images;
  for (const GcgImage& image : *asked) {
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
  set.reference = [asked](std::size_t i) {
    QuestionReference reference{.text = asked->at(i).captions.front(), .masks = {}};
    for (const GcgObject& object : asked->at(i).objects) reference.masks.push_back(object.mask);
    return reference;
  };
  set.category = [](std::size_t) { return std::string(); };
  set.blind = [asked](std::size_t i) {
    return text_answer(asked->at(another(i, asked->size())).captions.front());
  };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    const GroundedCaption caption = split_grounded_caption(text_of(answer));
    OrderedJson line;
    line["image_id"] = asked->at(i).id;
    line["caption"] = caption.caption;
    line["phrases"] = caption.phrases;
    line["masks"] = all_masks(answer);
    return line;
  };
  return set;
}

}  // namespace pixelsail::detail
