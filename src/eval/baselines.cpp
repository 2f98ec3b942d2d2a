#include "eval/baselines.h"

#include <map>

#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

Rle every_annotation(const ReferData& data, std::int64_t image_id) {
  const ReferImage& image = data.image(image_id);
  Mask all(image.height, image.width);
  for (const std::int64_t id : data.annotations_of_image(image_id)) {
    const Mask one = data.annotation_mask(id);
    for (std::size_t i = 0; i < all.data.size(); ++i) all.data[i] |= one.data[i];
  }
  return encode_mask(all);
}

}  // namespace

const std::vector<std::string>& baseline_names() {
  static const std::vector<std::string> kNames{"select_all"};
  return kNames;
}

std::vector<Prediction> baseline_predictions(const std::string& name, const ReferData& data,
                                             std::span<const ReferExpression> expressions) {
  if (name != "select_all") throw ConfigError("unknown baseline \"" + name + "\" (known: select_all)");
  std::map<std::int64_t, Rle> by_image;
  std::vector<Prediction> predictions;
  predictions.reserve(expressions.size());
  for (const ReferExpression& expression : expressions) {
    auto found = by_image.find(expression.image_id);
    if (found == by_image.end()) {
      found = by_image.emplace(expression.image_id, every_annotation(data, expression.image_id)).first;
    }
    Prediction prediction{
        .ref_id = expression.ref_id, .sent_id = expression.sent_id, .image_id = expression.image_id};
    prediction.mask = found->second;
    prediction.mask_count = 1;
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

}  // namespace pixelsail
