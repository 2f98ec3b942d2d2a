#include "annotations/refer.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

template <class Map>
const typename Map::mapped_type& find(const Map& map, std::int64_t id, const std::filesystem::path& file,
                                      const char* what) {
  const auto found = map.find(id);
  if (found == map.end()) {
    throw DataError(file.string() + ": no " + what + " with id " + std::to_string(id) + " in this split");
  }
  return found->second;
}

Mask to_mask(const std::vector<std::uint8_t>& values, int height, int width) {
  Mask mask(height, width);
  std::ranges::transform(values, mask.data.begin(), [](std::uint8_t v) { return std::uint8_t{v == 1}; });
  return mask;
}

}  // namespace

const ReferImage& ReferData::image(std::int64_t id) const {
  return find(images_, id, annotation_file(), "image");
}

std::filesystem::path ReferData::image_path(std::int64_t id) const {
  return root_ / "images" / "train2014" / image(id).file_name;
}

const std::vector<std::int64_t>& ReferData::annotations_of_image(std::int64_t image_id) const {
  static const std::vector<std::int64_t> kNone;
  image(image_id);
  const auto found = annotations_of_image_.find(image_id);
  return found == annotations_of_image_.end() ? kNone : found->second;
}

const nlohmann::json& ReferData::segmentation(std::int64_t ann_id) const {
  return find(annotations_, ann_id, annotation_file(), "annotation").segmentation;
}

std::int64_t ReferData::category(std::int64_t ann_id) const {
  return find(annotations_, ann_id, annotation_file(), "annotation").category;
}

std::vector<std::uint8_t> ReferData::annotation_values(std::int64_t ann_id, PolygonMerge merge) const {
  const Annotation& annotation = find(annotations_, ann_id, annotation_file(), "annotation");
  const ReferImage& size = image(annotation.image_id);
  try {
    return segmentation_values(annotation.segmentation, size.height, size.width, merge);
  } catch (const Error& e) {
    throw_with_context(e, annotation_file().string() + ": annotation " + std::to_string(ann_id));
  }
}

std::vector<std::uint8_t> ReferData::target_values(const ReferExpression& expression,
                                                   PolygonMerge merge) const {
  const ReferImage& size = image(expression.image_id);
  if (expression.ann_ids.size() == 1) return annotation_values(expression.ann_ids.front(), merge);
  const bool encode = merge == PolygonMerge::kSa2vaRle && !expression.ann_ids.empty();
  std::vector<std::uint8_t> joined(
      static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width), 0);
  for (const std::int64_t id : expression.ann_ids) {
    const auto values = annotation_values(id, encode ? PolygonMerge::kLisaSum : merge);
    std::ranges::transform(joined, values, joined.begin(),
                           [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a | b); });
  }
  if (encode) return decode_mask(encode_values(joined, size.height, size.width)).data;
  return joined;
}

SegmentationRuns ReferData::target_runs(const ReferExpression& expression) const {
  const ReferImage& size = image(expression.image_id);
  SegmentationRuns joined;
  std::vector<Rle> runs;
  for (const std::int64_t id : expression.ann_ids) {
    const Annotation& annotation = find(annotations_, id, annotation_file(), "annotation");
    try {
      SegmentationRuns one = segmentation_runs(annotation.segmentation, size.height, size.width);
      joined.parts_overlap |= one.parts_overlap;
      runs.push_back(std::move(one.runs));
    } catch (const Error& e) {
      throw_with_context(e, annotation_file().string() + ": annotation " + std::to_string(id));
    }
  }
  joined.runs = runs.empty() ? encode_mask(Mask(size.height, size.width)) : merge_rles(runs);
  return joined;
}

Mask ReferData::target_mask(const ReferExpression& expression, PolygonMerge merge) const {
  const ReferImage& size = image(expression.image_id);
  return to_mask(target_values(expression, merge), size.height, size.width);
}

Mask ReferData::annotation_mask(std::int64_t ann_id, PolygonMerge merge) const {
  const ReferImage& size = image(find(annotations_, ann_id, annotation_file(), "annotation").image_id);
  return to_mask(annotation_values(ann_id, merge), size.height, size.width);
}

}  // namespace pixelsail
