#include "score/prediction.h"

#include <algorithm>
#include <cmath>

#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

std::int64_t optional_int(const Json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

double optional_number(const Json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_number() ? found->get<double>() : 0.0;
}

std::string optional_string(const Json& value, const char* key) {
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string prediction_to_line(const Prediction& prediction) {
  OrderedJson line;
  line["ref_id"] = prediction.ref_id;
  line["sent_id"] = prediction.sent_id;
  line["image_id"] = prediction.image_id;
  line["question"] = prediction.question;
  line["answer"] = prediction.answer;
  if (prediction.mask) {
    line["mask"] = {{"size", {prediction.mask->height, prediction.mask->width}},
                    {"counts", rle_to_string(*prediction.mask)}};
  } else {
    line["mask"] = nullptr;
  }
  line["masks"] = prediction.mask_count;
  line["mask_score"] = prediction.mask_score;
  line["log_probability"] = prediction.token_log_probability;
  line["tokens"] = prediction.token_count;
  if (!prediction.error.empty()) line["error"] = prediction.error;
  return line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

Prediction prediction_from_json(const Json& value) {
  if (!value.is_object()) throw DataError("a prediction must be an object");
  const std::string where = "prediction";
  Prediction prediction;
  prediction.ref_id = json_int(value, "ref_id", where);
  prediction.sent_id = json_int(value, "sent_id", where);
  prediction.image_id = json_int(value, "image_id", where);
  const Json& mask = json_at(value, "mask", where);
  if (!mask.is_null()) prediction.mask = rle_from_json(mask);
  prediction.question = optional_string(value, "question");
  prediction.answer = optional_string(value, "answer");
  prediction.mask_count =
      value.contains("masks") ? optional_int(value, "masks") : prediction.mask.has_value();
  prediction.mask_score = optional_number(value, "mask_score");
  prediction.token_log_probability = optional_number(value, "log_probability");
  prediction.token_count = optional_int(value, "tokens");
  prediction.error = optional_string(value, "error");
  return prediction;
}

std::vector<Prediction> read_predictions(const std::filesystem::path& path) {
  std::vector<Prediction> predictions;
  read_jsonl(path, [&](Json&& value, std::size_t number) {
    predictions.push_back(prediction_from_json(value));
    predictions.back().line = static_cast<std::int64_t>(number);
  });
  return predictions;
}

PredictionCounts count_predictions(std::span<const Prediction> predictions) {
  PredictionCounts counts;
  std::int64_t tokens = 0, answered = 0;
  for (const Prediction& prediction : predictions) {
    if (!prediction.error.empty()) {
      ++counts.failed;
      continue;
    }
    ++answered;
    counts.no_mask += !prediction.mask;
    counts.several_masks += prediction.mask_count > 1;
    counts.empty_mask += prediction.mask && rle_area(*prediction.mask) == 0;
    tokens += prediction.token_count;
    counts.longest_answer = std::max(counts.longest_answer, prediction.token_count);
  }
  if (answered > 0) counts.mean_tokens = static_cast<double>(tokens) / static_cast<double>(answered);
  return counts;
}

}  // namespace pixelsail
