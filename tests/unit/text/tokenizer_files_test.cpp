// Loading: what is refused, and with which words; limits of encode and decode.

#include "text/tokenizer.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

using test::data_error_of;
using test::golden;
using test::small_tokenizer_json;
using test::TempDir;

std::shared_ptr<const Tokenizer> load(const Json& file) {
  const TempDir folder;
  return load_tokenizer(folder.write("tokenizer.json", file.dump()));
}

// Loads the small tokenizer after `change` and gives its DataError.
template <typename Change>
std::string error_after(Change change) {
  Json file = small_tokenizer_json();
  change(file);
  return data_error_of([&] { load(file); });
}

#define EXPECT_MENTIONS(message, part) EXPECT_NE((message).find(part), std::string::npos) << (message)

TEST(TokenizerFiles, BothSpellingsOfMerges) {
  const auto tokenizer = load(small_tokenizer_json());
  EXPECT_EQ(tokenizer->encode("abc"), std::vector<std::int64_t>{257});
  EXPECT_EQ(tokenizer->encode("abab"), (std::vector<std::int64_t>{256, 256}));
  EXPECT_EQ(tokenizer->encode("lll").size(), 2U);
  EXPECT_EQ(tokenizer->encode("lll")[0], 258);  // the leftmost pair first
  EXPECT_EQ(tokenizer->vocab_size(), 259);
}

TEST(TokenizerFiles, IgnoreMergesTakesWholePieces) {
  Json file = small_tokenizer_json();
  file["model"]["vocab"]["cab"] = 259;
  EXPECT_EQ(load(file)->encode("cab").size(), 2U);
  file["model"]["ignore_merges"] = true;
  EXPECT_EQ(load(file)->encode("cab"), std::vector<std::int64_t>{259});
}

TEST(TokenizerFiles, MissingOrMalformed) {
  EXPECT_MENTIONS(data_error_of([] { load_tokenizer("/nonexistent/tok"); }), "/nonexistent/tok");
  const TempDir folder;
  EXPECT_MENTIONS(data_error_of([&] { load_tokenizer(folder.path()); }), folder.path().string());
  folder.write("tokenizer.json", "{\"model\": ");
  EXPECT_MENTIONS(data_error_of([&] { load_tokenizer(folder.path()); }), "tokenizer.json");
  EXPECT_MENTIONS(error_after([](Json& f) { f.erase("model"); }), "model");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"].erase("vocab"); }), "vocab");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"].erase("merges"); }), "merges");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["vocab"]["ab"] = "256"; }), "vocab[\"ab\"]");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["vocab"]["ab"] = -1; }), "-1");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["vocab"]["ab"] = std::int64_t{1} << 40; }),
                  "1099511627776");
}

TEST(TokenizerFiles, Contradictions) {
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["vocab"]["ab"] = 257; }), "id 257");
  const std::string unknown = error_after([](Json& f) { f["model"]["merges"].push_back("a x\u0142"); });
  EXPECT_MENTIONS(unknown, "merges[3]");
  EXPECT_MENTIONS(unknown, "tokenizer.json");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["merges"].push_back("a q"); }), "\"aq\"");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["merges"].push_back("a b"); }), "merges[3]");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["merges"][0] = "ab"; }), "merges[0]");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["merges"][1] = Json::array({"ab"}); }), "merges[1]");

  const auto added = [](const char* content, int id) { return Json{{"content", content}, {"id", id}}; };
  EXPECT_MENTIONS(error_after([&](Json& f) { f["added_tokens"] = {added("<x>", 257)}; }), "<x>");
  EXPECT_MENTIONS(error_after([&](Json& f) {
                    f["added_tokens"] = {added("<x>", 300), added("<y>", 300)};
                  }),
                  "id 300");
  EXPECT_MENTIONS(error_after([&](Json& f) { f["added_tokens"] = {added("ab", 300)}; }), "\"ab\"");
  EXPECT_MENTIONS(error_after([&](Json& f) {
                    f["added_tokens"] = {Json{{"content", "<x>"}}};
                  }),
                  "added_tokens[0]");
}

