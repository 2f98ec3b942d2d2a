// The model that ships with rounded weights: how much of its score is left.

#include <gtest/gtest.h>

#include <iostream>

#include "eval/evaluator.h"
#include "pixelsail/session.h"
#include "synth/synth.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class QuantizedDemo : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    fs::remove_all(root());
    // Scenes of pictures that it was not trained on.
    write_synthetic_dataset({.seed = 1,
                             .train = 0,
                             .val = 50,
                             .test_a = 0,
                             .test_b = 0,
                             .max_side = 192,
                             .world = "things",
                             .things = {std::string(PIXELSAIL_SOURCE_DIR) + "/data/things"}},
                            root(), nullptr);
  }
  static void TearDownTestSuite() { fs::remove_all(root()); }
  static fs::path root() { return fs::path(testing::TempDir()) / "quantized_demo_test"; }

  static double ciou(const std::string& dtype) {
    constexpr std::int64_t kExpressions = 150;
    BenchmarkConfig benchmark{.benchmark = "refcoco", .root = root().string(), .split = "val"};
    benchmark.limit = kExpressions;
    const QuestionSet set = load_questions(benchmark);
    const Session session(fs::path(PIXELSAIL_SOURCE_DIR) / "data" / "demo_model",
                          {.device = "cpu", .dtype = dtype});
    const ScoreResult result = evaluate_once(
        benchmark, set, [&](std::span<const Query> queries) { return session.answer(queries); },
        {.max_new_tokens = 16}, 16, root() / "predictions.jsonl");
    return result.json.at("ciou");
  }
};

TEST_F(QuantizedDemo, KeepsItsScore) {
  const double exact = ciou("f32"), int8 = ciou("int8"), int4 = ciou("int4");
  std::cout << "cIoU of the model that ships: float32 " << exact << ", int8 " << int8 << ", int4 " << int4
            << '\n';
  EXPECT_GT(exact, 0.35);  // marking every thing: 0.30
  EXPECT_NEAR(int8, exact, 0.01);
  EXPECT_NEAR(int4, exact, 0.03);
}

}  // namespace
}  // namespace pixelsail
