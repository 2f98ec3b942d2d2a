#include <gtest/gtest.h>

#include "../annotations/fixtures.h"
#include "benchmarks/benchmark.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class FolderScore : public ::testing::Test {
 protected:
  FolderScore() {
    test::write_image(dir_.path() / "images" / "a.png", 20, 30);
    test::write_text(
        dir_.path() / "samples.jsonl",
        R"({"image": "a.png", "expression": "cup", "masks": [[0, 0, 10, 0, 10, 4, 0, 4]], "split": "val"})"
        "\n"
        R"({"image": "a.png", "expression": "dog", "masks": [], "split": "val"})"
        "\n"
        R"({"image": "a.png", "question": "What?", "answer": "A red cup.", "split": "val"})"
        "\n"
        R"({"image": "a.png", "question": "Why?", "answer": "Because.", "split": "train"})"
        "\n");
  }
  ScoreResult score(const std::string& predictions, bool allow_missing = false) {
    test::write_text(dir_.path() / "p.jsonl", predictions);
    ScoreRequest request{.benchmark = "folder",
                         .annotations = dir_.path(),
                         .predictions = {(dir_.path() / "p.jsonl").string()},
                         .allow_missing = allow_missing};
    request.options.set("wordnet", "/nonexistent");
    return score_benchmark(request);
  }
  static std::string box(int width) {
    Mask mask(20, 30);
    for (int y = 0; y < 4; ++y)
      for (int x = 0; x < width; ++x) mask.at(y, x) = 1;
    return rle_to_json(encode_mask(mask)).dump();
  }
  test::TempDir dir_;
};

TEST_F(FolderScore, MasksAndTexts) {
  // Half of the cup; nothing for the dog; the right answer but for case.
  const ScoreResult result =
      score("{\"id\": 1, \"masks\": [" + box(5) + "]}\n{\"id\": \"2\", \"masks\": []}\n" +
            "{\"id\": \"3\", \"masks\": [], \"prediction\": \" a RED cup\"}\n");
  EXPECT_NEAR(result.json["ciou"].get<double>(), 0.5, 1e-6);
  EXPECT_NEAR(result.json["giou"].get<double>(), 0.75, 1e-4);
  EXPECT_EQ(result.json["accuracy"], 1.0);
  EXPECT_EQ(result.json["samples"], 3);
  EXPECT_TRUE(has(result.json["text_metrics"].get<std::string>(), "left out: "));
  EXPECT_EQ(result.metrics, (std::vector<std::string>{"ciou", "giou", "accuracy"}));
  EXPECT_EQ(result.strata, (std::vector<std::size_t>{2, 1}));
  const std::vector<double> values = draw_all(result.draw, result.units);
  ASSERT_EQ(values.size(), 3u);
  EXPECT_NEAR(values[0], 0.5, 1e-6);
  EXPECT_EQ(values[2], 1.0);
  ASSERT_EQ(result.samples.size(), 3u);
  EXPECT_EQ(result.samples[2].id, "3");
  EXPECT_EQ(result.samples[2].unit, 2u);
}

TEST_F(FolderScore, WrongAnswers) {
  const ScoreResult result = score("{\"id\": 1, \"masks\": []}\n{\"id\": \"2\", \"masks\": [" + box(5) +
                                   "]}\n" + "{\"id\": \"3\", \"prediction\": \"A dog\"}\n");
  EXPECT_EQ(result.json["giou"], 0.0);
  EXPECT_EQ(result.json["ciou"], 0.0);
  EXPECT_EQ(result.json["accuracy"], 0.0);
  EXPECT_TRUE(has(message_of<DataError>([&] { score("{\"id\": 1, \"masks\": []}\n"); }),
                  "2 samples have no prediction"));
  const ScoreResult missing = score("{\"id\": 1, \"masks\": [" + box(10) + "]}\n", true);
  EXPECT_NEAR(missing.json["giou"].get<double>(), 0.5, 1e-4);
  EXPECT_EQ(missing.json["faults"]["missing"], 2);
}

TEST_F(FolderScore, ArraysOfOtherToolsAndIdsAsFloats) {
  const ScoreResult result =
      score("[{\"id\": 1.0, \"masks\": [" + box(10) + "]},\n {\"id\": 2, \"masks\": []},\n" +
            "{\"id\": \"3\", \"prediction\": \"A red cup.\", \"score\": NaN}]\n");
  EXPECT_NEAR(result.json["ciou"].get<double>(), 1.0, 1e-6);
  EXPECT_TRUE(has(message_of<DataError>([&] { score("[{\"id\": 1}, {\"id\": 2, \"masks\": []}]"); }),
                  "entry 1: 1: "));
}

}  // namespace
}  // namespace pixelsail
