#include "benchmarks/text/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "../annotations/fixtures.h"
#include "../metrics/small_wordnet.h"
#include "benchmarks/benchmark.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class TextBenchmarks : public ::testing::Test {
 protected:
  TextBenchmarks() {
    request_.benchmark = "text";
    request_.options.set("wordnet", wordnet_.path().string());
    request_.annotations = dir_.path();
    request_.references = dir_.path() / "r.jsonl";
    request_.predictions = {(dir_.path() / "p.jsonl").string()};
  }
  ScoreResult score(const std::string& references, const std::string& predictions) {
    test::write_text(request_.references, references);
    test::write_text(request_.predictions.front(), predictions);
    return score_benchmark(request_);
  }
  static double value(const ScoreResult& result, const char* key) {
    return result.json.at(key).get<double>();
  }

  test::TempDir dir_;
  test::SmallWordNet wordnet_;
  ScoreRequest request_;
};

TEST_F(TextBenchmarks, EqualCaptionsAreAsGoodAsTheMetricsKnow) {
  const ScoreResult result = score(R"({"id":"a","text":"a red dog runs home"}
{"id":2,"texts":["two cats sleep on chairs","something else"]}
)",
                                   R"({"id":2,"text":"two cats sleep on chairs"}
{"id":"a","texts":["A red dog runs home."]}
)");
  EXPECT_DOUBLE_EQ(value(result, "meteor"), 1.0);
  EXPECT_NEAR(value(result, "bleu4"), 1.0, 1e-6);
  EXPECT_DOUBLE_EQ(value(result, "rouge_l"), 1.0);
  // Two captions that share no n-gram: idf log 2 everywhere, 10 for the first, the mean of 10 and 0 for the
  // second.
  EXPECT_NEAR(value(result, "cider"), 7.5, 1e-9);
  // NLTK splits at white space, so "home." is another word than "home": 4 of 5 words match, in one chunk.
  const double with_dot = 0.8 * (1 - 0.5 / 64);
  EXPECT_NEAR(value(result, "meteor_nltk"), (with_dot + 1 - 0.5 / 125) / 2, 1e-12);
  EXPECT_EQ(result.json.at("meteor_data").at("original"), false);
  EXPECT_EQ(result.samples[1].id, "2");
  EXPECT_EQ(draw_all(result.draw, 2).at(0), value(result, "meteor"));
}

TEST_F(TextBenchmarks, DrawsSumCountsAndDoNotAverageScores) {
  const ScoreResult result =
      score("{\"id\":1,\"text\":\"a b c d\"}\n{\"id\":2,\"text\":\"e f g h i j k l\"}\n",
            "{\"id\":1,\"text\":\"a b c d\"}\n{\"id\":2,\"text\":\"x y z\"}\n");
  const auto bleu1 =
      static_cast<std::size_t>(std::ranges::find(result.metrics, "bleu1") - result.metrics.begin());
  // 4 of 7 words match, 12 are in the references.
  EXPECT_NEAR(draw_all(result.draw, 2).at(bleu1), 4.0 / 7 * std::exp(1 - 12.0 / 7), 1e-6);
  EXPECT_NEAR(result.draw(std::vector<std::uint32_t>{2, 0}).at(bleu1), 1.0, 1e-6);
  EXPECT_NEAR(result.draw(std::vector<std::uint32_t>{2, 1}).at(bleu1), 8.0 / 11 * std::exp(1 - 16.0 / 11),
              1e-6);
}

TEST_F(TextBenchmarks, AMissingPredictionIsAnEmptyCaption) {
  request_.allow_missing = true;
  const ScoreResult result = score("{\"id\":1,\"text\":\"a dog\"}\n{\"id\":2,\"text\":\"a cat\"}\n",
                                   "{\"id\":1,\"text\":\"a dog\"}\n");
  EXPECT_EQ(result.json.at("faults").at("missing"), 1);
  EXPECT_EQ(result.samples[1].detail.at("meteor"), 0.0);
  EXPECT_DOUBLE_EQ(value(result, "rouge_l"), 0.5);
}

TEST_F(TextBenchmarks, Faults) {
  const std::string one = "{\"id\":1,\"text\":\"a dog\"}\n";
  EXPECT_TRUE(
      has(message_of<DataError>([&] { score("{\"id\":1,\"texts\":[]}\n", one); }), "r.jsonl:1: \"texts\""));
  EXPECT_TRUE(has(message_of<DataError>([&] { score("", ""); }), "there is no caption to score"));
  EXPECT_TRUE(has(message_of<DataError>([&] { score(one, "{\"id\":1,\"texts\":[\"a\",\"b\"]}\n"); }),
                  "line 1: 1: a prediction is one text, not 2"));
  EXPECT_TRUE(has(message_of<DataError>([&] { score(one + one, one); }), "two samples with id 1"));
  request_.options.set("wordnet", (dir_.path() / "none").string());
  EXPECT_TRUE(has(message_of<DataError>([&] { score(one, one); }), "wordnet-base"));
  request_.references.clear();
  EXPECT_TRUE(has(message_of<ConfigError>([&] { score_benchmark(request_); }), "--references"));
}

TEST_F(TextBenchmarks, RegionCaptionsFromTheirCocoFile) {
  request_.benchmark = "refcocog_caption";
  std::filesystem::create_directories(dir_.path() / "refcocog_caption");
  test::write_text(dir_.path() / "refcocog_caption" / "finetune_refcocog_val_captions.json",
                   R"({"images":[{"id":7},{"id":5}],"annotations":[{"image_id":5,"id":1,"caption":"a cat"},
                      {"image_id":7,"id":2,"caption":"a dog"}]})");
  const ScoreResult result = score("",
                                   "{\"image_id\":5,\"prediction\":\"a cat\"}\n"
                                   "{\"image_id\":7,\"prediction\":\"a bird\"}\n");
  EXPECT_DOUBLE_EQ(value(result, "rouge_l"), 0.75);
  EXPECT_FALSE(result.json.contains("meteor_nltk"));
  EXPECT_EQ(result.samples[0].id, "7");
  EXPECT_TRUE(
      has(message_of<DataError>([&] { score("", "{\"image_id\":5,\"prediction\":3}\n"); }), "line 1: 5: "));
}

}  // namespace
}  // namespace pixelsail
