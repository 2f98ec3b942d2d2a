// ReasonSeg: up to three requests for one object of a picture (annotations/reasonseg.h).

#include <algorithm>
#include <numeric>

#include "annotations/published_prompts.h"
#include "annotations/reasonseg.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/mix/published_set.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kTexts = 3;

class ReasonSegTraining : public detail::PublishedSet {
 public:
  ReasonSegTraining(const DatasetConfig& config, const DataConfig& data)
      : PublishedSet(config, data, kTexts),
        images_(reasonseg_images(reasonseg_folder(root(), config.split))) {
    if (!config.split_by.empty()) throw ConfigError(config.kind + ": split_by has no meaning here");
    detail::by_published_rules(config, "published", "published");
    if (images_.empty())
      throw DataError(reasonseg_folder(root(), config.split).string() + ": holds no picture");
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(images_.size()); }

 private:
  std::string where(std::int64_t index) const override {
    return images_.at(static_cast<std::size_t>(index)).string();
  }

  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::filesystem::path& image = images_.at(static_cast<std::size_t>(index));
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::path(image).replace_extension(".json"), error))
      throw UnusableSample("json_missing", "the picture has no .json beside it");
    detail::use_picture(image, image.filename().string(), sample);
    detail::picture_size(sample);
    const ReasonSegSample entry = load_reasonseg_texts(image);
    if (entry.texts.empty()) throw UnusableSample("no_text", "\"text\" is empty");
    const Mask mask = target_of(entry);
    if (!detail::has_pixels(mask)) throw UnusableSample("no_masks", "no shape of the target has a pixel");
    const auto& reasonseg = texts().reasonseg;
    for (const std::size_t i : chosen_texts(entry.texts.size(), draws)) {
      sample.conversation.push_back(
          human(fill_template(entry.is_sentence ? reasonseg.sentence_question : reasonseg.phrase_question,
                              "class_name", detail::without_seg(entry.texts[i], sample))));
      sample.conversation.push_back(gpt(pick(draws, "answer", reasonseg.answers), {mask}));
    }
  }

  std::vector<std::size_t> chosen_texts(std::size_t count, Draws& draws) const {
    if (count >= objects_per_sample()) return draws.some("sentences", count, objects_per_sample());
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }

  /// As published, what is marked "ignore" counts as background.
  static Mask target_of(const ReasonSegSample& entry) {
    Mask mask(entry.height, entry.width);
    std::ranges::transform(reasonseg_values(entry), mask.data.begin(),
                           [](std::uint8_t value) { return std::uint8_t{value == 1}; });
    return mask;
  }

  std::vector<std::filesystem::path> images_;
};

}  // namespace

std::unique_ptr<Dataset> make_reasonseg(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<ReasonSegTraining>(config, data);
}

}  // namespace pixelsail
