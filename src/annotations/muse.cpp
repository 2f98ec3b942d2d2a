#include "annotations/muse.h"

#include <utility>

#include "annotations/annotation_file.h"
#include "annotations/picture_size.h"
#include "io/json_elements.h"
#include "io/segmentation_rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::filesystem::path muse_file(const std::filesystem::path& root, const std::string& split) {
  return find_annotation_file(root, {"muse"}, "muse_" + split + ".json");
}

void add_target(MuseSample& sample, const Json& object, PolygonMerge merge, const std::string& where) {
  try {
    const Json& segmentation = json_at(object, "segmentation", where);
    SegmentationRuns runs = segmentation_runs(segmentation, sample.height, sample.width);
    if (runs.parts_overlap && merge != PolygonMerge::kUnion) {
      Rle merged = segmentation_rle(segmentation, sample.height, sample.width, merge);
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

void visit_muse(const std::filesystem::path& root, const std::string& split, const MuseVisitor& visit) {
  const std::filesystem::path path = muse_file(root, split);
  JsonSection entries;
  entries.keep = {"height", "width", "questions", "answers", "file_name", "coco_url"};
  entries.element = [&](Json&& entry, std::size_t n) {
    visit(entry, n, path.string() + ": [" + std::to_string(n) + "]");
  };
  read_json_elements(path, {{"", entries}});
}

MuseLists muse_lists(const Json& entry, const std::string& where) {
  const MuseLists lists{.questions = json_list_at(entry, "questions", where),
                        .answers = json_list_at(entry, "answers", where)};
  if (lists.questions.size() != lists.answers.size())
    throw DataError(where + ": " + std::to_string(lists.questions.size()) + " questions and " +
                    std::to_string(lists.answers.size()) + " answers");
  return lists;
}

std::string muse_image_name(const Json& entry, const std::string& where) {
  if (entry.contains("file_name")) return json_string(entry, "file_name", where);
  if (!entry.contains("coco_url")) return {};
  const std::filesystem::path url(json_string(entry, "coco_url", where));
  return (url.parent_path().filename() / url.filename()).string();
}

std::vector<MuseSample> load_muse(const std::filesystem::path& root, const std::string& split,
                                  PolygonMerge merge) {
  std::vector<MuseSample> samples;
  visit_muse(root, split, [&](const Json& entry, std::size_t n, const std::string& where) {
    const PictureSize size = stated_size(entry, where);
    const std::string image = muse_image_name(entry, where);
    const auto& [questions, answers] = muse_lists(entry, where);
    for (std::size_t k = 0; k < questions.size(); ++k) {
      const std::string answer = where + ".answers[" + std::to_string(k) + "]";
      if (!questions[k].is_string() || !answers[k].is_array())
        throw DataError(answer + ": should be a list, and its question a text");
      MuseSample sample{.id = std::to_string(n) + ":" + std::to_string(k),
                        .question = questions[k].get<std::string>(),
                        .image = image,
                        .height = size.height,
                        .width = size.width};
      for (std::size_t i = 0; i < answers[k].size(); ++i)
        add_target(sample, answers[k][i], merge, answer + "[" + std::to_string(i) + "]");
      samples.push_back(std::move(sample));
    }
  });
  if (samples.empty()) throw DataError(muse_file(root, split).string() + ": holds no question");
  return samples;
}

OrderedJson muse_json(const std::vector<MusePicture>& pictures) {
  OrderedJson entries = OrderedJson::array();
  for (const MusePicture& picture : pictures) {
    OrderedJson objects = OrderedJson::array();
    for (const MuseObject& object : picture.objects) {
      objects.push_back({{"segmentation", object.segmentation},
                         {"bbox", object.box},
                         {"category_id", object.category},
                         {"rephrased_name", object.name}});
    }
    OrderedJson questions = OrderedJson::array(), answers = OrderedJson::array(),
                text_answers = OrderedJson::array();
    for (const MuseQuestion& question : picture.questions) {
      OrderedJson answer = OrderedJson::array();
      for (const std::size_t object : question.objects) answer.push_back(objects.at(object));
      questions.push_back(question.question);
      answers.push_back(std::move(answer));
      text_answers.push_back(question.text_answer);
    }
    entries.push_back({{"file_name", picture.file_name},
                       {"height", picture.height},
                       {"width", picture.width},
                       {"image_id", picture.image_id},
                       {"ann_list", std::move(objects)},
                       {"questions", std::move(questions)},
                       {"answers", std::move(answers)},
                       {"text_answers", std::move(text_answers)}});
  }
  return entries;
}

}  // namespace pixelsail
