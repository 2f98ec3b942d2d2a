#include "score/prediction.h"

#include <gtest/gtest.h>

#include "../data/fixtures.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

Mask some_mask() {
  Mask mask(5, 7);
  mask.at(1, 1) = mask.at(2, 3) = mask.at(2, 4) = 1;
  return mask;
}

Prediction sample() {
  Prediction prediction{.ref_id = 1, .sent_id = 2, .image_id = 3, .question = "?", .answer = "It is [SEG]."};
  prediction.mask = encode_mask(some_mask());
  prediction.mask_count = 2;
  prediction.mask_score = 1.0 / 3;
  prediction.token_log_probability = -0.1;
  prediction.token_count = 6;
  return prediction;
}

TEST(Prediction, LineReadsBackUnchanged) {
  const Prediction before = sample();
  const std::string line = prediction_to_line(before);
  const Prediction after = prediction_from_json(Json::parse(line));
  EXPECT_EQ(after.mask, before.mask);
  EXPECT_EQ(after.mask_score, before.mask_score);
  EXPECT_EQ(prediction_to_line(after), line);
}

TEST(Prediction, ShortLinesAreEnough) {
  const Prediction none =
      prediction_from_json(Json::parse(R"({"ref_id":1,"sent_id":2,"image_id":3,"answer":"no","mask":null})"));
  EXPECT_FALSE(none.mask);
  EXPECT_EQ(none.mask_count, 0);
  const Prediction one = prediction_from_json(
      Json::parse(R"({"ref_id":1,"sent_id":2,"image_id":3,"mask":{"size":[2,2],"counts":[1,3]}})"));
  EXPECT_EQ(one.mask_count, 1);
}

TEST(Prediction, CutOffCharactersAreReplaced) {
  Prediction prediction = sample();
  prediction.answer = "caf\xC3";
  EXPECT_EQ(prediction_from_json(Json::parse(prediction_to_line(prediction))).answer, "caf\xEF\xBF\xBD");
}

TEST(Prediction, FaultsNameFileAndLine) {
  const test::TempDir dir;
  const auto path = dir.path() / "predictions.jsonl";
  const std::string good = prediction_to_line(sample()) + "\n";
  for (const char* bad : {"{\"ref_id\":1,\"sent_id\":2,\"mask\":null}", "{\"ref_id\":1", "[]",
                          R"({"ref_id":1,"sent_id":2,"image_id":3})",
                          R"({"ref_id":1,"sent_id":2,"image_id":3,"mask":{"size":[2,2],"counts":[9]}})"}) {
    test::write_text(path, good + bad + "\n");
    const std::string message = message_of<DataError>([&] { read_predictions(path); });
    EXPECT_TRUE(has(message, "predictions.jsonl:2: ")) << message;
  }
  EXPECT_THROW(read_predictions(dir.path() / "absent.jsonl"), DataError);
}

TEST(Prediction, Counts) {
  Prediction failed, silent, empty = sample();
  failed.error = "no image";
  silent.token_count = 2;
  empty.mask = encode_mask(Mask(5, 7));
  empty.mask_count = 1;
  const std::vector<Prediction> all{sample(), failed, silent, empty};
  const PredictionCounts counts = count_predictions(all);
  EXPECT_EQ(counts.failed, 1);
  EXPECT_EQ(counts.no_mask, 1);
  EXPECT_EQ(counts.several_masks, 1);
  EXPECT_EQ(counts.empty_mask, 1);
  EXPECT_EQ(counts.longest_answer, 6);
  EXPECT_DOUBLE_EQ(counts.mean_tokens, 14.0 / 3);
}

}  // namespace
}  // namespace pixelsail
