#include "annotations/muse.h"

#include <utility>

#include "annotations/annotation_file.h"
#include "io/json_elements.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kMaxSide = std::int64_t{1} << 20;

int side(const Json& entry, const char* key, const std::string& where) {
  const std::int64_t value = json_int(entry, key, where);
  if (value <= 0 || value > kMaxSide)
    throw DataError(where + ": impossible " + key + " " + std::to_string(value));
  return static_cast<int>(value);
}

const Json& list_at(const Json& object, const char* key, const std::string& where) {
  const Json& list = json_at(object, key, where);
  if (!list.is_array()) throw DataError(where + ": \"" + key + "\" should be a list");
  return list;
}

/// "file_name", or folder and name at the end of "coco_url"; empty for neither.
std::string image_of(const Json& entry, const std::string& where) {
  if (entry.contains("file_name")) return json_string(entry, "file_name", where);
  if (!entry.contains("coco_url")) return {};
  const std::filesystem::path url(json_string(entry, "coco_url", where));
  return (url.parent_path().filename() / url.filename()).string();
}

void add_target(MuseSample& sample, const Json& object, PolygonMerge merge, const std::string& where) {
  try {
    const Json& segmentation = json_at(object, "segmentation", where);
    SegmentationRuns runs = segmentation_runs(segmentation, sample.height, sample.width);
    if (runs.parts_overlap && merge != PolygonMerge::kUnion) {
      Rle merged = encode_mask(segmentation_mask(segmentation, sample.height, sample.width, merge));
      sample.merge_differs += merged != runs.runs;
      runs.runs = std::move(merged);
    }
    if (runs.runs.height != sample.height || runs.runs.width != sample.width)
      throw DataError("the mask has not the size of its image");
    sample.targets.push_back(std::move(runs.runs));
  } catch (const DataError& error) {
    const std::string reason = error.what();
    throw DataError(reason.starts_with(where) ? reason : where + ": " + reason);
  }
}

}  // namespace

std::filesystem::path muse_image_path(const std::filesystem::path& root, const std::string& image) {
  if (!stays_inside(image)) throw DataError("image \"" + image + "\" leads out of its folder");
  const std::vector<std::string> folders{"images", "images/train2014", "images/train2017", "images/val2017"};
  return find_annotation_file(root, folders, image);
}

std::vector<MuseSample> load_muse(const std::filesystem::path& root, const std::string& split,
                                  PolygonMerge merge) {
  const std::filesystem::path path = find_annotation_file(root, {"muse"}, "muse_" + split + ".json");
  std::vector<MuseSample> samples;
  JsonSection entries;
  entries.keep = {"height", "width", "questions", "answers", "file_name", "coco_url"};
  entries.element = [&](Json&& entry, std::size_t n) {
    const std::string where = path.string() + ": [" + std::to_string(n) + "]";
    const int height = side(entry, "height", where), width = side(entry, "width", where);
    const std::string image = image_of(entry, where);
    const Json& questions = list_at(entry, "questions", where);
    const Json& answers = list_at(entry, "answers", where);
    if (questions.size() != answers.size())
      throw DataError(where + ": " + std::to_string(questions.size()) + " questions and " +
                      std::to_string(answers.size()) + " answers");
    for (std::size_t k = 0; k < questions.size(); ++k) {
      const std::string answer = where + ".answers[" + std::to_string(k) + "]";
      if (!questions[k].is_string() || !answers[k].is_array())
        throw DataError(answer + ": should be a list, and its question a text");
      MuseSample sample{.id = std::to_string(n) + ":" + std::to_string(k),
                        .question = questions[k].get<std::string>(),
                        .image = image,
                        .height = height,
                        .width = width};
      for (std::size_t i = 0; i < answers[k].size(); ++i)
        add_target(sample, answers[k][i], merge, answer + "[" + std::to_string(i) + "]");
      samples.push_back(std::move(sample));
    }
  };
  read_json_elements(path, {{"", entries}});
  if (samples.empty()) throw DataError(path.string() + ": holds no question");
  return samples;
}

}  // namespace pixelsail
