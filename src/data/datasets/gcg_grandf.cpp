// Grounded captions of GranD-f, ROOT/gcg/{GranDf_HA_GCG,OpenPsgGCG}_<split>.json:
//   [{"file_name", "caption", "groundings": {phrase: {"token_positives": [begin, end], "rle_masks": [..]} or null}}]
// gcg_grandf has its pictures in ROOT/gcg/<split>/, gcg_psg in COCO's folders.

#include "annotations/annotation_file.h"
#include "data/mix/grounded_caption.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/unusable.h"

namespace pixelsail {
namespace {

using detail::GroundedPhrase;

class GranDfCaptions : public detail::PublishedList {
 public:
  GranDfCaptions(const DatasetConfig& config, const DataConfig& data, const std::filesystem::path& file)
      : PublishedList(config, data, file),
        folder_(file.parent_path() / config.split),
        in_coco_(config.kind == "gcg_psg") {}

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::string place = where(index);
    const Json entry = record(index);
    const std::string& question = pick(draws, "question", texts().gcg.questions);
    const auto groundings = entry.find("groundings");
    if (groundings == entry.end() || groundings->empty())
      throw UnusableSample("no_objects", "the record has no groundings");
    if (!groundings->is_object()) throw DataError(place + ": \"groundings\" should be an object");
    find_image(json_string(entry, "file_name", place), sample);
    const ImageSize size = detail::picture_size(sample);
    std::vector<GroundedPhrase> phrases;
    const OrderedJson ordered = records().read_ordered(static_cast<std::size_t>(index));
    for (const auto& [name, unused] : ordered.at("groundings").items()) {
      const Json& grounding = groundings->at(name);
      if (grounding.is_null()) continue;
      phrases.push_back(read_phrase(grounding, size, place + ".groundings[\"" + name + "\"]", sample));
    }
    detail::tell_grounded_caption(detail::stripped_caption(entry, place), std::move(phrases), question,
                                  texts(), sample);
  }

  void find_image(const std::string& name, Sample& sample) const {
    if (in_coco_) return detail::find_picture_in(root(), detail::kCocoFolders, name, sample);
    if (!stays_inside(name))
      throw UnusableSample("image_missing", "\"" + name + "\" leads out of its folder");
    detail::use_picture(folder_ / name, name, sample);
  }

  static GroundedPhrase read_phrase(const Json& grounding, const ImageSize& size, const std::string& place,
                                    Sample& sample) {
    const Json& span = json_at(grounding, "token_positives", place);
    const bool fits =
        span.is_array() && span.size() == 2 && span[0].is_number_integer() && span[1].is_number_integer();
    if (!fits) throw DataError(place + ": \"token_positives\" should be two whole numbers");
    return {.begin = span[0].get<std::int64_t>(),
            .end = span[1].get<std::int64_t>(),
            .mask = detail::union_mask(detail::list_of(grounding, "rle_masks", place), size.height,
                                       size.width, place, sample)};
  }

  std::filesystem::path folder_;
  bool in_coco_;
};

}  // namespace

std::unique_ptr<Dataset> make_gcg_grandf(const DatasetConfig& config, const DataConfig& data) {
  const std::string name = config.kind == "gcg_psg" ? "OpenPsgGCG" : "GranDf_HA_GCG";
  return std::make_unique<GranDfCaptions>(
      config, data,
      find_annotation_file(detail::dataset_root(config, data), {"gcg"}, name + "_" + config.split + ".json"));
}

}  // namespace pixelsail
