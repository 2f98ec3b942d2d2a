// Grounded captions of Flickr30k, ROOT/gcg/flickr_mergedGT_GCG_<split>.json in COCO's layout:
//   {"images": [{"id", "file_name", "width", "height", "caption"}],
//    "annotations": [{"image_id", "bbox", "area", "tokens_positive": [[begin, end], ..], "sam_mask", "ignore"?}]}
// with pictures in ROOT/images/flickr30k/.

#include <algorithm>
#include <unordered_map>

#include "annotations/annotation_file.h"
#include "data/mix/grounded_caption.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/unusable.h"
#include "io/json_elements.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kSmallestSide = 32;
constexpr std::ptrdiff_t kFewestWords = 3;

struct FlickrImage {
  std::size_t record = 0;  ///< place in the file
  std::string file_name, caption;
  double width = 0, height = 0;
  std::vector<std::size_t> annotations;  ///< places in the file
};

class FlickrCaptions : public detail::PublishedSet {
 public:
  FlickrCaptions(const DatasetConfig& config, const DataConfig& data, const std::filesystem::path& file)
      : PublishedSet(config, data), annotations_(file, "annotations"), file_(file.string()) {
    if (!config.split_by.empty()) throw ConfigError(config.kind + ": split_by has no meaning here");
    detail::by_published_rules(config, "published", "published");
    read_images(file);
    read_annotations(file);
    if (images_.empty()) throw DataError(file_ + ": holds no picture with a caption of 3 words");
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(images_.size()); }

 private:
  void read_images(const std::filesystem::path& file) {
    JsonSection section;
    section.keep = {"id", "file_name", "width", "height", "caption"};
    section.element = [this](Json&& image, std::size_t i) {
      const std::string place = file_ + ": images[" + std::to_string(i) + "]";
      FlickrImage one{.record = i,
                      .file_name = json_string(image, "file_name", place),
                      .caption = json_string(image, "caption", place),
                      .width = json_number(image, "width", place),
                      .height = json_number(image, "height", place)};
      const bool wordy = std::ranges::count(one.caption, ' ') + 1 >= kFewestWords;
      if (!wordy || std::min(one.width, one.height) < kSmallestSide) return;
      place_.emplace(json_int(image, "id", place), images_.size());
      images_.push_back(std::move(one));
    };
    read_json_elements(file, {{"images", section}});
  }

  void read_annotations(const std::filesystem::path& file) {
    JsonSection section;
    section.keep = {"image_id"};
    section.element = [this](Json&& annotation, std::size_t i) {
      const std::string place = file_ + ": annotations[" + std::to_string(i) + "]";
      const auto found = place_.find(json_int(annotation, "image_id", place));
      if (found != place_.end()) images_[found->second].annotations.push_back(i);
    };
    read_json_elements(file, {{"annotations", section}});
  }

  std::string where(std::int64_t index) const override {
    return file_ + ": images[" + std::to_string(images_.at(static_cast<std::size_t>(index)).record) + "]";
  }

  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const FlickrImage& image = images_.at(static_cast<std::size_t>(index));
    const std::string& question = pick(draws, "question", texts().gcg.questions);
    std::vector<std::pair<Json, std::size_t>> used;
    for (const std::size_t i : image.annotations)
      if (Json annotation = annotations_.read(i); is_used(annotation, image, annotations_.where(i)))
        used.emplace_back(std::move(annotation), i);
    if (used.empty()) throw UnusableSample("no_objects", "no annotation of the picture can be used");
    detail::find_picture(root(), "flickr30k", image.file_name, sample);
    const ImageSize size = detail::picture_size(sample);
    std::vector<detail::GroundedPhrase> phrases;
    for (const auto& [annotation, i] : used)
      phrases.push_back(read_phrase(annotation, size, annotations_.where(i), sample));
    detail::tell_grounded_caption(image.caption, std::move(phrases), question, texts(), sample);
  }

  /// As the published code filters: by the sizes in the file.
  static bool is_used(const Json& annotation, const FlickrImage& image, const std::string& place) {
    const auto ignore = annotation.find("ignore");
    if (ignore != annotation.end() && (*ignore == true || (ignore->is_number() && *ignore != 0)))
      return false;
    const Json& box = json_at(annotation, "bbox", place);
    if (!box.is_array() || box.size() != 4 ||
        !std::ranges::all_of(box, [](const Json& side) { return side.is_number(); }))
      throw DataError(place + ": \"bbox\" should be four numbers");
    const double x = box[0], y = box[1], w = box[2], h = box[3];
    const double inside_w = std::max(0., std::min(x + w, image.width) - std::max(x, 0.));
    const double inside_h = std::max(0., std::min(y + h, image.height) - std::max(y, 0.));
    if (inside_w * inside_h == 0) return false;
    return json_number(annotation, "area", place) > 0 && w >= 1 && h >= 1;
  }

  static detail::GroundedPhrase read_phrase(const Json& annotation, const ImageSize& size,
                                            const std::string& place, Sample& sample) {
    const Json& spans = json_at(annotation, "tokens_positive", place);
    const bool fits = spans.is_array() && !spans.empty() && spans[0].is_array() && spans[0].size() == 2 &&
                      spans[0][0].is_number_integer() && spans[0][1].is_number_integer();
    if (!fits) throw DataError(place + ": \"tokens_positive\" should be a list of pairs of whole numbers");
    return {.begin = spans[0][0].get<std::int64_t>(),
            .end = spans[0][1].get<std::int64_t>(),
            .mask = detail::union_mask(json_at(annotation, "sam_mask", place), size.height, size.width, place,
                                       sample)};
  }

  JsonListFile annotations_;
  std::string file_;
  std::vector<FlickrImage> images_;
  std::unordered_map<std::int64_t, std::size_t> place_;
};

}  // namespace

std::unique_ptr<Dataset> make_gcg_flickr(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<FlickrCaptions>(
      config, data,
      find_annotation_file(detail::dataset_root(config, data), {"gcg"},
                           "flickr_mergedGT_GCG_" + config.split + ".json"));
}

}  // namespace pixelsail
