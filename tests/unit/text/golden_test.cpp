// Ids and decoded texts of two published implementations, made with small random tokenizers.

#include "text/tokenizer.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

using test::golden;

// Every line of the file; `skip_special` says whether the lines have decoded_skip_special.
void check_cases(const Tokenizer& tokenizer, const std::filesystem::path& cases, bool skip_special,
                 std::size_t expected_count) {
  std::size_t count = 0;
  read_jsonl(cases, [&](Json&& line, std::size_t number) {
    ++count;
    const auto ids = line["ids"].get<std::vector<std::int64_t>>();
    EXPECT_EQ(tokenizer.encode(line["text"].get<std::string>()), ids) << cases << ":" << number;
    EXPECT_EQ(tokenizer.decode(ids), line["decoded"].get<std::string>()) << cases << ":" << number;
    if (skip_special) {
      EXPECT_EQ(tokenizer.decode(ids, true), line["decoded_skip_special"].get<std::string>())
          << cases << ":" << number;
    }
  });
  EXPECT_EQ(count, expected_count);
}

TEST(Golden, TokenizerJson) {
  const auto tokenizer = load_tokenizer(golden("tokenizer_bpe"));
  check_cases(*tokenizer, golden("tokenizer_bpe") / "cases.jsonl", true, 400);
  EXPECT_EQ(tokenizer->vocab_size(), 2047);
}

TEST(Golden, VocabAndMerges) {
  const test::TempDir folder;
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
    folder.write(name, read_file(golden("tokenizer_bpe") / name));
  }
  check_cases(*load_tokenizer(folder.path()), golden("tokenizer_bpe") / "cases.jsonl", true, 400);
}

TEST(Golden, VocabAndMergesByTheirOwnNames) {
  for (const char* name : {"vocab.json", "merges.txt"}) {  // beside a tokenizer.json
    const auto tokenizer = load_tokenizer(golden("tokenizer_bpe") / name);
    EXPECT_EQ(tokenizer->files()[0].first, "vocab.json");
    check_cases(*tokenizer, golden("tokenizer_bpe") / "cases.jsonl", true, 400);
  }
}

TEST(Golden, VocabAndMergesWithAddedTokensFile) {
  const test::TempDir folder;
  for (const char* name : {"vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"}) {
    folder.write(name, read_file(golden("tokenizer_bpe") / name));
  }
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "Qwen2Tokenizer"})");
  // That layout does not say which tokens are special, but for the few in special_tokens_map.json.
  check_cases(*load_tokenizer(folder.path()), golden("tokenizer_bpe") / "cases.jsonl", false, 400);
}

TEST(Golden, SentencePieceBpe) {
  check_cases(*load_tokenizer(golden("tokenizer_spm") / "bpe.model"), golden("tokenizer_spm") / "bpe.jsonl",
              false, 198);
}

TEST(Golden, SentencePieceUnigram) {
  check_cases(*load_tokenizer(golden("tokenizer_spm") / "unigram.model"),
              golden("tokenizer_spm") / "unigram.jsonl", false, 198);
}

}  // namespace
}  // namespace pixelsail
