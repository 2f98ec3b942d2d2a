#include "eval/sample_sheet.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "image/contact_sheet.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

constexpr int kColumns = 3;

/// The expression of one image whose kind has been shown least so far.
std::size_t least_shown(std::span<const ReferExpression> expressions,
                        const std::vector<std::size_t>& candidates, const std::map<std::string, int>& shown) {
  const auto times = [&](std::size_t i) {
    const auto found = shown.find(expressions[i].kind);
    return found == shown.end() ? 0 : found->second;
  };
  return *std::ranges::min_element(candidates, {}, times);
}

}  // namespace

std::vector<std::size_t> pick_samples(std::span<const ReferExpression> expressions, std::int64_t count) {
  std::vector<std::int64_t> images;
  std::map<std::int64_t, std::vector<std::size_t>> of_image;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    auto& list = of_image[expressions[i].image_id];
    if (list.empty()) images.push_back(expressions[i].image_id);
    list.push_back(i);
  }
  const std::size_t wanted =
      std::min(images.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, count)));
  std::map<std::string, int> shown;
  std::vector<std::size_t> picked;
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::int64_t image = images[k * images.size() / wanted];
    picked.push_back(least_shown(expressions, of_image.at(image), shown));
    ++shown[expressions[picked.back()].kind];
  }
  return picked;
}

std::optional<Image> sample_sheet(const ReferData& data, std::span<const ReferExpression> expressions,
                                  std::span<const Prediction> predictions, PolygonMerge merge,
                                  std::int64_t count) {
  std::map<std::pair<std::int64_t, std::int64_t>, const Prediction*> by_id;
  for (const Prediction& prediction : predictions) {
    if (prediction.error.empty()) by_id[{prediction.ref_id, prediction.sent_id}] = &prediction;
  }
  std::vector<ReferExpression> answered;
  for (const ReferExpression& expression : expressions) {
    if (by_id.contains({expression.ref_id, expression.sent_id})) answered.push_back(expression);
  }
  std::vector<SheetCell> cells;
  for (const std::size_t i : pick_samples(answered, count)) {
    const ReferExpression& expression = answered[i];
    SheetCell cell;
    cell.title = expression.sentence;
    cell.image = load_image(data.image_path(expression.image_id));
    cell.truth = data.target_mask(expression, merge);
    const Prediction& prediction = *by_id.at({expression.ref_id, expression.sent_id});
    if (prediction.mask) cell.prediction = decode_mask(*prediction.mask);
    cells.push_back(std::move(cell));
  }
  if (cells.empty()) return std::nullopt;
  return contact_sheet(cells, kColumns);
}

}  // namespace pixelsail
