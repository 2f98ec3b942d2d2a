#include "metrics/wordnet/wordnet.h"

#include <gtest/gtest.h>

#include <functional>

#include "metrics/wordnet/wordnet_files.h"
#include "pixelsail/error.h"
#include "small_wordnet.h"

namespace pixelsail {
namespace {

using Forms = std::vector<std::string>;
using Lemmas = std::vector<WordNetLemma>;
using test::SmallWordNet;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

/// An index of nouns: each word has the one synset at byte 52.
void index_nouns(const SmallWordNet& files, const Forms& words) {
  for (const std::string& word : words) files.append("index.noun", word + " n 1 0 1 0 00000052  \n");
}

TEST(WordNet, DetachmentRulesApplyOnceToWhatTheIndexKnows) {
  const SmallWordNet files;
  index_nouns(files, {"ax", "box", "church", "cit", "city", "dog", "dogs", "gas", "leaf", "man", "wish"});
  const WordNet wordnet(files.path());
  const auto nouns = [&wordnet](const char* word) { return wordnet.base_forms(word, PartOfSpeech::kNoun); };
  EXPECT_EQ(nouns("dogs"), (Forms{"dogs", "dog"}));  // the word itself first
  EXPECT_EQ(nouns("dogss"), (Forms{"dogs"}));        // not applied again
  EXPECT_EQ(nouns("cities"), (Forms{"city"}));
  EXPECT_EQ(nouns("churches"), (Forms{"church"}));
  EXPECT_EQ(nouns("wishes"), (Forms{"wish"}));
  EXPECT_EQ(nouns("boxes"), (Forms{"box"}));
  EXPECT_EQ(nouns("gases"), (Forms{"gas"}));
  EXPECT_EQ(nouns("leaves"), (Forms{"leaf"}));
  EXPECT_EQ(nouns("men"), (Forms{"man"}));
  EXPECT_EQ(nouns("s"), Forms{});
  EXPECT_EQ(nouns(""), Forms{});
  EXPECT_EQ(nouns("dog n"), Forms{});  // never more than the first field of a line
  EXPECT_EQ(nouns("do"), Forms{});
  EXPECT_EQ(wordnet.base_forms("dogs", PartOfSpeech::kVerb), Forms{});
}

TEST(WordNet, VerbAndAdjectiveRulesInTheirOrder) {
  const SmallWordNet files;
  for (const char* word : {"tim", "time"}) {
    files.append("index.verb", std::string(word) + " v 1 0 1 0 00000052  \n");
    files.append("index.adj", std::string(word) + " a 1 0 1 0 00000052  \n");
  }
  const WordNet wordnet(files.path());
  for (const char* word : {"times", "timed", "timing"}) {
    EXPECT_EQ(wordnet.base_forms(word, PartOfSpeech::kVerb), (Forms{"time", "tim"})) << word;
  }
  EXPECT_EQ(wordnet.base_forms("timer", PartOfSpeech::kAdjective), (Forms{"tim", "time"}));
  EXPECT_EQ(wordnet.base_forms("timest", PartOfSpeech::kAdjective), (Forms{"tim", "time"}));
  EXPECT_EQ(wordnet.base_forms("timer", PartOfSpeech::kAdverb), Forms{});
}

TEST(WordNet, ExceptionsTakeThePlaceOfRules) {
  const SmallWordNet files;
  index_nouns(files, {"axe", "axes", "axis", "goose", "ox"});
  files.write("noun.exc", "oxes oxen\naxes axis axe\ngeese goose\noxes unknown\n");
  const WordNet wordnet(files.path());
  EXPECT_EQ(wordnet.base_forms("axes", PartOfSpeech::kNoun), (Forms{"axes", "axis", "axe"}));
  EXPECT_EQ(wordnet.exceptions("geese", PartOfSpeech::kNoun), (Forms{"goose"}));
  EXPECT_EQ(wordnet.exceptions("oxes", PartOfSpeech::kNoun), (Forms{"unknown"}));  // the last line counts
  EXPECT_EQ(wordnet.base_forms("oxes", PartOfSpeech::kNoun), Forms{});             // no rule makes it "ox"
}

TEST(WordNet, SynsetsOfAllPartsOfSpeech) {
  const SmallWordNet files;
  const std::string run = files.add_synset("noun", "04 n 02 run 0 Test_Run 1 000");
  const std::string runs = files.add_synset("noun", "04 n 01 runs 0 000");
  const std::string hurry =
      files.add_synset("verb", "30 v 0a a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j f 000 01 + 08 00");
  const std::string quick = files.add_synset("adj", "00 s 03 runs(p) 0 quick(a) 1 odd(x)y 0 000");
  files.append("index.noun", "run n 2 1 @ 2 1 " + run + " " + runs + "  \nruns n 1 0 1 0 " + runs + "  \n");
  files.append("index.verb", "run v 1 2 @ ~ 1 1 " + hurry + "  \n");
  files.append("index.adj", "runs a 1 0 1 0 " + quick + "  \n");
  const WordNet wordnet(files.path());
  const auto id = [](PartOfSpeech part, const std::string& offset) {
    return SynsetId{part, static_cast<std::uint32_t>(std::stoul(offset))};
  };
  const SynsetId in_run = id(PartOfSpeech::kNoun, run), in_runs = id(PartOfSpeech::kNoun, runs);
  const SynsetId in_hurry = id(PartOfSpeech::kVerb, hurry), in_quick = id(PartOfSpeech::kAdjective, quick);
  // By "runs" and by "run": the second noun synset is there twice.
  EXPECT_EQ(wordnet.synsets("Runs"), (std::vector{in_runs, in_run, in_runs, in_hurry, in_quick}));
  EXPECT_EQ(wordnet.entry("run", PartOfSpeech::kNoun), (std::vector{in_run, in_runs}));
  EXPECT_EQ(wordnet.lemmas(in_run), (Lemmas{{"run", ""}, {"Test_Run", ""}}));
  EXPECT_EQ(wordnet.lemmas(in_hurry).size(), 10U);  // the count is hexadecimal
  EXPECT_EQ(wordnet.lemmas(in_quick), (Lemmas{{"runs", "(p)"}, {"quick", "(a)"}, {"odd(x)y", ""}}));
  EXPECT_THROW(wordnet.synsets("\xFF"), DataError);
}

TEST(WordNet, BrokenFilesAreNamedWithTheirLine) {
  {
    const SmallWordNet files;
    std::filesystem::remove(files.path() / "adv.exc");
    EXPECT_NE(message_of([&] { WordNet(files.path()); }).find("adv.exc"), std::string::npos);
  }
  {
    const SmallWordNet files;
    index_nouns(files, {"b", "a"});
    EXPECT_NE(message_of([&] { WordNet(files.path()); }).find("index.noun:4: "), std::string::npos);
  }
  for (const char* line :
       {"a v 1 0 1 0 00000052", "a n 0 0 0 0", "a n x 0 1 0 00000052", "a n 2 0 2 0 00000052", "a n 1 3 @",
        "a n 1 0 2 0 00000052", "a n 1 0 1 0 -52", "a", "a n 1 0 1 x 00000052",
        "a n 4294967295 0 4294967295 0 1", "a n 1 4294967295 @ 1 0 00000052"}) {
    const SmallWordNet files;
    files.append("index.noun", line);
    const WordNet wordnet(files.path());
    EXPECT_NE(message_of([&] { wordnet.synsets("a"); }).find("index.noun:3: "), std::string::npos) << line;
  }
  for (const char* fields : {"04 v 01 a 0 000", "xx n 01 a 0 000", "04 n 00 000", "04 n 02 a 0",
                             "04 n zz a 0", "04 n 01 a zz", "", "04 s 01 a 0 000"}) {
    const SmallWordNet files;
    const auto offset = static_cast<std::uint32_t>(std::stoul(files.add_synset("noun", fields)));
    const WordNet wordnet(files.path());
    const auto read = [&] { wordnet.lemmas({PartOfSpeech::kNoun, offset}); };
    EXPECT_NE(message_of(read).find("data.noun:3: "), std::string::npos) << fields;
  }
}

TEST(WordNet, OffsetsThatAreNoSynset) {
  const SmallWordNet files;
  files.add_synset("noun", "04 n 01 a 0 000");
  files.append("data.noun", "00000000 no gloss\n" + std::string(5000, 'x'));
  const WordNet wordnet(files.path());
  const auto message = [&wordnet](std::uint32_t offset) {
    return message_of([&] { wordnet.lemmas({PartOfSpeech::kNoun, offset}); });
  };
  EXPECT_NE(message(0).find("data.noun:1: the line has no gloss"), std::string::npos) << message(0);
  EXPECT_NE(message(60).find("no synset begins at byte 60"), std::string::npos) << message(60);
  EXPECT_NE(message(1000).find("no gloss"), std::string::npos) << message(1000);
  EXPECT_NE(message(4000000000).find("4000000000"), std::string::npos) << message(4000000000);
}

TEST(WordNet, InstalledDatabase) {
  if (!std::filesystem::exists(test::kInstalledWordNet)) GTEST_SKIP() << "wordnet-base is not installed";
  const WordNet wordnet(test::kInstalledWordNet);
  // Counts and offsets as NLTK 3.10 finds them in the same files.
  EXPECT_EQ(wordnet.synsets("car").size(), 5U);
  EXPECT_EQ(wordnet.synsets("Running").size(), 52U);
  EXPECT_TRUE(wordnet.synsets("of").empty());
  EXPECT_EQ(wordnet.lemmas(wordnet.synsets("car").front()),
            (Lemmas{{"car", ""}, {"auto", ""}, {"automobile", ""}, {"machine", ""}, {"motorcar", ""}}));
  EXPECT_EQ(wordnet.base_forms("axes", PartOfSpeech::kNoun), (Forms{"ax", "axis"}));
  EXPECT_EQ(wordnet.lemmas(wordnet.synsets("galore").front()), (Lemmas{{"galore", "(ip)"}}));
}

TEST(WordNetFields, Numbers) {
  detail::WordNetFields fields("  12\t0a x 99999999999 ");
  EXPECT_EQ(fields.next_number(), 12U);
  EXPECT_EQ(fields.next_number(16), 10U);
  EXPECT_EQ(fields.next_number(), std::nullopt);
  EXPECT_EQ(fields.next_number(), std::nullopt);
  EXPECT_EQ(fields.next(), "");
}

}  // namespace
}  // namespace pixelsail
