#include "data/stream_position.h"

#include <gtest/gtest.h>

#include <limits>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

StreamIdentity stream() {
  return {.seed = 1, .batch_size = 4, .datasets = {{.name = "a", .samples = 3, .weight = 1}}};
}

TEST(StreamPosition, IsReadAsItIsWritten) {
  EXPECT_EQ(position_from_json(position_to_json(60, stream()), stream()), 60);
  StreamIdentity other = stream();
  other.seed = 2;
  EXPECT_THROW(position_from_json(position_to_json(60, other), stream()), DataError);
}

TEST(StreamPosition, NumbersThatNoTrainingReaches) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  nlohmann::json json = position_to_json(60, stream());
  // Times the samples of a micro-batch it would not fit its type.
  for (const std::int64_t number : {std::int64_t{-1}, kLargest / 2, kLargest}) {
    json["micro_batches"] = number;
    EXPECT_THROW(position_from_json(json, stream()), DataError) << number;
  }
}

TEST(StreamPosition, OldFormWithNumbersThatDoNotFit) {
  nlohmann::json json = position_to_json(60, stream());
  json.erase("version");
  json["rank"] = 0;
  json["world_size"] = 1;
  json["skipped"] = 0;
  json["batches"] = 60;
  json["items"] = 240;
  EXPECT_EQ(position_from_json(json, stream()), 60);
  for (const std::int64_t batches : {std::int64_t{61}, std::int64_t{1} << 61, std::int64_t{1} << 62}) {
    json["batches"] = batches;
    json["items"] = 0;  // what the product wraps to
    EXPECT_THROW(position_from_json(json, stream()), DataError) << batches;
  }
}

}  // namespace
}  // namespace pixelsail
