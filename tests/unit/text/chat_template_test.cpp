// The token sequence of every family, spelled out.

#include "families/chat_template.h"

#include <numeric>

#include "text/chat.h"
#include "text/extend_tokenizer.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

using test::data_error_of;
using test::golden;
using Ids = std::vector<std::int64_t>;

// A token by its name or a text; "scored" ones are what a model learns. `vectors` image vectors without a
// token stand in front of the text.
struct Part {
  std::string text;
  bool scored = false;
  std::size_t vectors = 0;
};

void expect_sequence(const Tokenizer& tokenizer, const TokenSequence& sequence,
                     const std::vector<Part>& parts) {
  Ids ids, labels;
  for (const Part& part : parts) {
    ids.insert(ids.end(), part.vectors, kImageTokenId);
    labels.insert(labels.end(), part.vectors, -100);
    const auto token = tokenizer.token_to_id(part.text);
    for (const std::int64_t id : token ? Ids{*token} : tokenizer.encode(part.text)) {
      ids.push_back(id);
      labels.push_back(part.scored ? id : -100);
    }
  }
  EXPECT_EQ(sequence.ids, ids);
  EXPECT_EQ(sequence.labels, labels);
  EXPECT_EQ(sequence.prompt_length, static_cast<std::int64_t>(ids.size()));
}

void expect_plain_positions(const TokenSequence& sequence) {
  Ids positions(sequence.ids.size());
  std::iota(positions.begin(), positions.end(), 0);
  EXPECT_EQ(sequence.row_position, positions);
  EXPECT_EQ(sequence.column_position, positions);
}

class Families : public testing::Test {
 protected:
  // Two turns about an image of 2 x 3 patches.
  static TokenSequence build(const Tokenizer& tokenizer, const std::string& family, int h = 2, int w = 3) {
    const std::vector<Turn> turns{{" What is it? ", "A disc", ""}, {"Where?", std::nullopt, ""}};
    return build_sequence(tokenizer, SpecialTokens{}, turns, h, w, 15, 512, chat_template(family));
  }

  std::shared_ptr<const Tokenizer> qwen_ = load_tokenizer(golden("tokenizer_bpe"));
  std::shared_ptr<const Tokenizer> mistral_ =
      extend_tokenizer(*load_tokenizer(golden("tokenizer_spm") / "bpe.model"),
                       {"<s>", "</s>", "<vision>", "<vpatch>", "<vrow_sep>", "</vision>"});
};

TEST_F(Families, PixelSail) {
  const TokenSequence sequence = build(*qwen_, "pixelsail");
  expect_sequence(*qwen_, sequence,
                  {{"<vision><vpatch><vpatch><vpatch><vpatch><vpatch><vpatch></vision>"},
                   {"<|im_start|>user\n What is it? <|im_end|>\n"},
                   {"A disc", true},
                   {"<|endoftext|>", true},
                   {"<|im_start|>user\nWhere?<|im_end|>\n"}});
  EXPECT_EQ(Ids(sequence.row_position.begin(), sequence.row_position.begin() + 9),
            (Ids{0, 1, 1, 1, 2, 2, 2, 4, 5}));
  EXPECT_EQ(Ids(sequence.column_position.begin(), sequence.column_position.begin() + 9),
            (Ids{0, 1, 2, 3, 1, 2, 3, 4, 5}));
}

