#include "annotations/folder_questions.h"

#include <set>
#include <utility>

#include "image/image_size.h"
#include "io/segmentation_rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::filesystem::path samples_file(const std::filesystem::path& root) {
  return root / "samples.jsonl";
}

FolderQuestion question_of(const std::filesystem::path& root, detail::FolderRecord record) {
  FolderQuestion question;
  question.id = std::to_string(record.line);
  question.image = detail::folder_image(root, record.image);
  try {
    const ImageSize size = read_image_size(question.image);
    question.height = size.height;
    question.width = size.width;
  } catch (const DataError&) {
    // Whoever loads the picture says what is wrong with it.
  }
  question.record = std::move(record);
  return question;
}

Rle mask_of(const std::filesystem::path& root, const FolderQuestion& question, const Json& mask,
            PolygonMerge merge) {
  if (mask.is_object()) return rle_from_json(mask);
  if (mask.is_string()) return encode_mask(detail::folder_mask_file(root, mask.get<std::string>()));
  return segmentation_rle(detail::folder_polygons(mask), question.height, question.width, merge);
}

void check_target(const FolderQuestion& question, const Rle& mask) {
  if (mask.height != question.height || mask.width != question.width) {
    throw DataError("is " + std::to_string(mask.width) + " x " + std::to_string(mask.height) +
                    " pixels, the picture " + std::to_string(question.width) + " x " +
                    std::to_string(question.height));
  }
  if (rle_area(mask) == 0)
    throw DataError(
        "covers no pixel of the picture (empty, outside of it, or with coordinates from 0 to 1); no "
        "target is written as an empty list");
}

[[noreturn]] void throw_at(const Error& error, const std::filesystem::path& root,
                           const FolderQuestion& question, const std::string& member) {
  throw_with_context(error, samples_file(root).string() + ":" + question.id + ": " + member);
}

}  // namespace

FolderQuestions load_folder_questions(const std::filesystem::path& root, const std::string& split) {
  FolderQuestions result;
  std::set<std::string> other_splits;
  const std::filesystem::path file = samples_file(root);
  read_jsonl(file, [&](Json&& object, std::size_t line) {
    detail::FolderRecord record = detail::parse_folder_record(std::move(object), line);
    if (record.split != split) {
      other_splits.insert(record.split);
    } else if (record.image.empty()) {
      ++result.without_picture;
    } else {
      result.questions.push_back(question_of(root, std::move(record)));
    }
  });
  if (!result.questions.empty()) return result;
  throw DataError(file.string() + ": no line of split \"" + split + "\" asks about a picture" +
                  detail::other_splits_text(other_splits));
}

std::vector<Rle> folder_targets(const std::filesystem::path& root, const FolderQuestion& question,
                                PolygonMerge merge) {
  std::vector<Rle> targets;
  if (!question.record.masks || question.height == 0) return targets;
  for (std::size_t k = 0; k < question.record.masks->size(); ++k) {
    try {
      targets.push_back(mask_of(root, question, (*question.record.masks)[k], merge));
      check_target(question, targets.back());
    } catch (const Error& error) {
      throw_at(error, root, question, "masks[" + std::to_string(k) + "]");
    }
  }
  return targets;
}

std::vector<Region> folder_regions(const std::filesystem::path& root, const FolderQuestion& question) {
  std::vector<Region> regions;
  for (const Json& region : question.record.regions) {
    try {
      regions.push_back(detail::folder_region(root, region));
    } catch (const Error& error) {
      throw_at(error, root, question, "regions[" + std::to_string(regions.size()) + "]");
    }
  }
  return regions;
}

}  // namespace pixelsail
