#include <gtest/gtest.h>

#include "data/example_builder.h"
#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class ExampleBuilderTest : public ::testing::Test {
 protected:
  ExampleBuilderTest() {
    test::write_image(dir_.path() / "a.png", 24, 32);
    sample_.id = "sample 7";
    sample_.image = dir_.path() / "a.png";
  }
  static Mask box(int y, int x, int size) {
    Mask mask(24, 32);
    for (int r = y; r < y + size; ++r) {
      for (int c = x; c < x + size; ++c) mask.at(r, c) = 1;
    }
    return mask;
  }
  test::TempDir dir_;
  Sample sample_;
  ExampleBuilder builder_ = test::demo_builder();
};

TEST_F(ExampleBuilderTest, BuildsEverything) {
  sample_.turns = {{" Please segment a in this image.", "It is [SEG].", {{box(0, 0, 4)}}},
                   {" Please segment b in this image.", "It is [SEG].", {{box(8, 8, 4)}}}};
  const Example e = builder_.build(sample_);
  EXPECT_EQ(e.id, "sample 7");
  EXPECT_EQ(e.image_height, 24);
  EXPECT_EQ(e.image_width, 32);
  EXPECT_EQ(e.sequence.patches->grid_h, 3);
  EXPECT_EQ(e.sequence.patches->grid_w, 4);
  EXPECT_TRUE(e.sequence.prompt_of_patch.empty()) << "no regions";
  EXPECT_TRUE(e.has_mask_loss);
  EXPECT_FALSE(e.seg_count_mismatch);
  EXPECT_EQ(e.masks, (std::vector<Mask>{box(0, 0, 4), box(8, 8, 4)}));
  EXPECT_EQ(
      std::count(e.sequence.tokens.ids.begin(), e.sequence.tokens.ids.end(), builder_.processor.special.seg),
      2);
  EXPECT_EQ(std::count(e.sequence.tokens.ids.begin(), e.sequence.tokens.ids.end(),
                       builder_.processor.special.patch),
            12);
}

TEST_F(ExampleBuilderTest, DecodedImageIsUsed) {
  sample_.decoded = std::make_shared<const Image>(load_image(sample_.image));
  sample_.turns = {{"q", "a", std::nullopt}};
  const Example direct = builder_.build(sample_);
  sample_.decoded.reset();
  EXPECT_EQ(direct.sequence.patches->values, builder_.build(sample_).sequence.patches->values);
  sample_.image.clear();
  const Example text = builder_.build(sample_);
  EXPECT_EQ(text.image_height, 0);
  EXPECT_TRUE(text.sequence.patches->values.empty());
}

TEST_F(ExampleBuilderTest, WritesAsTheFamilyDoes) {
  sample_.turns = {{"Please segment a.", "It is [SEG].", {{box(0, 0, 4)}}}};
  builder_.processor.chat = &chat_template("pixelsail_eve");
  builder_.processor.special = find_special_tokens(*builder_.processor.tokenizer, *builder_.processor.chat);
  const Example e = builder_.build(sample_);
  EXPECT_EQ(e.sequence.tokens.image_end - e.sequence.tokens.image_begin, 1 + 3 * (4 + 1));
  EXPECT_EQ(std::count(e.sequence.tokens.ids.begin(), e.sequence.tokens.ids.end(), kImageTokenId), 16);
  EXPECT_EQ(e.sequence.tokens.row_stride, 5);
  EXPECT_EQ(e.sequence.tokens.labels.back(), builder_.processor.special.im_end);
  EXPECT_EQ(e.sequence.patches->grid_w, 4);
  EXPECT_TRUE(e.has_mask_loss);
}

TEST_F(ExampleBuilderTest, PromptsAreReadWhereTheConfigurationSays) {
  test::write_image(sample_.image, 64, 64);
  builder_.processor.preprocess.max_side = 32;  // half the size: every other pixel is read
  sample_.turns = {{"What is <Prompt0>?", "a", std::nullopt}};
  Mask mask(64, 64);
  mask.at(16, 32) = 1;
  sample_.prompts = {mask};
  const auto first_prompt = [&] {
    const std::vector<std::int64_t> prompts = builder_.build(sample_).sequence.prompt_of_patch;
    return std::find(prompts.begin(), prompts.end(), 0) - prompts.begin();
  };
  EXPECT_EQ(first_prompt(), 16);
  builder_.processor.preprocess.mask_source = NearestSource::kCorner;
  EXPECT_EQ(first_prompt(), 6);
}

