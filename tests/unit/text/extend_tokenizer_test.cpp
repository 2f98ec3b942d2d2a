// New tokens in each kind of tokenizer files.

#include "text/extend_tokenizer.h"

#include "text/chat.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

using test::data_error_of;
using test::golden;
using test::TempDir;
using Ids = std::vector<std::int64_t>;

std::vector<std::string> names_of(const Tokenizer& tokenizer) {
  std::vector<std::string> names;
  for (const auto& file : tokenizer.files()) names.push_back(file.first);
  return names;
}

// Written to a folder and loaded again.
std::shared_ptr<const Tokenizer> reloaded(const Tokenizer& tokenizer) {
  const TempDir folder;
  for (const auto& [name, bytes] : tokenizer.files()) folder.write(name, bytes);
  return load_tokenizer(folder.path());
}

std::shared_ptr<const Tokenizer> small_tokenizer() {
  return load_tokenizer_files({{"tokenizer.json", test::small_tokenizer_json().dump()}});
}

TEST(AddTokens, PixelSailTokensInTheirOrder) {
  const std::vector<std::string> names = pixelsail_tokens();
  ASSERT_EQ(names.size(), 22U);
  EXPECT_EQ(
      (std::vector<std::string>{names.begin(), names.begin() + 7}),
      (std::vector<std::string>{"<vision>", "<vpatch>", "</vision>", "[SEG]", "<p>", "</p>", "<Prompt0>"}));
  EXPECT_EQ(names[20], "<Prompt14>");
  EXPECT_EQ(names[21], "<NO_Prompt>");
}

TEST(AddTokens, TokenizerJson) {
  const auto plain = small_tokenizer();
  const auto grown = reloaded(*extend_tokenizer(*plain, pixelsail_tokens()));
  EXPECT_EQ(grown->vocab_size(), plain->vocab_size() + 22);
  EXPECT_EQ(grown->token_to_id("<vision>"), 259);
  EXPECT_EQ(grown->token_to_id("<NO_Prompt>"), 280);
  EXPECT_EQ(grown->encode("abc[SEG]abc"), (Ids{257, 262, 257}));
  EXPECT_EQ(grown->decode({257, 262, 257}, true), "abcabc");
  EXPECT_EQ(names_of(*grown), std::vector<std::string>{"tokenizer.json"});
}

TEST(AddTokens, KnownTokensKeepTheirIds) {
  const auto golden_tokenizer = load_tokenizer(golden("tokenizer_bpe"));
  const auto grown =
      reloaded(*extend_tokenizer(*golden_tokenizer, {"[SEG]", "<new>", "<new>", "</p>", "<newer>"}));
  EXPECT_EQ(grown->token_to_id("[SEG]"), 2028);
  EXPECT_EQ(grown->token_to_id("<new>"), 2047);
  EXPECT_EQ(grown->token_to_id("<newer>"), 2048);
  EXPECT_EQ(grown->vocab_size(), 2049);
  EXPECT_EQ(find_special_tokens(*grown).prompts, find_special_tokens(*golden_tokenizer).prompts);
  // Every file that lists added tokens has them.
  for (const auto& [name, bytes] : grown->files()) {
    EXPECT_EQ(bytes.find("<newer>") != std::string::npos, name != "special_tokens_map.json") << name;
  }
}

TEST(AddTokens, APieceOfTheVocabularyIsFoundAsAWhole) {
  const auto grown = extend_tokenizer(*small_tokenizer(), {"ll"});
  EXPECT_EQ(grown->vocab_size(), 259);
  EXPECT_EQ(grown->encode("all"), (Ids{small_tokenizer()->encode("a")[0], 258}));
}

TEST(AddTokens, FirstIdLeavesAGap) {
  const auto grown = reloaded(*extend_tokenizer(*small_tokenizer(), {"<a>", "<b>"}, 300));
  EXPECT_EQ(grown->token_to_id("<a>"), 300);
  EXPECT_EQ(grown->token_to_id("<b>"), 301);
  EXPECT_NE(data_error_of([] { extend_tokenizer(*small_tokenizer(), {"<a>"}, 258); }).find("258"),
            std::string::npos);
}

TEST(AddTokens, VocabAndMerges) {
  const TempDir folder;
  for (const char* name : {"vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"}) {
    folder.write(name, read_file(golden("tokenizer_bpe") / name));
  }
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "Qwen2Tokenizer"})");
  const auto grown = reloaded(*extend_tokenizer(*load_tokenizer(folder.path()), {"<new>"}));
  EXPECT_EQ(grown->encode("<new>[SEG]"), (Ids{2047, 2028}));  // the older tokens are still there
  Json config, list;
  for (const auto& [name, bytes] : grown->files()) {
    if (name == "tokenizer_config.json") config = Json::parse(bytes);
    if (name == "added_tokens.json") list = Json::parse(bytes);
  }
  EXPECT_EQ(config["added_tokens_decoder"]["2047"]["content"], "<new>");
  EXPECT_EQ(config["added_tokens_decoder"]["2047"]["special"], true);
  EXPECT_EQ(config["added_tokens_decoder"]["2028"]["content"], "[SEG]");
  EXPECT_EQ(config["tokenizer_class"], "Qwen2Tokenizer");
  EXPECT_EQ(list["<new>"], 2047);
}

TEST(AddTokens, SentencePiece) {
  const auto plain = load_tokenizer(golden("tokenizer_spm") / "bpe.model");
  // The golden model has some of these as pieces.
  std::vector<std::string> names = pixelsail_tokens();
  names.emplace_back("<new>");
  const auto grown = reloaded(*extend_tokenizer(*plain, names));
  EXPECT_EQ(grown->token_to_id("<new>"), grown->vocab_size() - 1);
  for (const std::string& name : names) {
    const auto before = plain->token_to_id(name), after = grown->token_to_id(name);
    ASSERT_TRUE(after.has_value()) << name;
    EXPECT_TRUE(before ? *before == *after : *after >= plain->vocab_size()) << name;
    EXPECT_EQ(grown->encode(name), Ids{*after}) << name;
  }
  EXPECT_EQ(grown->encode("red disc"), plain->encode("red disc"));
  EXPECT_EQ(names_of(*grown),
            (std::vector<std::string>{"tokenizer.model", "tokenizer_config.json", "added_tokens.json"}));
}

TEST(AddTokens, Refusals) {
  EXPECT_NE(data_error_of([] { extend_tokenizer(*small_tokenizer(), {""}); }).find("empty"),
            std::string::npos);
  EXPECT_NE(data_error_of([] { extend_tokenizer(*small_tokenizer(), {"a\xFF"}); }).find("byte 1"),
            std::string::npos);
}

}  // namespace
}  // namespace pixelsail
