#include "data/mix/llava_whole.h"

#include <algorithm>

#include "annotations/annotation_file.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/mix/published_set.h"
#include "data/unusable.h"

namespace pixelsail::detail {
namespace {

class LlavaWhole : public PublishedList {
 public:
  LlavaWhole(const DatasetConfig& config, const DataConfig& data, const std::filesystem::path& file,
             std::filesystem::path folder)
      : PublishedList(config, data, file, {}, "simple"), folder_(std::move(folder)) {}

 private:
  void fill(std::int64_t index, Draws&, Sample& sample) const override {
    const std::string place = where(index);
    const Json entry = record(index);
    sample.conversation = read_conversation(entry, place);
    const auto first = std::ranges::find_if(sample.conversation, &Utterance::is_human);
    sample.picture_in_question =
        first != sample.conversation.end() && first->text.find("<image>") != std::string::npos;
    for (Utterance& utterance : sample.conversation)
      utterance.text = without_seg(std::move(utterance.text), sample);
    if (entry.contains("image") && !entry["image"].is_null())
      find_image(json_string(entry, "image", place), sample);
  }

  void find_image(const std::string& name, Sample& sample) const {
    std::error_code error;
    if (stays_inside(name) && !std::filesystem::exists(folder_ / "images" / name, error) &&
        std::filesystem::exists(folder_ / name, error))
      return use_picture(folder_ / name, std::filesystem::path(name).filename().string(), sample);
    find_picture_in(folder_, {}, name, sample);
  }

  std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<Dataset> make_llava_whole(const DatasetConfig& config, const DataConfig& data) {
  const std::filesystem::path root = dataset_root(config, data);
  std::error_code error;
  if (std::filesystem::is_regular_file(root, error))
    return std::make_unique<LlavaWhole>(config, data, root, root.parent_path());
  constexpr const char* kMix = "llava_v1_5_mix665k.json";
  if (config.split == "train")
    for (const auto& folder : {root / "llava", root})
      if (std::filesystem::exists(folder / kMix, error))
        return std::make_unique<LlavaWhole>(config, data, folder / kMix, root);
  return std::make_unique<LlavaWhole>(
      config, data, find_annotation_file(root, {"llava"}, "llava_" + config.split + ".json"), root);
}

}  // namespace pixelsail::detail
