#include "benchmarks/refer/prediction.h"

#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {

Prediction prediction_from_json(const Json& value) {
  if (!value.is_object()) throw DataError("a prediction must be an object");
  const std::string where = "prediction";
  Prediction prediction;
  prediction.ref_id = json_int(value, "ref_id", where);
  prediction.sent_id = json_int(value, "sent_id", where);
  prediction.image_id = json_int(value, "image_id", where);
  const Json& mask = json_at(value, "mask", where);
  if (!mask.is_null()) prediction.mask = rle_from_json(mask);
  return prediction;
}

}  // namespace pixelsail
