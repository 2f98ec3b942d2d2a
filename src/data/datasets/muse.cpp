// MUSE: all questions of a record about one picture, each with the masks of its answer. ROOT/muse/muse_<split>.json (or
// MUSE_<split>.json):
//   [{"file_name" | "coco_url", "height", "width", "ann_list", "questions": ["..."],
//     "answers": [[{"segmentation", "category_name", "rephrased_name"?}, ..], ..], "text_answers"?: ["..", null]}]
// annotations/muse.h reads the same layout for evaluation.

#include <algorithm>

#include "annotations/annotation_file.h"
#include "annotations/published_prompts.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/mix/published_set.h"
#include "data/unusable.h"
#include "io/python_strings.h"

namespace pixelsail {
namespace {

constexpr double kRephrased = 0.9;

class MuseTraining : public detail::PublishedList {
 public:
  using PublishedList::PublishedList;

 private:
  void fill(std::int64_t index, Draws& draws, Sample& sample) const override {
    const std::string place = where(index);
    const Json entry = record(index);
    if (detail::list_of(entry, "ann_list", place).empty())
      throw UnusableSample("no_objects", "\"ann_list\" is empty");
    const Json questions = detail::list_of(entry, "questions", place);
    if (questions.empty()) throw UnusableSample("no_questions", "the record has no questions");
    const Json answers = detail::list_of(entry, "answers", place);
    const Json written = detail::list_of(entry, "text_answers", place);
    if (answers.size() != questions.size()) throw DataError(place + ": not as many answers as questions");
    find_image(entry, place, sample);
    bool has_masks = false;
    for (std::size_t k = 0; k < questions.size(); ++k) {
      const std::string answer_place = place + ".answers[" + std::to_string(k) + "]";
      if (!questions[k].is_string() || !answers[k].is_array())
        throw DataError(answer_place + ": should be a list, and its question a text");
      std::vector<Mask> masks = read_masks(entry, answers[k], answer_place, sample);
      if (!std::ranges::all_of(masks, detail::has_pixels)) {
        detail::note(sample, "region_without_pixels");
        continue;
      }
      const Json text = k < written.size() ? written[k] : Json();
      std::string answer = text.is_null() ? make_answer(answers[k], answer_place, draws)
                                          : written_answer(text, masks.size(), answer_place, sample);
      has_masks = has_masks || !masks.empty();
      const std::string question = detail::without_seg(questions[k].get<std::string>(), sample);
      sample.conversation.push_back(human(question + texts().muse.suffix));
      sample.conversation.push_back(gpt(std::move(answer), std::move(masks)));
    }
    if (!has_masks) throw UnusableSample("no_masks", "no question of the record asks for a mask");
  }

  void find_image(const Json& entry, const std::string& place, Sample& sample) const {
    if (entry.contains("file_name") && !entry["file_name"].is_null())
      return detail::find_picture(root(), "train2014", json_string(entry, "file_name", place), sample);
    static constexpr std::string_view kFolders[] = {"train2017", "val2017"};
    const std::filesystem::path url(json_string(entry, "coco_url", place));
    detail::find_picture_in(root(), kFolders, url.filename().string(), sample);
  }

  static std::vector<Mask> read_masks(const Json& entry, const Json& objects, const std::string& place,
                                      Sample& sample) {
    const int height = detail::record_side(entry, "height", place);
    const int width = detail::record_side(entry, "width", place);
    std::vector<Mask> masks;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const std::string object = place + "[" + std::to_string(i) + "]";
      const Json& segmentation = json_at(objects[i], "segmentation", object);
      if (segmentation.is_object() && segmentation.contains("counts") && segmentation["counts"].is_string())
        throw UnusableSample("compressed_run_lengths", object + " has compressed run lengths");
      masks.push_back(detail::union_mask(segmentation, height, width, object, sample));
    }
    return masks;
  }

  static std::string written_answer(const Json& text, std::size_t objects, const std::string& place,
                                    Sample& sample) {
    if (!text.is_string()) throw DataError(place + ": its text should be a text");
    constexpr std::string_view kMark = "{seg}";
    const std::string answer = detail::without_seg(text.get<std::string>(), sample);
    std::size_t marks = 0;
    for (std::size_t at = answer.find(kMark); at != std::string::npos; at = answer.find(kMark, at + 1))
      ++marks;
    if (marks != objects)
      throw UnusableSample("answer_marks_differ", place + ": " + std::to_string(marks) + " marks for " +
                                                      std::to_string(objects) + " objects");
    return fill_template(answer, "seg", "[SEG]");
  }

  std::string make_answer(const Json& objects, const std::string& place, Draws& draws) const {
    std::vector<std::string> names;
    for (const Json& object : objects) {
      const bool can = object.contains("rephrased_name") && !object["rephrased_name"].is_null();
      const bool rephrased = draws.chance("use_rephrased", kRephrased);
      names.push_back(json_string(object, can && rephrased ? "rephrased_name" : "category_name", place));
    }
    const bool separate = draws.integer("separate", 0, 1) == 1;
    if (names.empty()) throw UnusableSample("empty_answer_list", place + " is empty and has no text");
    return separate ? separate_answer(names, draws) : joint_answer(names, draws);
  }

  std::string separate_answer(std::vector<std::string> names, Draws& draws) const {
    const std::string& form = pick(draws, "separate_form", texts().muse.separate_forms);
    for (std::string& name : names) {
      name = fill_template(form, "class_name", name);
      name.pop_back();
    }
    return joined(names, texts().muse.join, texts().muse.last_join) + ".";
  }

  std::string joint_answer(const std::vector<std::string>& names, Draws& draws) const {
    const auto& muse = texts().muse;
    const auto& forms = names.size() == 1 ? muse.joint_forms_one : muse.joint_forms;
    const std::string& form = pick(draws, "joint_form", forms);
    const std::string all = joined(names, muse.join, texts().clean ? muse.last_join : muse.join);
    const std::string named = texts().clean ? all : detail::python_lower(all);
    const std::string marks =
        joined(std::vector<std::string>(names.size(), "[SEG]"), muse.join, muse.last_join);
    const TemplateValue values[] = {{"class_name", named}, {"seg", marks}};
    return fill_template(form, values);
  }
};

std::filesystem::path muse_training_file(const DatasetConfig& config, const DataConfig& data) {
  const std::filesystem::path root = detail::dataset_root(config, data);
  const std::string upper = "MUSE_" + config.split + ".json";
  std::error_code error;
  for (const auto& folder : {root / "muse", root})
    if (std::filesystem::exists(folder / upper, error)) return folder / upper;
  return find_annotation_file(root, {"muse"}, "muse_" + config.split + ".json");
}

}  // namespace

std::unique_ptr<Dataset> make_muse(const DatasetConfig& config, const DataConfig& data) {
  return std::make_unique<MuseTraining>(config, data, muse_training_file(config, data));
}

}  // namespace pixelsail
