// Sequences of Pixel-SAIL on EVE as the published code writes them: the golden cases eve_tiny and
// eve_generate. Ids of texts are the bytes of UTF-8; there the whole image is one -200.

#include <cstring>

#include "io/tensors/safetensors.h"
#include "text/chat.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

using Ids = std::vector<std::int64_t>;

/// Bytes are ids, and special tokens follow in the order of the cases' configuration.
class ByteTokenizer : public Tokenizer {
 public:
  ByteTokenizer() {
    names_ = {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "[SEG]", "<p>", "</p>"};
    for (int k = 0; k < kPromptTokens; ++k) names_.push_back("<Prompt" + std::to_string(k) + ">");
  }
  Ids encode(std::string_view text) const override {
    Ids ids;
    while (!text.empty()) {
      const auto name =
          std::find_if(names_.begin(), names_.end(), [&](const auto& n) { return text.starts_with(n); });
      const bool special = name != names_.end();
      ids.push_back(special ? *token_to_id(*name) : static_cast<unsigned char>(text.front()));
      text.remove_prefix(special ? name->size() : 1);
    }
    return ids;
  }
  std::string decode(const Ids& ids, bool /*skip_special*/) const override {
    std::string text;
    for (const std::int64_t id : ids) {
      text +=
          id < 256 ? std::string(1, static_cast<char>(id)) : names_.at(static_cast<std::size_t>(id - 256));
    }
    return text;
  }
  std::optional<std::int64_t> token_to_id(std::string_view token) const override {
    const auto name = std::find(names_.begin(), names_.end(), token);
    if (name == names_.end()) return std::nullopt;
    return 256 + (name - names_.begin());
  }
  std::int64_t vocab_size() const override { return 256 + static_cast<std::int64_t>(names_.size()); }
  std::vector<std::pair<std::string, std::string>> files() const override { return {}; }

 private:
  std::vector<std::string> names_;
};

class EveGolden : public testing::Test {
 protected:
  // An image of 2 x 3 patches.
  TokenSequence build(const std::vector<Turn>& turns) const {
    return build_sequence(tokenizer_, find_special_tokens(tokenizer_, chat_), turns, 2, 3, 15, 512, chat_);
  }
  static Ids golden_ids(const std::string& name, const std::string& key) {
    const SafetensorsFile file(test::golden(name) / "inputs.safetensors");
    const TensorView& tensor = file.at(key);
    Ids ids(tensor.data.size() / sizeof(std::int64_t));
    std::memcpy(ids.data(), tensor.data.data(), tensor.data.size());
    return ids;
  }
  /// The published form: one id for the whole image.
  static Ids with_one_id(const TokenSequence& sequence, const Ids& values) {
    Ids result(values.begin(), values.begin() + sequence.image_begin + 1);
    result.insert(result.end(), values.begin() + sequence.image_end, values.end());
    return result;
  }

  const ByteTokenizer tokenizer_;
  const ChatTemplate& chat_ = chat_template("pixelsail_eve");
};

TEST_F(EveGolden, Training) {
  const TokenSequence sequence = build(
      {{"What is <Prompt5>? Segment it and <Prompt1>.", "<Prompt5>: a cat [SEG]. <Prompt1>: [SEG].", ""},
       {"Thanks.", "You are welcome.", ""}});
  EXPECT_EQ(with_one_id(sequence, sequence.ids), golden_ids("eve_tiny", "input_ids"));
  EXPECT_EQ(with_one_id(sequence, sequence.labels), golden_ids("eve_tiny", "labels"));
  EXPECT_EQ(sequence.ids.size(), 118U);
  EXPECT_EQ(sequence.image_begin, 6);
  EXPECT_EQ(sequence.image_end, 15);
  EXPECT_EQ(Ids(sequence.ids.begin() + 6, sequence.ids.begin() + 15), Ids(9, kImageTokenId));
  EXPECT_EQ(sequence.seg_counts, (std::vector<std::pair<int, int>>{{0, 2}, {0, 0}}));
}

TEST_F(EveGolden, Prompt) {
  const TokenSequence sequence = build({{"Is [SEG] a dog?", std::nullopt, ""}});
  EXPECT_EQ(with_one_id(sequence, sequence.ids), golden_ids("eve_generate", "input_ids"));
  EXPECT_EQ(sequence.prompt_length, 40);
}

TEST_F(EveGolden, SpecialTokensOfAFamily) {
  const SpecialTokens special = find_special_tokens(tokenizer_, chat_);
  EXPECT_EQ(special.vision_begin, -1);
  EXPECT_EQ(special.vision_end, -1);
  EXPECT_EQ(special.patch, -1);
  EXPECT_EQ(special.row_separator, -1);
  EXPECT_EQ(special.seg, 259);
  EXPECT_EQ(special.prompts.at(14), 276);
  const auto missing = [&](const char* family) {
    return test::data_error_of([&] { find_special_tokens(tokenizer_, chat_template(family)); });
  };
  EXPECT_NE(missing("pixelsail").find("<vision>, </vision>, <vpatch>"), std::string::npos);
  EXPECT_EQ(missing("pixelsail").find("<vrow_sep>"), std::string::npos);
  EXPECT_NE(missing("pixelsail_solo").find("<vrow_sep>"), std::string::npos);
}

}  // namespace
}  // namespace pixelsail
