#include "annotations/annotation_file.h"
#include "annotations/muse.h"
#include "benchmarks/common/check_parts.h"
#include "io/json_elements.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr const char* kEntry = "entries miss what they need";

const Json& list_at(const Json& object, const char* key, const std::string& where) {
  const Json& list = json_at(object, key, where);
  if (!list.is_array()) throw DataError(where + ": \"" + key + "\" should be a list");
  return list;
}

/// Entries name a file, or an address that ends with a folder and a file.
std::filesystem::path picture_path(const BenchmarkConfig& config, const Json& entry,
                                   const std::string& where) {
  const bool named = entry.contains("file_name");
  std::filesystem::path name = json_string(entry, named ? "file_name" : "coco_url", where);
  if (!named) name = name.parent_path().filename() / name.filename();
  return muse_image_path(config.root, name.string());
}

class MuseCheck {
 public:
  MuseCheck(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check)
      : config_(config), check_(check), masks_(check, true), pictures_(check, options) {}

  void add(const Json& entry, const std::string& where) {
    const int height = side_member(entry, "height", where), width = side_member(entry, "width", where);
    const Json& questions = list_at(entry, "questions", where);
    const Json& answers = list_at(entry, "answers", where);
    if (questions.size() != answers.size())
      throw DataError(where + ": " + std::to_string(questions.size()) + " questions and " +
                      std::to_string(answers.size()) + " answers");
    guarded(check_, "pictures are missing",
            [&] { pictures_.add(picture_path(config_, entry, where), height, width); });
    for (std::size_t k = 0; k < questions.size(); ++k) {
      const std::string answer = where + ".answers[" + std::to_string(k) + "]";
      ++questions_;
      if (!questions[k].is_string() || is_blank(questions[k].get<std::string>()))
        check_.fault("questions are empty", where + ".questions[" + std::to_string(k) + "]");
      if (!answers[k].is_array()) throw DataError(answer + ": should be a list");
      for (std::size_t i = 0; i < answers[k].size(); ++i) {
        const std::string object = answer + "[" + std::to_string(i) + "]";
        masks_.add(json_at(answers[k][i], "segmentation", object), height, width, MaskUse::kTarget, object);
      }
    }
  }
  void finish() {
    check_.count("questions", questions_);
    masks_.finish();
    pictures_.run();
  }

 private:
  const BenchmarkConfig& config_;
  BenchmarkCheck& check_;
  MaskCheck masks_;
  PictureCheck pictures_;
  std::int64_t questions_ = 0;
};

}  // namespace

void check_muse(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const auto file = find_annotation_file(config.root, {"muse"}, "muse_" + config.split + ".json");
  MuseCheck parts(config, options, check);
  JsonSection entries;
  entries.keep = {"file_name", "coco_url", "height", "width", "questions", "answers"};
  entries.element = [&](Json&& entry, std::size_t n) {
    guarded(check, kEntry, [&] { parts.add(entry, file.string() + ": [" + std::to_string(n) + "]"); });
  };
  read_json_elements(file, {{"", entries}});
  parts.finish();
  // Whatever else the loader refuses.
  if (check.faults.empty()) load_muse(config.root, config.split, PolygonMerge::kUnion);
}

}  // namespace pixelsail::detail
