#include "annotations/annotation_file.h"
#include "benchmarks/common/check_parts.h"
#include "benchmarks/perbench/perbench.h"
#include "io/json_elements.h"
#include "io/ordered_json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kEntry = "entries miss what they need";
constexpr const char* kEmptyText = "texts are missing or empty";
constexpr const char* kNoPicture = "pictures are missing";

/// Pictures and masks of one part.
class PerBenchCheck {
 public:
  PerBenchCheck(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check)
      : root_(config.root), check_(check), masks_(check), pictures_(check, options) {}

  /// Element `k` of the list of an image: a region and texts about it.
  void add_region(const Json& object, const char* mask, const std::string& image_name,
                  const std::string& where) {
    const auto found = object.find(mask);
    if (found == object.end()) {
      check_.fault(kEntry, where + ": no \"" + mask + "\"");
      return;
    }
    add_mask(*found, MaskUse::kRegion, image_name, where);
  }
  /// False when the mask is broken.
  bool add_mask(const Json& mask, MaskUse use, const std::string& image_name, const std::string& where) {
    const auto size = masks_.add(mask, 0, 0, use, where);
    add_picture(image_name, where, size);
    return size.has_value();
  }
  void finish() {
    masks_.finish();
    pictures_.run();
  }

 private:
  void add_picture(const std::string& name, const std::string& where,
                   const std::optional<std::pair<int, int>>& size) {
    const auto [found, is_new] = paths_.try_emplace(name);
    if (is_new) {
      guarded(check_, kNoPicture, [&, place = found] {
        try {
          place->second = perbench_image_path(root_, name);
        } catch (const Error& e) {
          throw_with_context(e, where);
        }
      });
    }
    if (!found->second.empty()) pictures_.add(found->second, size ? size->first : 0, size ? size->second : 0);
  }

  std::filesystem::path root_;
  BenchmarkCheck& check_;
  MaskCheck masks_;
  PictureCheck pictures_;
  /// By name; empty where there is none, which is said once.
  std::map<std::string, std::filesystem::path> paths_;
};

void check_objects(const std::filesystem::path& file, const char* list, const char* mask,
                   std::initializer_list<const char*> texts, PerBenchCheck& parts, BenchmarkCheck& check) {
  std::int64_t questions = 0;
  JsonSection images;
  images.element = [&](Json&& image, std::size_t n) {
    guarded(check, kEntry, [&] {
      const std::string where = file.string() + ": [" + std::to_string(n) + "]";
      const std::string& image_name = json_string(image, "image_name", where);
      const Json& objects = json_at(image, list, where);
      if (!objects.is_array()) throw DataError(where + ": \"" + list + "\" should be a list");
      for (std::size_t k = 0; k < objects.size(); ++k) {
        const std::string place = where + "." + list + "[" + std::to_string(k) + "]";
        ++questions;
        if (!objects[k].is_object()) throw DataError(place + ": should be an object");
        for (const char* text : texts) text_member(objects[k], text, check, kEmptyText, place);
        parts.add_region(objects[k], mask, image_name, place);
      }
    });
  };
  read_json_elements(file, {{"", images}});
  check.count("questions", questions);
  if (questions == 0) throw DataError(file.string() + ": holds no sample");
}

/// Masks one by one, so that each broken one is named; then the entry as the loader reads it.
void check_request(const OrderedJson& entry, std::size_t n, const std::string& where, PerBenchCheck& parts,
                   BenchmarkCheck& check, std::int64_t& targets) {
  const auto tags = entry.find("segmentations");
  const auto image = entry.find("image_name");
  if (tags == entry.end() || !tags->is_object() || image == entry.end() || !image->is_string())
    throw DataError(where + ": needs \"image_name\", a text, and \"segmentations\", an object");
  bool sound = true;
  for (const auto& [tag, mask] : tags->items()) {
    sound &= parts.add_mask(Json(mask), MaskUse::kUnknown, image->get<std::string>(),
                            where + ": tag \"" + tag + "\"");
  }
  if (!sound) return;
  const PerBenchSegmentation sample = perbench_segmentation(entry, n, where);
  targets += static_cast<std::int64_t>(sample.targets.size());
  if (is_blank(sample.question)) check.fault(kEmptyText, where + ": \"question\"");
  if (sample.targets.size() > 1)
    check.note("requests have several targets, of which the first is scored and all count in gIoU", where);
  for (const Rle& target : sample.targets)
    if (rle_area(target) == 0) check.note("target masks are empty", where);
  for (const PerBenchPrompt& prompt : sample.prompts) {
    if (prompt.number >= kMostPrompts) {
      check.fault("regions are beyond <Prompt" + std::to_string(kMostPrompts - 1) + ">",
                  where + ": <Prompt" + std::to_string(prompt.number) + ">");
    }
    if (rle_area(prompt.region) == 0)
      check.fault("regions to be shown are empty", where + ": <Prompt" + std::to_string(prompt.number) + ">");
  }
}

void check_requests(const std::filesystem::path& file, PerBenchCheck& parts, BenchmarkCheck& check) {
  const OrderedJson entries = read_ordered_json(file);
  if (!entries.is_array() || entries.empty())
    throw DataError(file.string() + ": should be a list of samples");
  std::int64_t targets = 0;
  for (std::size_t n = 0; n < entries.size(); ++n) {
    const std::string where = file.string() + ": [" + std::to_string(n) + "]";
    guarded(check, kEntry, [&] { check_request(entries[n], n, where, parts, check, targets); });
  }
  check.count("questions", static_cast<std::int64_t>(entries.size()));
  check.count("targets", targets);
}

}  // namespace

void check_perbench(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const auto file = [&](const char* name) { return find_annotation_file(config.root, {"perbench"}, name); };
  PerBenchCheck parts(config, options, check);
  if (config.benchmark == "perbench_caption") {
    check_objects(file("STBench_Detailed_Caption.json"), "object_annotations", "segmentation", {"caption"},
                  parts, check);
  } else if (config.benchmark == "perbench_mcq") {
    check_objects(file("STBench_MCQ.json"), "mcqs", "object", {"question", "answer"}, parts, check);
  } else {
    check_requests(file("STBench_VRES.json"), parts, check);
  }
  parts.finish();
}

}  // namespace pixelsail
