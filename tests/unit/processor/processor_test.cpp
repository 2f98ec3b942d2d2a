#include "processor/processor.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class ProcessorTest : public ::testing::Test {
 protected:
  ProcessorTest() {
    static const auto kTokenizer =
        load_tokenizer(std::filesystem::path(PIXELSAIL_SOURCE_DIR) / "data/demo_tokenizer");
    processor_.tokenizer = kTokenizer;
    processor_.special = find_special_tokens(*kTokenizer);
    processor_.preprocess.patch_size = 8;
    processor_.preprocess.max_side = 32;
    processor_.max_length = 256;
  }
  static Mask box(int y, int x, int size) {
    return rasterize(BoxRegion{1.0 * x, 1.0 * y, 1.0 * size, 1.0 * size}, 24, 32);
  }

  Processor processor_;
};

TEST_F(ProcessorTest, SequencesShareThePatchesOfTheirImage) {
  const auto patches = processor_.patches(Image(24, 32));
  EXPECT_EQ(patches->grid_h, 3);
  EXPECT_EQ(patches->grid_w, 4);
  const std::vector<PromptRegion> regions{{0, box(8, 8, 8)}};
  const Sequence with =
      processor_.sequence({{"What is <Prompt0>?", {}, {}}}, patches, 1, regions, PaintOrder::kGiven);
  const Sequence without = processor_.sequence({{"What is it?", {}, {}}}, patches, 0, {}, PaintOrder::kGiven);
  EXPECT_EQ(with.patches, patches);
  EXPECT_EQ(without.patches, patches);
  std::vector<std::int64_t> expected(12, kNoPrompt);
  expected[5] = 0;
  EXPECT_EQ(with.prompt_of_patch, expected);
  EXPECT_TRUE(without.prompt_of_patch.empty());
  EXPECT_EQ(with.tokens.image_end, 14);
  const Sequence text = processor_.sequence({{"What is it?", {}, {}}}, nullptr, 0, {}, PaintOrder::kGiven);
  EXPECT_EQ(text.patches->grid_h, 0);
  EXPECT_EQ(text.tokens.image_end, 0);
}

TEST_F(ProcessorTest, TrainingAndAnswersBeginAlike) {
  const auto patches = processor_.patches(Image(24, 32));
  const Sequence asked = processor_.sequence({{"Segment it.", {}, {}}}, patches, 0, {}, PaintOrder::kGiven);
  const Sequence trained =
      processor_.sequence({{"Segment it.", "It is [SEG].", {}}}, patches, 0, {}, PaintOrder::kLargeFirst);
  ASSERT_LT(asked.tokens.ids.size(), trained.tokens.ids.size());
  EXPECT_TRUE(std::equal(asked.tokens.ids.begin(), asked.tokens.ids.end(), trained.tokens.ids.begin()));
  EXPECT_EQ(trained.tokens.labels.at(asked.tokens.ids.size() - 1), kIgnoredLabel);
  EXPECT_EQ(trained.tokens.labels.back(), trained.tokens.ids.back());
}

TEST_F(ProcessorTest, TooLargeAnImageNamesASideThatFits) {
  processor_.max_length = 13;
  try {
    processor_.patches(Image(24, 32));
    FAIL() << "fits";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("max_side 31 instead of 32"), std::string::npos) << error.what();
  }
}

TEST_F(ProcessorTest, MasksThatStandForNothingAreLeftOut) {
  const std::vector<Region> regions{Mask(24, 32), BoxRegion{0, 0, 8, 8}, Mask(24, 32), BoxRegion{8, 8, 8, 8}};
  const auto prompts = visual_prompts(regions, "What are <Prompt1> and <Prompt3>?", 24, 32);
  ASSERT_EQ(prompts.size(), 2U);
  EXPECT_EQ(prompts[0].number, 1);
  EXPECT_EQ(prompts[0].mask, box(0, 0, 8));
  EXPECT_EQ(prompts[1].number, 3);
  EXPECT_EQ(prompts[1].mask, box(8, 8, 8));
  // The numbers of those that remain are the places in the list, whatever is left out before them.
  std::vector<std::int64_t> expected(12, kNoPrompt);
  expected[0] = 1;
  expected[5] = 3;
  for (const PaintOrder order : {PaintOrder::kGiven, PaintOrder::kLargeFirst})
    EXPECT_EQ(processor_.paint(prompts, order), expected);
  EXPECT_THROW(visual_prompts(regions, "What is <Prompt2>?", 24, 32), DataError);
}

}  // namespace
}  // namespace pixelsail
