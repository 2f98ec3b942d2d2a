#include "annotations/perbench.h"

#include <utility>

#include "annotations/annotation_file.h"
#include "annotations/published_prompts.h"
#include "io/json_elements.h"
#include "io/ordered_json.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kFolder = "perbench";
constexpr const char* kImageFolder = "masa_sam_500k";

std::filesystem::path perbench_file(const std::filesystem::path& root, const std::string& name) {
  return find_annotation_file(root, {kFolder}, name);
}

Rle mask_at(const Json& object, const char* key, const std::string& where) {
  try {
    return rle_from_json(json_at(object, key, where));
  } catch (const DataError& error) {
    const std::string reason = error.what();
    throw DataError(reason.starts_with(where) ? reason : where + ": \"" + key + "\": " + reason);
  }
}

/// Calls `object` for each element of the array `list` of every image of a file, with the image's name and
/// the element's id.
template <class Object>
void read_objects(const std::filesystem::path& path, const char* list, const Object& object) {
  bool any = false;
  JsonSection images;
  images.keep = {"image_name", list};
  images.element = [&](Json&& image, std::size_t n) {
    const std::string where = path.string() + ": [" + std::to_string(n) + "]";
    const std::string& image_name = json_string(image, "image_name", where);
    const Json& objects = json_at(image, list, where);
    if (!objects.is_array()) throw DataError(where + ": \"" + list + "\" should be a list");
    for (std::size_t k = 0; k < objects.size(); ++k) {
      object(objects[k], image_name, std::to_string(n) + ":" + std::to_string(k),
             where + "." + list + "[" + std::to_string(k) + "]");
      any = true;
    }
  };
  read_json_elements(path, {{"", images}});
  if (!any) throw DataError(path.string() + ": holds no sample");
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  std::string result;
  std::size_t start = 0;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, start)) {
    result.append(text, start, at - start).append(to);
    start = at + from.size();
  }
  text = result.append(text, start);
}

void require_same_size(const Rle& a, const Rle& b, const std::string& where) {
  if (a.height != b.height || a.width != b.width) throw DataError(where + ": masks of different size");
}

PerBenchSegmentation parse_segmentation(const OrderedJson& entry, std::size_t n, const std::string& where) {
  const auto text = [&](const char* key) {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_string())
      throw DataError(where + ": \"" + key + "\" is missing or no text");
    return found->get<std::string>();
  };
  PerBenchSegmentation sample{.id = std::to_string(n),
                              .image_name = text("image_name"),
                              .question = text("question"),
                              .answer = text("answer")};
  const auto tags = entry.find("segmentations");
  if (tags == entry.end() || !tags->is_object())
    throw DataError(where + ": \"segmentations\" is missing or no object");
  int number = 0;
  for (const auto& [tag, value] : tags->items()) {
    if (tag.empty()) throw DataError(where + ": a tag is empty");
    Json segmentations;
    segmentations[tag] = value;
    Rle mask = mask_at(segmentations, tag.c_str(), where);
    if (sample.question.find(tag) != std::string::npos) {
      replace_all(sample.question, tag, "<Prompt" + std::to_string(number) + ">");
      sample.prompts.push_back({.number = number, .region = std::move(mask)});
    } else if (sample.answer.find(tag) != std::string::npos) {
      sample.targets.push_back(std::move(mask));
    } else {
      throw DataError(where + ": tag \"" + tag + "\" is neither in the question nor in the answer");
    }
    ++number;
  }
  if (sample.targets.empty()) throw DataError(where + ": no tag is in the answer alone, nothing to segment");
  for (const Rle& target : sample.targets) require_same_size(sample.targets[0], target, where);
  for (const PerBenchPrompt& prompt : sample.prompts)
    require_same_size(sample.targets[0], prompt.region, where);
  return sample;
}

}  // namespace

std::vector<PerBenchCaption> load_perbench_captions(const std::filesystem::path& root) {
  std::vector<PerBenchCaption> samples;
  read_objects(
      perbench_file(root, "STBench_Detailed_Caption.json"), "object_annotations",
      [&](const Json& object, const std::string& image, const std::string& id, const std::string& where) {
        samples.push_back({.id = id,
                           .image_name = image,
                           .region = mask_at(object, "segmentation", where),
                           .caption = json_string(object, "caption", where)});
      });
  return samples;
}

std::vector<PerBenchChoice> load_perbench_choices(const std::filesystem::path& root) {
  std::vector<PerBenchChoice> samples;
  read_objects(
      perbench_file(root, "STBench_MCQ.json"), "mcqs",
      [&](const Json& object, const std::string& image, const std::string& id, const std::string& where) {
        samples.push_back({.id = id,
                           .image_name = image,
                           .region = mask_at(object, "object", where),
                           .question = json_string(object, "question", where),
                           .answer = json_string(object, "answer", where)});
      });
  return samples;
}

std::vector<PerBenchSegmentation> load_perbench_segmentations(const std::filesystem::path& root) {
  const std::filesystem::path path = perbench_file(root, "STBench_VRES.json");
  const OrderedJson file = read_ordered_json(path);
  if (!file.is_array() || file.empty()) throw DataError(path.string() + ": should be a list of samples");
  std::vector<PerBenchSegmentation> samples;
  for (std::size_t n = 0; n < file.size(); ++n)
    samples.push_back(parse_segmentation(file[n], n, path.string() + ": [" + std::to_string(n) + "]"));
  return samples;
}

PerBenchSegmentation perbench_segmentation(const OrderedJson& entry, std::size_t n,
                                           const std::string& where) {
  return parse_segmentation(entry, n, where);
}

std::string perbench_question(const PerBenchCaption&) {
  return std::string(kImageLine) + std::string(kPerBenchCaptionPrompt);
}

std::string perbench_question(const PerBenchChoice& sample) {
  return std::string(kImageLine) + fill_template(kPerBenchChoicePrompt, "question", sample.question);
}

std::string perbench_question(const PerBenchSegmentation& sample) {
  return std::string(kImageLine) + sample.question;
}

std::filesystem::path perbench_image_path(const std::filesystem::path& root, const std::string& image_name) {
  const std::filesystem::path name(image_name);
  if (!stays_inside(name)) throw DataError("image_name \"" + image_name + "\" leads out of its folder");
  const std::string folder = std::string(kFolder) + "/" + kImageFolder;
  try {
    return find_annotation_file(root, {folder, kImageFolder}, image_name);
  } catch (const DataError&) {
    if (!name.has_parent_path()) throw;
    return find_annotation_file(root, {folder, kImageFolder}, name.filename().string());
  }
}

}  // namespace pixelsail
