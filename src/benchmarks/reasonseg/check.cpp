#include <algorithm>
#include <set>
#include <system_error>

#include "annotations/annotation_file.h"
#include "benchmarks/common/check_parts.h"
#include "benchmarks/reasonseg/reasonseg.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Pictures and annotation files of the folder, by their common name.
struct Pairs {
  std::set<std::filesystem::path> pictures, annotations;
};

Pairs read_folder(const std::filesystem::path& folder) {
  Pairs pairs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".jpg") pairs.pictures.insert(entry.path());
    if (entry.path().extension() == ".json") pairs.annotations.insert(entry.path());
  }
  if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  return pairs;
}

struct Counts {
  std::int64_t questions = 0, sentences = 0, ignored = 0;
};

void check_sample(const std::filesystem::path& picture, BenchmarkCheck& check, Counts& counts) {
  ++counts.questions;
  const ReasonSegSample sample = load_reasonseg_sample(picture);
  counts.sentences += sample.is_sentence ? 1 : 0;
  if (is_blank(sample.text)) check.fault("requests are empty", sample.image.string());
  const std::vector<std::uint8_t> values = reasonseg_values(sample);
  if (std::ranges::find(values, std::uint8_t{1}) == values.end())
    check.note("target masks are empty", sample.image.string());
  if (std::ranges::find(values, kReasonSegIgnored) != values.end()) ++counts.ignored;
}

}  // namespace

void check_reasonseg(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  if (!stays_inside(config.split)) throw ConfigError("\"" + config.split + "\" is no split of ReasonSeg");
  const auto folder = find_annotation_file(config.root, {"reasonseg", "ReasonSeg"}, config.split);
  Pairs pairs = read_folder(folder);
  PictureCheck pictures(check, options);
  Counts counts;
  for (const std::filesystem::path& picture : pairs.pictures) {
    // The size comes from the picture itself.
    pictures.add(picture, 0, 0);
    if (pairs.annotations.erase(std::filesystem::path(picture).replace_extension(".json")) == 0) {
      check.fault("pictures have no annotation beside them", picture.string());
      continue;
    }
    guarded(check, "samples cannot be read", [&] { check_sample(picture, check, counts); });
  }
  for (const std::filesystem::path& annotation : pairs.annotations)
    check.fault("pictures are missing", std::filesystem::path(annotation).replace_extension(".jpg").string());
  if (counts.questions == 0) throw DataError(folder.string() + ": holds no sample");
  check.count("questions", counts.questions);
  check.count("whole sentences", counts.sentences);
  check.count("with ignored pixels", counts.ignored);
  pictures.run();
}

}  // namespace pixelsail
