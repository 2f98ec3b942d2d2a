#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

using test::data_error_of;
using test::golden;

TEST(SentencePiece, EqualSumsKeepTheFirstSegmentation) {
  // "0" then "00" and "00" then "0" are equally probable; the rounding of the library must not decide.
  const auto tokenizer = load_tokenizer(golden("tokenizer_spm") / "unigram.model");
  const std::int64_t one = *tokenizer->token_to_id("0"), two = *tokenizer->token_to_id("00");
  const std::vector<std::int64_t> ids = tokenizer->encode("54436623,000");
  ASSERT_GE(ids.size(), 2U);
  EXPECT_EQ(ids[ids.size() - 2], one);
  EXPECT_EQ(ids.back(), two);
}

TEST(SentencePiece, AddedTokensBesideTheModel) {
  const test::TempDir folder;
  folder.write("tokenizer.model", read_file(golden("tokenizer_spm") / "bpe.model"));
  const auto plain = load_tokenizer(folder.path());
  const std::int64_t size = plain->vocab_size();
  folder.write("added_tokens.json", "{\"<|im_end|>\": " + std::to_string(size + 1) + "}");
  folder.write("special_tokens_map.json", R"({"eos_token": {"content": "<|im_end|>"}})");
  const auto tokenizer = load_tokenizer(folder.path());
  EXPECT_EQ(tokenizer->vocab_size(), size + 2);
  EXPECT_EQ(tokenizer->token_to_id("<|im_end|>"), size + 1);
  std::vector<std::int64_t> expected = plain->encode("red disc");
  expected.push_back(size + 1);
  EXPECT_EQ(tokenizer->encode("red disc<|im_end|>"), expected);
  EXPECT_EQ(tokenizer->decode(expected), "red disc<|im_end|>");
  EXPECT_EQ(tokenizer->decode(expected, true), "red disc");
  EXPECT_NE(data_error_of([&] { tokenizer->decode({size}); }), "");
  EXPECT_EQ(tokenizer->files().size(), 3U);
}

TEST(SentencePiece, AddedTokenMayNotTakeAnIdOfTheModel) {
  const test::TempDir folder;
  folder.write("tokenizer.model", read_file(golden("tokenizer_spm") / "bpe.model"));
  folder.write("added_tokens.json", R"({"<x>": 5})");
  EXPECT_NE(data_error_of([&] { load_tokenizer(folder.path()); }).find("\"<x>\""), std::string::npos);
}

TEST(SentencePiece, UnknownNamesAndIds) {
  const auto tokenizer = load_tokenizer(golden("tokenizer_spm") / "unigram.model");
  EXPECT_TRUE(tokenizer->token_to_id("[SEG]").has_value());
  EXPECT_FALSE(tokenizer->token_to_id("no such piece").has_value());
  EXPECT_NE(data_error_of([&] { tokenizer->decode({tokenizer->vocab_size()}); }), "");
  EXPECT_NE(data_error_of([&] { tokenizer->encode("\xC3"); }), "");
}

TEST(SentencePiece, BrokenModels) {
  const test::TempDir folder;
  const std::string model = read_file(golden("tokenizer_spm") / "bpe.model");
  for (const std::string& bytes :
       {std::string(), std::string("not a model"), model.substr(0, model.size() / 2)}) {
    const auto path = folder.write("broken.model", bytes);
    EXPECT_NE(data_error_of([&] { load_tokenizer(path); }).find("broken.model"), std::string::npos)
        << bytes.size();
  }
}

TEST(SentencePiece, ModelsThatTheLibraryThrowsAt) {
  // A piece that begins with a zero byte is an empty key of its table.
  const auto piece = [](const std::string& text, char type) {
    const std::string body = "\x0a" + std::string(1, static_cast<char>(text.size())) + text +
                             std::string("\x15\0\0\0\0\x18", 6) + type;
    return "\x0a" + std::string(1, static_cast<char>(body.size())) + body;
  };
  const std::string model = piece("<unk>", 2) + piece("<s>", 3) + piece("</s>", 3) + piece("a", 1) +
                            piece(std::string("\0b", 2), 1);
  const test::TempDir folder;
  const auto path = folder.write("zero.model", model);
  EXPECT_NE(data_error_of([&] { load_tokenizer(path); }).find("zero.model: not a sentencepiece model"),
            std::string::npos);
}

TEST(SentencePiece, ReadsTheModelFile) {
  const auto model =
      detail::parse_sentencepiece_model(read_file(golden("tokenizer_spm") / "bpe.model"), "bpe.model");
  EXPECT_EQ(model.kind, detail::SentencePieceModel::Kind::kBpe);
  EXPECT_EQ(static_cast<std::int64_t>(model.pieces.size()),
            load_tokenizer(golden("tokenizer_spm") / "bpe.model")->vocab_size());
}

}  // namespace
}  // namespace pixelsail
