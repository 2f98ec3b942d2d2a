#include "text/chat.h"

#include <numeric>

#include "text_fixture.h"

namespace pixelsail {
namespace {

using test::data_error_of;
using Ids = std::vector<std::int64_t>;

class Chat : public testing::Test {
 protected:
  TokenSequence build(const std::vector<Turn>& turns, int h, int w, int prompts = 15,
                      std::int64_t limit = 8192) const {
    return build_sequence(*tokenizer_, special_, turns, h, w, prompts, limit);
  }

  std::shared_ptr<const Tokenizer> tokenizer_ = load_tokenizer(test::golden("tokenizer_bpe"));
  SpecialTokens special_ = find_special_tokens(*tokenizer_);
};

TEST_F(Chat, SpecialTokens) {
  EXPECT_EQ(special_.end_of_text, 2000);
  EXPECT_EQ(special_.vision_begin, 2022);
  EXPECT_EQ(special_.patch, 2023);
  EXPECT_EQ(special_.vision_end, 2026);
  EXPECT_EQ(special_.seg, 2028);
  ASSERT_EQ(special_.prompts.size(), 15U);
  EXPECT_EQ(special_.prompts[10], 2041);
  Json file = test::small_tokenizer_json();
  file["added_tokens"] = {Json{{"content", "<vision>"}, {"id", 300}}};
  const test::TempDir folder;
  const auto plain = load_tokenizer(folder.write("tokenizer.json", file.dump()));
  const std::string missing = data_error_of([&] { find_special_tokens(*plain); });
  EXPECT_NE(missing.find("[SEG]"), std::string::npos);
  EXPECT_NE(missing.find("<Prompt14>"), std::string::npos);
  EXPECT_EQ(missing.find("<vision>"), std::string::npos);
}

TEST_F(Chat, ImageAndQuestion) {
  // The positions of a 4x5 grid as in the golden case `generate`.
  const TokenSequence sequence = build({{"What is <Prompt3>?", std::nullopt, ""}}, 4, 5);
  const Ids text = tokenizer_->encode("<|im_start|>user\nWhat is <Prompt3>?<|im_end|>\n");
  ASSERT_EQ(sequence.ids.size(), 22 + text.size());
  EXPECT_EQ(sequence.ids[0], special_.vision_begin);
  EXPECT_EQ(Ids(sequence.ids.begin() + 1, sequence.ids.begin() + 21), Ids(20, special_.patch));
  EXPECT_EQ(sequence.ids[21], special_.vision_end);
  EXPECT_EQ(Ids(sequence.ids.begin() + 22, sequence.ids.end()), text);
  EXPECT_EQ(Ids(sequence.row_position.begin(), sequence.row_position.begin() + 24),
            (Ids{0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 6, 7, 8}));
  EXPECT_EQ(Ids(sequence.column_position.begin(), sequence.column_position.begin() + 24),
            (Ids{0, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(sequence.image_begin, 0);
  EXPECT_EQ(sequence.image_end, 22);
  EXPECT_EQ(sequence.first_patch, 1);
  EXPECT_EQ(sequence.prompt_length, static_cast<std::int64_t>(sequence.ids.size()));
  EXPECT_EQ(sequence.labels, Ids(sequence.ids.size(), -100));
}

TEST_F(Chat, TurnsAndLabels) {
  const TokenSequence sequence =
      build({{"Segment [SEG] it", "It is [SEG].", ""}, {"Again", "[SEG][SEG]", ""}}, 0, 0);
  Ids ids, labels;
  const auto add = [&](const std::string& text, bool scored) {
    for (const std::int64_t id : tokenizer_->encode(text)) {
      ids.push_back(id);
      labels.push_back(scored ? id : -100);
    }
  };
  add("<|im_start|>user\nSegment [SEG] it<|im_end|>\n", false);
  add("It is [SEG].<|endoftext|>", true);
  add("<|im_start|>user\nAgain<|im_end|>\n", false);
  add("[SEG][SEG]<|endoftext|>", true);
  EXPECT_EQ(sequence.ids, ids);
  EXPECT_EQ(sequence.labels, labels);
  EXPECT_EQ(sequence.seg_counts, (std::vector<std::pair<int, int>>{{1, 1}, {0, 2}}));
  Ids positions(ids.size());
  std::iota(positions.begin(), positions.end(), 0);
  EXPECT_EQ(sequence.row_position, positions);
  EXPECT_EQ(sequence.column_position, positions);
  EXPECT_EQ(sequence.image_begin, sequence.image_end);
}

TEST_F(Chat, PromptEqualsTheBeginningOfTraining) {
  const TokenSequence trained =
      build({{" Please segment the disc in this image.", "It is [SEG].", ""}}, 2, 3);
  const TokenSequence asked = build({{" Please segment the disc in this image.", std::nullopt, ""}}, 2, 3);
  ASSERT_LT(asked.ids.size(), trained.ids.size());
  EXPECT_EQ(Ids(trained.ids.begin(), trained.ids.begin() + asked.prompt_length), asked.ids);
  EXPECT_EQ(trained.labels[static_cast<std::size_t>(asked.prompt_length) - 1], -100);
  EXPECT_NE(trained.labels[static_cast<std::size_t>(asked.prompt_length)], -100);
}

TEST_F(Chat, AnswerPrefix) {
  const TokenSequence sequence = build({{"Segment", std::nullopt, "It is [SEG]."}}, 2, 2);
  const Ids prefix = tokenizer_->encode("It is [SEG].");
  EXPECT_EQ(Ids(sequence.ids.end() - static_cast<std::ptrdiff_t>(prefix.size()), sequence.ids.end()), prefix);
  EXPECT_EQ(sequence.seg_counts, (std::vector<std::pair<int, int>>{{0, 1}}));
  EXPECT_EQ(sequence.labels.back(), -100);
}

TEST_F(Chat, Refusals) {
  EXPECT_NE(data_error_of([&] { build({{"", std::nullopt, ""}}, 2, 2); }).find("empty"), std::string::npos);
  EXPECT_NE(data_error_of([&] {
              build({{" \n", std::nullopt, ""}}, 2, 2);
            }).find("empty"),
            std::string::npos);
  EXPECT_NE(data_error_of([&] { build({}, 2, 2); }), "");
  EXPECT_NE(data_error_of([&] {
              build({{"a", std::nullopt, ""}, {"b", "c", ""}}, 2, 2);
            }).find("turn 1"),
            std::string::npos);
  EXPECT_NE(data_error_of([&] {
              build({{"What is <Prompt2>?", std::nullopt, ""}}, 2, 2, 2);
            }).find("<Prompt2>"),
            std::string::npos);
  EXPECT_NE(data_error_of([&] { build({{"<Prompt99999999999>", std::nullopt, ""}}, 2, 2); }), "");
  EXPECT_EQ(data_error_of([&] { build({{"<Prompt1> <Prompt> <Prompt", std::nullopt, ""}}, 2, 2, 2); }), "");
  EXPECT_NE(data_error_of([&] {
              build({{"a <vpatch>", std::nullopt, ""}}, 2, 2);
            }).find("<vpatch>"),
            std::string::npos);
  const std::string too_long = data_error_of([&] { build({{"a", std::nullopt, ""}}, 4, 4, 15, 18); });
  EXPECT_NE(too_long.find("18"), std::string::npos);
  EXPECT_NE(too_long.find(std::to_string(18 + tokenizer_->encode("<|im_start|>user\na<|im_end|>\n").size())),
            std::string::npos);
}

TEST_F(Chat, AnswerText) {
  Ids ids = tokenizer_->encode("It is [SEG].");
  ids.push_back(special_.end_of_text);
  ids.push_back(special_.seg);
  EXPECT_EQ(answer_text(*tokenizer_, special_, ids), "It is [SEG].");
  EXPECT_EQ(answer_text(*tokenizer_, special_, tokenizer_->encode("Yes<|im_end|>No")), "Yes");
  EXPECT_EQ(answer_text(*tokenizer_, special_, {}), "");
}

}  // namespace
}  // namespace pixelsail