TEST_F(Families, Sail) {
  const TokenSequence sequence = build(*mistral_, "sail");
  expect_sequence(*mistral_, sequence,
                  {{"<vision>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"</vision>"},
                   {"<s>"},
                   {"[INST]  What is it?  [/INST]"},
                   {"A disc", true},
                   {"</s>", true},
                   {"[INST] Where? [/INST]"}});
  EXPECT_EQ(sequence.image_end, 8);
  EXPECT_EQ(Ids(sequence.row_position.begin(), sequence.row_position.begin() + 10),
            (Ids{0, 1, 1, 1, 2, 2, 2, 4, 5, 6}));
  EXPECT_EQ(answer_text(*mistral_, chat_template("sail"),
                        {mistral_->encode("disc")[0], *mistral_->token_to_id("</s>"), 5}),
            mistral_->decode({mistral_->encode("disc")[0]}));
}

TEST_F(Families, Solo) {
  const TokenSequence sequence = build(*mistral_, "solo");
  expect_sequence(*mistral_, sequence,
                  {{"<vision>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vrow_sep>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vpatch>"},
                   {"<vision>"},
                   {"<s>"},
                   {"[INST] What is it? [/INST]"},
                   {"A disc", true},
                   {"</s>", true},
                   {"[INST] Where? [/INST]"}});
  EXPECT_EQ(sequence.first_patch, 1);
  expect_plain_positions(sequence);
}

TEST_F(Families, Eve) {
  const TokenSequence sequence = build(*qwen_, "eve");
  expect_sequence(
      *qwen_, sequence,
      {{"A chat between a curious user and an artificial intelligence assistant. The assistant gives "
        "helpful, detailed, and polite answers to the user's questions. USER: "},
       {"\nWhat is it? ASSISTANT:", false, 9},
       {" A disc", true},
       {"<|im_end|>", true},
       {"USER: Where? ASSISTANT:"}});
  EXPECT_EQ(sequence.image_end - sequence.image_begin, 9);
  EXPECT_EQ(sequence.first_patch, sequence.image_begin + 1);
  EXPECT_EQ(sequence.row_stride, 4);
  expect_plain_positions(sequence);
  expect_sequence(
      *qwen_, build(*qwen_, "eve", 0, 0),
      {{"A chat between a curious user and an artificial intelligence assistant. The assistant gives "
        "helpful, detailed, and polite answers to the user's questions. USER: What is it? ASSISTANT:"},
       {" A disc", true},
       {"<|im_end|>", true},
       {"USER: Where? ASSISTANT:"}});
  EXPECT_EQ(answer_text(*qwen_, chat_template("eve"), qwen_->encode(" A disc<|im_end|>x")), "A disc");
}

TEST_F(Families, Qwen2) {
  expect_sequence(*qwen_, build(*qwen_, "qwen2"),
                  {{"<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant."
                    "<|im_end|>\n<|im_start|>user\n"},
                   {"<|vision_start|><|image_pad|><|image_pad|><|image_pad|><|image_pad|><|image_pad|>"
                    "<|image_pad|><|vision_end|>"},
                   {" What is it? <|im_end|>\n<|im_start|>assistant\n"},
                   {"A disc", true},
                   {"<|im_end|>", true},
                   {"\n<|im_start|>user\nWhere?<|im_end|>\n<|im_start|>assistant\n"}});
}

TEST_F(Families, Mistral) {
  expect_sequence(*mistral_, build(*mistral_, "mistral", 0, 0),
                  {{"<s>"},
                   {"[INST]  What is it?  [/INST]"},
                   {"A disc", true},
                   {"</s>", true},
                   {"[INST] Where? [/INST]"}});
  expect_sequence(*mistral_, build(*mistral_, "mistral", 1, 1),
                  {{"<s>"},
                   {"<vision>"},
                   {"<vpatch>"},
                   {"</vision>"},
                   {"[INST]  What is it?  [/INST]"},
                   {"A disc", true},
                   {"</s>", true},
                   {"[INST] Where? [/INST]"}});
}

TEST_F(Families, TokensAreLookedUpWhenNeeded) {
  const std::string missing = data_error_of([&] { build(*qwen_, "mistral"); });
  EXPECT_NE(missing.find("<s>"), std::string::npos);
  EXPECT_NE(missing.find("\"mistral\""), std::string::npos);
  const auto plain = load_tokenizer_files({{"tokenizer.json", test::small_tokenizer_json().dump()}});
  const auto chat = extend_tokenizer(*plain, {"<|im_end|>"});
  EXPECT_EQ(data_error_of([&] { build(*chat, "eve"); }), "");
  EXPECT_NE(data_error_of([&] { build(*chat, "pixelsail_solo"); }).find("<vision>"), std::string::npos);
}

TEST_F(Families, PixelSailOnSolo) {
  const auto tokenizer = extend_tokenizer(*qwen_, {"<vrow_sep>"});
  const TokenSequence sequence = build(*tokenizer, "pixelsail_solo");
  expect_sequence(*tokenizer, sequence,
                  {{"<vision><vpatch><vpatch><vpatch><vrow_sep><vpatch><vpatch><vpatch><vision>"},
                   {"<|im_start|>user\n What is it? <|im_end|>\n"},
                   {"A disc", true},
                   {"<|endoftext|>", true},
                   {"<|im_start|>user\nWhere?<|im_end|>\n"}});
  EXPECT_EQ(sequence.image_begin, 0);
  EXPECT_EQ(sequence.first_patch, 1);
  EXPECT_EQ(sequence.row_stride, 4);
  EXPECT_EQ(sequence.image_end, 9);
  expect_plain_positions(sequence);
}

TEST_F(Families, PixelSailOnEve) {
  const TokenSequence sequence = build(*qwen_, "pixelsail_eve");
  expect_sequence(*qwen_, sequence,
                  {{"<|im_start|>user\n"},
                   {"\n What is it? <|im_end|>\n<|im_start|>assistant\n", false, 9},
                   {"A disc", true},
                   {"<|im_end|>", true},
                   {"<|im_start|>user\nWhere?<|im_end|>\n<|im_start|>assistant\n"}});
  const std::int64_t begin = static_cast<std::int64_t>(qwen_->encode("<|im_start|>user\n").size());
  EXPECT_EQ(sequence.image_begin, begin);
  EXPECT_EQ(sequence.first_patch, begin + 1);
  EXPECT_EQ(sequence.row_stride, 4);
  EXPECT_EQ(sequence.image_end, begin + 9);
  expect_plain_positions(sequence);
  EXPECT_EQ(build(*qwen_, "pixelsail_eve", 0, 0).row_stride, 0);
  EXPECT_EQ(answer_text(*qwen_, chat_template("pixelsail_eve"), qwen_->encode("A disc<|im_end|>x")),
            "A disc");
}

TEST_F(Families, ImageTokensCountsWhatASequenceHas) {
  const auto tokenizer = extend_tokenizer(*qwen_, {"<s>", "</s>", "<vrow_sep>"});
  for (const ChatTemplate& chat : chat_templates()) {
    for (const auto& [h, w] : {std::pair(1, 1), std::pair(1, 5), std::pair(4, 1), std::pair(3, 7)}) {
      const TokenSequence sequence = build(*tokenizer, chat.name, h, w);
      EXPECT_EQ(chat.image_tokens(h, w), sequence.image_end - sequence.image_begin) << chat.name << h << w;
      const bool separated = chat.row_separators != ChatTemplate::RowSeparators::kNone;
      EXPECT_EQ(sequence.row_stride, w + (separated ? 1 : 0)) << chat.name;
    }
    EXPECT_EQ(chat.image_tokens(0, 0), 0);
  }
}

// A tokenizer made for another family has tokens of an image; a text may not bring them in.
TEST_F(Families, TextNamesNoImageToken) {
  for (const char* family : {"pixelsail", "pixelsail_solo", "pixelsail_eve", "eve", "qwen2"}) {
    for (const std::string token : {"<vision>", "<vpatch>", "</vision>"}) {
      const std::vector<Turn> turns{{"What is " + token + "?", std::nullopt, ""}};
      const std::string message = data_error_of(
          [&] { build_sequence(*qwen_, SpecialTokens{}, turns, 2, 2, 15, 512, chat_template(family)); });
      EXPECT_NE(message.find(token), std::string::npos) << family;
    }
  }
}

TEST_F(Families, Names) {
  EXPECT_EQ(chat_templates().size(), 8U);
  EXPECT_EQ(chat_template("solo").name, "solo");
  try {
    chat_template("llama");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("pixelsail, pixelsail_solo, pixelsail_eve, sail, solo, eve, qwen2, mistral"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace pixelsail
