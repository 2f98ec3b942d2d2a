#include "eval/answer_refer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "fake_model.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class AnswerRefer : public ::testing::Test {
 protected:
  AnswerRefer() {
    test::write_refcoco(dir_.path());
    data_.emplace(ReferData::load(dir_.path(), "refcoco", "train"));
  }

  std::vector<Prediction> run(const AnswerOptions& options) {
    std::vector<Prediction> all;
    const AnswerBatch function = model_.function();
    answer_refer(*data_, data_->expressions(), function, options,
                 [&](std::vector<Prediction>&& batch) { std::ranges::move(batch, std::back_inserter(all)); });
    return all;
  }
  void remove_image(std::int64_t id) { std::filesystem::remove(data_->image_path(id)); }

  test::TempDir dir_;
  std::optional<ReferData> data_;
  test::FakeModel model_;
};

TEST(ReferQuestion, KeepsTheLeadingSpace) {
  EXPECT_EQ(refer_question(kReferPrompt, "the {sent} star"),
            " Please segment the {sent} star in this image.");
  EXPECT_THROW(refer_question("Please segment it.", "x"), ConfigError);
}

TEST_F(AnswerRefer, AsksEachExpressionOnceAndGroupsByImage) {
  const auto predictions = run({.batch_size = 5});
  ASSERT_EQ(predictions.size(), 15u);
  EXPECT_EQ(model_.batch_sizes, (std::vector<std::size_t>{5, 5, 5}));
  // Three images of five expressions each: one decoded picture a batch.
  EXPECT_EQ(model_.batch_images, (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(model_.prompts.front(), " Please segment left thing in this image.");
  EXPECT_EQ(predictions.front().question, model_.prompts.front());
}

TEST_F(AnswerRefer, TakesTheFirstOfSeveralMasks) {
  const Prediction prediction = run({}).front();
  EXPECT_EQ(prediction.mask_count, 2);
  EXPECT_EQ(decode_mask(*prediction.mask), test::rectangle_mask(20, 30, 2, 2, 8, 8));
  EXPECT_EQ(prediction.mask_score, 0.75);
  EXPECT_EQ(prediction.token_count, 3);
}

TEST_F(AnswerRefer, NoSegIsNoMask) {
  model_.no_mask = "second";
  for (const Prediction& prediction : run({})) {
    EXPECT_EQ(prediction.mask.has_value(), !has(prediction.question, "second"));
  }
}

TEST_F(AnswerRefer, MissingImageInTheMiddleIsNamedAndTheRestGoesOn) {
  remove_image(2);
  const auto predictions = run({.batch_size = 4});
  EXPECT_EQ(predictions.size(), 15u);
  EXPECT_EQ(model_.questions, 10);
  for (const Prediction& prediction : predictions) {
    EXPECT_EQ(prediction.image_id == 2, has(prediction.error, test::image_name(2)));
    EXPECT_EQ(prediction.image_id == 2, !prediction.mask.has_value());
  }
}

TEST_F(AnswerRefer, MissingImageStopsWhenAskedTo) {
  remove_image(2);
  const std::string message = message_of<DataError>([&] { run({.batch_size = 1, .stop_on_error = true}); });
  EXPECT_TRUE(has(message, "refcoco ref_id 102 sent_id 10200 image_id 2: ")) << message;
  EXPECT_TRUE(has(message, test::image_name(2))) << message;
}

TEST_F(AnswerRefer, ImageOfAnotherSizeIsAFault) {
  test::write_image(data_->image_path(3), 30, 20);
  int failed = 0;
  for (const Prediction& prediction : run({})) failed += has(prediction.error, "is 20 x 30 pixels");
  EXPECT_EQ(failed, 5);
}

TEST_F(AnswerRefer, OneBadQuestionDoesNotSpoilItsBatch) {
  model_.poison = "thing 2";
  int failed = 0;
  for (const Prediction& prediction : run({.batch_size = 8})) {
    EXPECT_EQ(!prediction.error.empty(), has(prediction.question, "thing 2"));
    failed += !prediction.error.empty();
  }
  EXPECT_EQ(failed, 1);
}

TEST_F(AnswerRefer, TroubleOfTheMachineEndsTheRun) {
  model_.die_after = 1;
  EXPECT_THROW(run({.batch_size = 5}), RunError);
}

TEST_F(AnswerRefer, WrongNumberOfAnswersIsAnError) {
  const AnswerBatch broken = [](std::span<const Query>) { return std::vector<Answer>(1); };
  EXPECT_THROW(answer_refer(*data_, data_->expressions(), broken, {}, [](std::vector<Prediction>&&) {}),
               RunError);
}

TEST_F(AnswerRefer, EvaluateInMemory) {
  std::int64_t last = 0;
  const AnswerBatch function = model_.function();
  const auto first = first_expressions(*data_, 5);
  EXPECT_EQ(first.size(), 5u);
  EXPECT_EQ(first_expressions(*data_, 0).size(), 15u);
  const ReferEvaluation evaluation = evaluate_refer(*data_, "train", first, function, {.batch_size = 2}, {},
                                                    [&](std::int64_t n) { last = n; });
  EXPECT_EQ(last, 5);
  EXPECT_EQ(evaluation.score.overall.samples, 5);
  // The left object of image 1 is x 2..8, y 2..9 and three of the five ask for it; the fake mask ends at y 8.
  EXPECT_NEAR(evaluation.score.overall.precision[3], 0.6, 1e-12);
}

}  // namespace
}  // namespace pixelsail
