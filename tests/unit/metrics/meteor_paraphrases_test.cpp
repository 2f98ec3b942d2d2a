#include "metrics/meteor/meteor_paraphrases.h"

#include <algorithm>
#include <random>

#include "meteor_fixture.h"
#include "metrics/meteor/meteor_lexicon.h"

namespace pixelsail {
namespace {

using test::expect_error_with;
using test::MeteorFolder;
using Ids = std::vector<std::uint32_t>;

/// a is 0, b is 1 and so on.
WordIds letters(std::size_t count) {
  WordIds ids;
  for (std::size_t i = 0; i < count; ++i) ids.add(std::string(1, static_cast<char>('a' + i)));
  return ids;
}

std::vector<std::pair<std::uint32_t, Ids>> found(const MeteorParaphrases& table, const Ids& words) {
  std::vector<MeteorParaphrases::Match> matches;
  table.find(words, matches);
  std::vector<std::pair<std::uint32_t, Ids>> result;
  for (const auto& match : matches) {
    result.emplace_back(match.phrase_size, Ids(match.paraphrase.begin(), match.paraphrase.end()));
  }
  return result;
}

constexpr const char* kTable =
    "0.5\na b\nc\n0.5\na\nd\n0.5\na b\nd c\n0.5\na\nx\n0.5\na x\nb\n0.5\na\nb\n0.5\na\nd\n";

TEST(MeteorParaphrases, ShorterPhrasesFirstThenTheOrderOfTheFile) {
  const MeteorFolder folder;
  const MeteorParaphrases table(folder.write("t", kTable), letters(4));
  const std::vector<std::pair<std::uint32_t, Ids>> expected{
      {1, {3}}, {1, {1}}, {1, {3}}, {2, {2}}, {2, {3, 2}}};
  EXPECT_EQ(found(table, {0, 1, 2}), expected);
  EXPECT_EQ(found(table, {1, 0}).size(), 0U);
  EXPECT_EQ(found(table, {}).size(), 0U);
  EXPECT_EQ(table.size(), 5U);  // the two entries with x cannot match
}

TEST(MeteorParaphrases, PackedAndPlainAreTheSame) {
  const MeteorFolder folder;
  const MeteorParaphrases table(folder.write_gzip("t.gz", kTable), letters(4));
  EXPECT_EQ(found(table, {0, 1}).size(), 5U);
}

TEST(MeteorParaphrases, TheVocabularyDoesNotChangeWhatIsFound) {
  // Many random entries in several buffers' worth of file; a table for few words finds what the full one
  // finds.
  std::mt19937 random(3);
  std::string text;
  const auto phrase = [&random] {
    std::string words;
    for (std::size_t n = 1 + random() % 3; n > 0; --n)
      words += std::string(1, static_cast<char>('a' + random() % 20)) + " ";
    return words;
  };
  for (int i = 0; i < 120000; ++i) text += "0.123456789\n" + phrase() + "\n" + phrase() + "\n";
  const MeteorFolder folder;
  const auto path = folder.write_gzip("t.gz", text);
  const MeteorParaphrases full(path, letters(20)), part(path, letters(5));
  EXPECT_EQ(full.size(), 120000U);
  EXPECT_LT(part.size(), 20000U);
  for (int i = 0; i < 50; ++i) {
    const Ids words{static_cast<std::uint32_t>(random() % 5), static_cast<std::uint32_t>(random() % 5)};
    auto expected = found(full, words);
    std::erase_if(expected, [](const auto& entry) {
      return std::ranges::any_of(entry.second, [](std::uint32_t word) { return word >= 5; });
    });
    EXPECT_EQ(found(part, words), expected);
  }
}

TEST(MeteorParaphrases, DamagedFilesAreErrors) {
  const MeteorFolder folder;
  const auto read = [](const std::filesystem::path& path) {
    return MeteorParaphrases(path, letters(4)).size();
  };
  expect_error_with([&] { read(folder.path() / "none"); }, "none: cannot be opened");
  expect_error_with([&] { read(folder.write("t", "0.5\na\nb\n0.5\n")); },
                    "t:4: the table ends behind a probability");
  expect_error_with([&] { read(folder.write("t", "root:x:0\na\nb\n")); },
                    "t:1: a line with a probability was expected");
  expect_error_with([&] { read(folder.write("t", "0.5\na\n")); }, "t:2: the table ends behind a phrase");
  expect_error_with([&] { read(folder.write("t", "0.5\n \nb\n")); }, "t:2: the phrase has no words");
  expect_error_with([&] { read(folder.write("t", "0.5\na\n\n")); }, "t:3: the paraphrase has no words");
  expect_error_with([&] { read(folder.write("t", std::string(3U << 20U, 'x'))); },
                    "t:1: the line has more than");
  EXPECT_EQ(read(folder.write("t", "")), 0U);
}

TEST(MeteorParaphrases, ACutOrChangedFileIsAnError) {
  const MeteorFolder folder;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "0." + std::to_string(i * 7919) + "\na\nb\n";
  const auto path = folder.write_gzip("t.gz", text);
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  folder.write("t.gz", bytes.substr(0, bytes.size() / 2));
  expect_error_with([&] { MeteorParaphrases(path, letters(4)); }, "cannot be unpacked");
  std::string changed = bytes;
  changed[bytes.size() / 2] = static_cast<char>(changed[bytes.size() / 2] ^ 0x55);
  folder.write("t.gz", changed);
  EXPECT_THROW(MeteorParaphrases(path, letters(4)), DataError);
}

TEST(WordIds, NumbersInOrderOfAddition) {
  WordIds ids;
  EXPECT_EQ(ids.find("a"), WordIds::kUnknown);
  for (int i = 0; i < 5000; ++i)
    EXPECT_EQ(ids.add("word" + std::to_string(i)), static_cast<std::uint32_t>(i));
  EXPECT_EQ(ids.add("word77"), 77U);
  EXPECT_EQ(ids.find("word4999"), 4999U);
  EXPECT_EQ(ids.find("word"), WordIds::kUnknown);
  EXPECT_EQ(ids.size(), 5000U);
}

TEST(Utf16Hash, IsThatOfJavaStrings) {
  EXPECT_EQ(utf16_hash(""), 0U);
  EXPECT_EQ(utf16_hash("dog"), 99644U);
  EXPECT_EQ(utf16_hash("ck"), utf16_hash("e-"));  // equal by chance, and equal to METEOR
  EXPECT_EQ(utf16_hash("\u00e9"), 233U);
  EXPECT_EQ(utf16_hash("\U0001f600"), 0xD83DU * 31U + 0xDE00U);
}

}  // namespace
}  // namespace pixelsail
