#include "annotations/muse.h"
#include "benchmarks/common/check_parts.h"
#include "benchmarks/muse/muse.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr const char* kEntry = "entries miss what they need";

std::filesystem::path picture_path(const BenchmarkConfig& config, const Json& entry,
                                   const std::string& where) {
  const std::string name = muse_image_name(entry, where);
  if (!entry.contains("file_name")) json_at(entry, "coco_url", where);  // one of them must be there
  return muse_image_path(config.root, name);
}

class MuseCheck {
 public:
  MuseCheck(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check)
      : config_(config), check_(check), masks_(check, MergeNotes::kWanted), pictures_(check, options) {}

  void add(const Json& entry, const std::string& where) {
    const int height = side_member(entry, "height", where), width = side_member(entry, "width", where);
    const auto& [questions, answers] = muse_lists(entry, where);
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
  MuseCheck parts(config, options, check);
  visit_muse(config.root, config.split, [&](const Json& entry, std::size_t, const std::string& where) {
    guarded(check, kEntry, [&] { parts.add(entry, where); });
  });
  parts.finish();
  // Whatever else the loader refuses.
  if (check.faults.empty()) load_muse(config.root, config.split, PolygonMerge::kUnion);
}

}  // namespace pixelsail