TEST_F(ExampleBuilderTest, TooLargeAnImageNamesASideThatFits) {
  sample_.turns = {{"q", "a", std::nullopt}};
  builder_.processor.max_length = 13;  // 3 x 4 patches and two tokens around them
  const std::string message = message_of<DataError>([&] { builder_.build(sample_); });
  EXPECT_TRUE(has(message, "image too large for the context")) << message;
  EXPECT_TRUE(has(message, "14 tokens of 13; max_side 31 instead of 32")) << message;
}

TEST_F(ExampleBuilderTest, CountsSegOverQuestionsAndAnswers) {
  const Mask m = box(0, 0, 4);
  const auto outcome = [&](std::vector<SampleTurn> turns) {
    sample_.turns = std::move(turns);
    const Example e = builder_.build(sample_);
    EXPECT_EQ(e.masks.empty(), !e.has_mask_loss);
    return std::pair(e.has_mask_loss, e.seg_count_mismatch);
  };
  EXPECT_EQ(outcome({{"q", "a", std::nullopt}}), std::pair(false, false));
  EXPECT_EQ(outcome({{"q", "a", {{}}}}), std::pair(false, false));
  EXPECT_EQ(outcome({{"Which is [SEG]?", "It is [SEG].", {{m, m}}}}), std::pair(true, false));
  EXPECT_EQ(outcome({{"q", "It is [SEG].", {{m, m}}}}), std::pair(false, true));
  EXPECT_EQ(outcome({{"q", "It is [SEG] and [SEG].", {{m}}}}), std::pair(false, true));
  EXPECT_EQ(outcome({{"q", "It is [SEG].", std::nullopt}}), std::pair(false, true));
  EXPECT_EQ(outcome({{"q", "a", {{m}}}}), std::pair(false, true));
  EXPECT_EQ(outcome({{"q", "[SEG] [SEG]", {{m}}}, {"q", "[SEG]", {{m, m}}}}), std::pair(false, true));
}

TEST_F(ExampleBuilderTest, SmallPromptsStayVisible) {
  sample_.turns = {{"What are <Prompt0> and <Prompt1>?", "a", std::nullopt}};
  sample_.prompts = {box(8, 8, 8), box(0, 0, 24)};
  Example e = builder_.build(sample_);
  EXPECT_EQ(e.sequence.prompt_of_patch, (std::vector<std::int64_t>{1, 1, 1, -2, 1, 0, 1, -2, 1, 1, 1, -2}));
  std::swap(sample_.prompts[0], sample_.prompts[1]);
  e = builder_.build(sample_);
  EXPECT_EQ(e.sequence.prompt_of_patch, (std::vector<std::int64_t>{0, 0, 0, -2, 0, 1, 0, -2, 0, 0, 0, -2}));
}

TEST_F(ExampleBuilderTest, ErrorsNameTheSample) {
  const auto error = [&] { return message_of<DataError>([&] { builder_.build(sample_); }); };
  const auto expect = [&](const std::string& part) {
    const std::string message = error();
    EXPECT_TRUE(has(message, part)) << message;
    EXPECT_TRUE(message.starts_with("sample 7: ")) << message;
  };
  expect("no question");
  sample_.turns = {{"", "a", std::nullopt}};
  expect("empty");
  sample_.turns = {{"<Prompt0>", "a", std::nullopt}};
  expect("<Prompt0>");
  sample_.prompts = {Mask(24, 32)};
  expect("<Prompt0> covers no pixel");
  sample_.prompts = {Mask(24, 31)};
  expect("31x24");
  sample_.prompts.assign(16, box(0, 0, 2));
  expect("16 regions");
  sample_.prompts.clear();
  sample_.turns = {{"q", "[SEG]", {{Mask(3, 3)}}}};
  expect("a mask of turn 0 is 3x3");
  sample_.turns = {{"q", "a", std::nullopt}};
  builder_.processor.max_length = 16;
  expect("16");
  builder_.processor.max_length = 2048;
  test::write_text(dir_.path() / "a.png", "no image");
  expect("a.png");
  sample_.image.clear();
  sample_.prompts = {box(0, 0, 2)};
  expect("without an image");
}

}  // namespace
}  // namespace pixelsail
