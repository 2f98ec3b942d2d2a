#include "annotations/region_captions.h"
#include "benchmarks/common/answer_text.h"
#include "benchmarks/common/question_parts.h"
#include "benchmarks/region_captions/region_captions.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {

QuestionSet ask_region_captions(const BenchmarkConfig& config) {
  const std::filesystem::path root = config.root;
  const std::string file = region_caption_file(root, config.split).string();
  std::vector<RegionCaption> regions = load_region_captions(file);
  keep_first(regions, config.limit);
  const auto asked = std::make_shared<const std::vector<RegionCaption>>(std::move(regions));
  QuestionSet set;
  set.kind = AnswerKind::kCaption;
  ImageList images;
  for (const RegionCaption& region : *asked) {
    set.questions.push_back(
        {.id = std::to_string(region.id),
         .image = images.add(root / "images" / "train2014" / region.file_name, region.height, region.width),
         .prompt = config.prompt,
         .subject = {},
         .fault = {}});
  }
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.regions = [asked, file](std::size_t i) {
    const RegionCaption& region = asked->at(i);
    try {
      return std::vector<Region>{segmentation_mask(region.segmentation, region.height, region.width)};
    } catch (const Error& error) {
      throw_with_context(error, file + ": annotation " + std::to_string(region.id));
    }
  };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = asked->at(i).caption, .masks = {}};
  };
  set.category = [](std::size_t) { return std::string(); };
  set.blind = [asked](std::size_t i) { return text_answer(asked->at(another(i, asked->size())).caption); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"image_id", asked->at(i).id}, {"prediction", clean_region_caption(text_of(answer))}};
  };
  return set;
}

}  // namespace pixelsail