TEST(TokenizerFiles, RefusesKeysThatOccurTwice) {
  const TempDir folder;
  std::string text = small_tokenizer_json().dump();
  text.replace(text.find("\"ab\":256"), 8, "\"ab\":256,\"ab\":257");
  const std::string message = data_error_of([&] { load_tokenizer(folder.write("tokenizer.json", text)); });
  EXPECT_MENTIONS(message, "tokenizer.json");
  EXPECT_MENTIONS(message, "\"ab\" occurs twice");
}

TEST(TokenizerFiles, AHighIdCostsNoMemory) {
  Json file = small_tokenizer_json();
  file["added_tokens"] = {Json{{"content", "<x>"}, {"id", (1 << 24) - 1}}};
  const auto tokenizer = load(file);
  EXPECT_EQ(tokenizer->vocab_size(), 1 << 24);
  EXPECT_EQ(tokenizer->decode({256, (1 << 24) - 1}), "ab<x>");
  EXPECT_MENTIONS(error_after([](Json& f) {
                    f["added_tokens"] = {Json{{"content", "<x>"}, {"id", 1 << 24}}};
                  }),
                  "16777216");
}

TEST(TokenizerFiles, AcceptsOtherSpellingsOfTheSame) {
  Json file = small_tokenizer_json();
  const std::vector<std::int64_t> ids = load(file)->encode("abc abab lll\u00E9");
  for (const char* key : {"ignore_merges", "fuse_unk", "byte_fallback", "dropout", "unk_token", "type"})
    file["model"].erase(key);
  EXPECT_EQ(load(file)->encode("abc abab lll\u00E9"), ids);
  file["model"]["fuse_unk"] = true;  // there is no unknown token to fuse
  file["model"]["dropout"] = 0.0;
  file["post_processor"] = nullptr;
  file["normalizer"] = {{"type", "Sequence"}, {"normalizers", {{{"type", "NFC"}}}}};
  file["decoder"] = {{"type", "ByteLevel"}};
  file["truncation"] = {{"max_length", 4}};
  EXPECT_EQ(load(file)->encode("abc abab lll\u00E9"), ids);
}

TEST(TokenizerFiles, SentencePieceBesideItsConversion) {
  const TempDir folder;
  folder.write("tokenizer.model", read_file(golden("tokenizer_spm") / "bpe.model"));
  const auto expected = load_tokenizer(folder.path())->encode("a red disc");
  const Json converted{{"model", {{"type", "BPE"}, {"byte_fallback", true}}},
                       {"decoder", {{"type", "Sequence"}}}};
  const auto path = folder.write("tokenizer.json", converted.dump());
  EXPECT_EQ(load_tokenizer(folder.path())->encode("a red disc"), expected);
  EXPECT_EQ(load_tokenizer(path)->encode("a red disc"), expected);
  // A byte-level file is the tokenizer itself.
  folder.write("tokenizer.json", small_tokenizer_json().dump());
  EXPECT_EQ(load_tokenizer(folder.path())->encode("abc"), std::vector<std::int64_t>{257});
  // Alone, the conversion is refused for what it needs.
  const TempDir alone;
  alone.write("tokenizer.json", converted.dump());
  EXPECT_MENTIONS(data_error_of([&] { load_tokenizer(alone.path()); }), "byte_fallback");
}

