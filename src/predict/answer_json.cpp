#include "predict/answer_json.h"

#include <string_view>

#include "io/rle.h"
#include "io/utf8.h"

namespace pixelsail {

std::string valid_utf8(std::string text) {
  static constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  for (std::size_t at; (at = detail::find_invalid_utf8(text)) != std::string::npos;)
    text.replace(at, 1, kReplacement);
  return text;
}

OrderedJson answer_summary(const Answer& answer) {
  OrderedJson json;
  json["answer"] = answer.text;
  if (!answer.masks.empty()) {
    json["mask_count"] = answer.masks.size();
    if (!answer.mask_scores.empty()) json["mask_score"] = answer.mask_scores.front();
  }
  json["log_probability"] = answer.token_log_probability;
  json["tokens"] = answer.token_ids.size();
  return json;
}

OrderedJson answer_json(const Answer& answer) {
  OrderedJson json;
  json["answer"] = valid_utf8(answer.text);
  json["log_probability"] = answer.token_log_probability;
  json["tokens"] = answer.token_ids.size();
  json["masks"] = OrderedJson::array();
  for (std::size_t i = 0; i < answer.masks.size(); ++i) {
    const Rle rle = encode_mask(answer.masks[i]);
    OrderedJson mask;
    mask["file"] = mask_file_name(i);
    mask["score"] = i < answer.mask_scores.size() ? answer.mask_scores[i] : 0.0;
    mask["pixels"] = rle_area(rle);
    mask["rle"] = {{"size", {rle.height, rle.width}}, {"counts", rle_to_string(rle)}};
    json["masks"].push_back(std::move(mask));
  }
  return json;
}

std::string mask_file_name(std::size_t k) {
  return "mask_" + std::to_string(k) + ".png";
}

OrderedJson result_json(const PredictItem& item, const Answer& answer) {
  OrderedJson result;
  result["image"] = item.image.empty() ? OrderedJson(nullptr) : OrderedJson(valid_utf8(item.image.string()));
  result["prompt"] = item.prompt;
  result["regions"] = OrderedJson::array();
  for (const std::string& region : item.regions) result["regions"].push_back(valid_utf8(region));
  result.update(answer_json(answer));
  return result;
}

OrderedJson printed_json(const PredictItem& item, const Answer& answer) {
  OrderedJson line;
  line["item"] = item.name;
  line["image"] = item.image.string();
  line["answer"] = answer.text;
  line["masks"] = answer.masks.size();
  return line;
}

}  // namespace pixelsail
