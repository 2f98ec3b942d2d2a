#include "metrics/meteor/meteor_synonyms.h"

#include <gtest/gtest.h>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Ids = std::vector<std::uint32_t>;

constexpr const char* kSynsets =
    "box\n1\nboxe\n2\nman\n3\npony\n4\nglas\n5\nglass\n6\ntall\n7\ntalle\n8\nwolf\n9 "
    "3\nbe\n10\ntwice\n1\ntwice\n2\n";
constexpr const char* kExceptions = "wolf\nwolves\nbe\nwas wolves\n";

Ids synsets(std::string_view word, const char* entries = kSynsets) {
  return meteor_synsets(*meteor_synonym_files({"s", entries}, {"e", kExceptions}), word);
}

TEST(MeteorSynonyms, OfTheWordItself) {
  EXPECT_EQ(synsets("wolf"), (Ids{3, 9}));
  EXPECT_EQ(synsets("nothing"), Ids{});
  EXPECT_EQ(synsets(""), Ids{});
  EXPECT_EQ(synsets("twice"), Ids{2});  // the last entry counts
}

TEST(MeteorSynonyms, OfAllBaseFormsOfAnIrregularForm) {
  EXPECT_EQ(synsets("was"), Ids{10});
  EXPECT_EQ(synsets("wolves"), (Ids{3, 9, 10}));
}

TEST(MeteorSynonyms, OfTheFirstDetachmentThatIsAnEntry) {
  EXPECT_EQ(synsets("boxes"), Ids{2});  // -s before -xes
  EXPECT_EQ(synsets("men"), Ids{3});
  EXPECT_EQ(synsets("ponies"), Ids{4});
  EXPECT_EQ(synsets("taller"), Ids{7});  // -er, then -er + e
}

TEST(MeteorSynonyms, ShortWordsAndDoubleSHaveNoBaseForm) {
  EXPECT_EQ(synsets("glass"), Ids{6});
  EXPECT_EQ(synsets("bs", "b\n1\n"), Ids{});
  EXPECT_EQ(synsets("abs", "ab\n1\n"), Ids{1});
  EXPECT_EQ(synsets("\u00e9s", "\u00e9\n1\n"), Ids{});  // two characters in three bytes
}

TEST(MeteorSynonyms, DamagedFilesAreErrors) {
  EXPECT_THROW(synsets("dog", "cat\n1\ndog\n"), DataError);
  EXPECT_THROW(synsets("dog", "dog\n1 x\n"), DataError);
  EXPECT_THROW(synsets("dog", "dog\n99999999999\n"), DataError);
  EXPECT_EQ(synsets("dog", "dog\r\n7\r\n"), Ids{7});
}

}  // namespace
}  // namespace pixelsail