TEST(TokenizerFiles, NamesWhatItDoesNotImplement) {
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["type"] = "WordPiece"; }), "WordPiece");
  EXPECT_MENTIONS(error_after([](Json& f) { f["model"]["end_of_word_suffix"] = "</w>"; }),
                  "end_of_word_suffix");
  EXPECT_MENTIONS(error_after([](Json& f) { f["normalizer"]["type"] = "Lowercase"; }), "Lowercase");
  EXPECT_MENTIONS(error_after([](Json& f) { f["pre_tokenizer"] = {{"type", "Whitespace"}}; }), "Whitespace");
  EXPECT_MENTIONS(
      error_after([](Json& f) { f["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "\\w+"; }),
      "\\w+");
  EXPECT_MENTIONS(
      error_after([](Json& f) { f["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] = true; }),
      "add_prefix_space");
  EXPECT_MENTIONS(error_after([](Json& f) {
                    f["post_processor"] = {{"type", "TemplateProcessing"}};
                  }),
                  "TemplateProcessing");
  EXPECT_MENTIONS(error_after([](Json& f) { f["decoder"] = nullptr; }), "decoder");
}

TEST(TokenizerFiles, OlderLayout) {
  const TempDir folder;
  folder.write("vocab.json", R"({"a": 0, "b": 1, "ab": 2})");
  folder.write("merges.txt", "#version: 0.2\na b\nb x\n");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "Qwen2Tokenizer"})");
  EXPECT_MENTIONS(data_error_of([&] { load_tokenizer(folder.path()); }), "merges.txt:3");
  folder.write("merges.txt", "#version: 0.2\na b\n");
  const auto tokenizer = load_tokenizer(folder.path() / "vocab.json");
  EXPECT_EQ(tokenizer->encode("ab"), std::vector<std::int64_t>{2});
  EXPECT_MENTIONS(data_error_of([&] { tokenizer->encode("abc"); }), "0x63");  // no token for this byte
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "GPT2Tokenizer"})");
  EXPECT_MENTIONS(data_error_of([&] { load_tokenizer(folder.path()); }), "GPT2Tokenizer");
}

TEST(TokenizerFiles, NormalizedTokensAreFoundInNormalizedText) {
  Json file = small_tokenizer_json();
  file["added_tokens"] = {Json{{"content", "\u00E9t\u00E9"}, {"id", 300}, {"normalized", true}},
                          Json{{"content", "\u1EBF"}, {"id", 301}, {"normalized", false}}};
  const auto tokenizer = load(file);
  EXPECT_EQ(tokenizer->encode("e\u0301te\u0301"), std::vector<std::int64_t>{300});
  EXPECT_EQ(tokenizer->encode("\u1EBF"), std::vector<std::int64_t>{301});
  EXPECT_EQ(tokenizer->encode("e\u0302\u0301").size(), 3U);  // its bytes: composed too late to be found
  EXPECT_EQ(tokenizer->decode({300, 301}), "\u00E9t\u00E9\u1EBF");
}

TEST(TokenizerFiles, DecodeRefusesUnknownIds) {
  Json file = small_tokenizer_json();
  file["added_tokens"] = {Json{{"content", "<x>"}, {"id", 300}, {"special", true}}};
  const auto tokenizer = load(file);
  EXPECT_EQ(tokenizer->vocab_size(), 301);
  EXPECT_EQ(tokenizer->decode({256, 300, 257}), "ab<x>abc");
  EXPECT_EQ(tokenizer->decode({256, 300, 257}, true), "ababc");
  for (const std::int64_t id : {-1, 299, 301}) {
    EXPECT_MENTIONS(data_error_of([&] { tokenizer->decode({id}); }), std::to_string(id));
  }
}

TEST(TokenizerFiles, LongTextsTakeLinearTime) {
  const auto tokenizer = load_tokenizer(golden("tokenizer_bpe"));
  for (const std::string& text :
       {std::string(1000000, ' '), std::string(1000000, 'a'), std::string(1000000, '\n')}) {
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
  }
}

TEST(TokenizerFiles, RefusesInvalidUtf8) {
  EXPECT_MENTIONS(data_error_of([] { load_tokenizer(golden("tokenizer_bpe"))->encode("red \xFF"); }),
                  "byte 4");
}

TEST(TokenizerFiles, GivesItsFilesBack) {
  const TempDir folder;
  for (const auto& [name, bytes] : load_tokenizer(golden("tokenizer_bpe"))->files())
    folder.write(name, bytes);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "tokenizer_config.json"));
  EXPECT_EQ(load_tokenizer(folder.path())->encode("a red disc [SEG]"),
            load_tokenizer(golden("tokenizer_bpe"))->encode("a red disc [SEG]"));
}

}  // namespace
}  // namespace pixelsail
