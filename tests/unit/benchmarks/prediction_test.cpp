#include "benchmarks/refer/prediction.h"

#include <gtest/gtest.h>

#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(Prediction, ShortLinesAreEnough) {
  const Prediction none =
      prediction_from_json(Json::parse(R"({"ref_id":1,"sent_id":2,"image_id":3,"answer":"no","mask":null})"));
  EXPECT_FALSE(none.mask);
  EXPECT_EQ(none.sent_id, 2);
  const Prediction one = prediction_from_json(
      Json::parse(R"({"ref_id":1,"sent_id":2,"image_id":3,"mask":{"size":[2,2],"counts":[1,3]}})"));
  ASSERT_TRUE(one.mask);
  EXPECT_EQ(rle_area(*one.mask), 3U);
}

TEST(Prediction, FaultsAreNamed) {
  for (const char* bad :
       {"[]", R"({"ref_id":1,"sent_id":2,"mask":null})", R"({"ref_id":1,"sent_id":2,"image_id":3})",
        R"({"ref_id":1,"sent_id":2,"image_id":3,"mask":{"size":[2,2],"counts":[9]}})"}) {
    EXPECT_THROW(prediction_from_json(Json::parse(bad)), DataError) << bad;
  }
}

}  // namespace
}  // namespace pixelsail
