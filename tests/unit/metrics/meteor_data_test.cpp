#include "metrics/meteor/meteor_data.h"

#include <zip.h>

#include "meteor_fixture.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::expect_error_with;
using test::MeteorFolder;

constexpr std::array kNames{"function/english.words", "nonbreaking/english.prefixes",
                            "synonym/english.synsets", "synonym/english.exceptions"};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_small_files(const MeteorData& data) {
  EXPECT_EQ(data.function_words().size(), 12U);
  EXPECT_TRUE(data.function_words().contains("'s"));
  EXPECT_EQ(data.abbreviations(),
            (MeteorAbbreviations{
                {"vs", KeepsDot::kAlways}, {"Mr", KeepsDot::kAlways}, {"no", KeepsDot::kBeforeNumber}}));
  EXPECT_EQ(meteor_synsets(data.synonyms(), "wolves"), std::vector<std::uint32_t>{30});
}

TEST(MeteorData, NestedAndFlatFolders) {
  const MeteorFolder folder;
  check_small_files(folder.load());
  const fs::path flat = folder.path() / "flat";
  fs::create_directories(flat);
  for (const char* name : kNames) fs::copy(folder.path() / name, flat);
  const MeteorData data = MeteorData::load({.data_directory = flat, .paraphrases = {}});
  check_small_files(data);
  EXPECT_EQ(data.sources().function_words, (flat / "english.words").string());
  EXPECT_EQ(data.sources().paraphrases, "none");
  EXPECT_FALSE(data.sources().is_original);
  fs::remove(flat / "english.synsets");
  expect_error_with([&] { MeteorData::load({.data_directory = flat, .paraphrases = {}}); },
                    "flat: holds neither synonym/english.synsets nor english.synsets");
}

TEST(MeteorData, TheJarBesideTheTable) {
  const MeteorFolder folder;
  const fs::path table = folder.write_gzip("meteor/data/paraphrase-en.gz", "0.1\na\nb\n");
  const fs::path jar = folder.path() / "meteor" / "meteor-1.5.jar";
  std::vector<std::string> texts;
  texts.reserve(kNames.size());
  zip_t* archive = zip_open(jar.c_str(), ZIP_CREATE, nullptr);
  ASSERT_NE(archive, nullptr);
  for (const char* name : kNames) {
    const std::string& text = texts.emplace_back(read(folder.path() / name));
    zip_source_t* source = zip_source_buffer(archive, text.data(), text.size(), 0);
    ASSERT_GE(zip_file_add(archive, name, source, 0), 0);  // deflated
  }
  ASSERT_EQ(zip_close(archive), 0);

  const MeteorData data = MeteorData::load({.data_directory = {}, .paraphrases = table});
  check_small_files(data);
  EXPECT_EQ(data.sources().synonyms, jar.string() + "!synonym/english.synsets");
  EXPECT_EQ(data.sources().paraphrases, table.string());
  EXPECT_TRUE(data.sources().is_original);
  WordIds words;
  words.add("a");
  words.add("b");
  EXPECT_EQ(data.read_paraphrases(words).size(), 1U);

  // A packed byte that changed is noticed.
  std::string bytes = read(jar);
  const std::size_t content = bytes.find("synonym/english.synsets") + 40;
  bytes[content] = static_cast<char>(bytes[content] ^ 0x55);
  folder.write("meteor/meteor-1.5.jar", bytes);
  expect_error_with([&] { MeteorData::load({.data_directory = {}, .paraphrases = table}); },
                    "entry \"synonym/english.synsets\" is damaged");
  folder.write("meteor/meteor-1.5.jar", "no jar");
  expect_error_with([&] { MeteorData::load({.data_directory = {}, .paraphrases = table}); },
                    "is no zip archive");
}

TEST(MeteorData, OwnListsAndWordNetWithoutFiles) {
  const MeteorFolder folder;
  for (const char* part : {"noun", "verb", "adj", "adv"}) {
    folder.write(std::string("wn/index.") + part, "");
    folder.write(std::string("wn/data.") + part, "");
    folder.write(std::string("wn/") + part + ".exc", "");
  }
  folder.write("wn/index.noun", "car n 2 0 2 0 00000010 00000011  \nwolf n 1 0 1 0 00000030  \n");
  folder.write("wn/index.verb", "wolf v 1 0 1 0 00000020  \n");
  folder.write("wn/noun.exc", "wolves wolf\n");
  const MeteorFiles files{.data_directory = {}, .paraphrases = {}, .wordnet_directory = folder.path() / "wn"};
  const MeteorData data = MeteorData::load(files);
  EXPECT_TRUE(data.function_words().contains("the"));
  EXPECT_FALSE(data.function_words().contains("dog"));
  EXPECT_EQ(data.sources().synonyms, "WordNet in " + (folder.path() / "wn").string());
  EXPECT_FALSE(data.sources().is_original);
  EXPECT_EQ(meteor_synsets(data.synonyms(), "wolves"), (std::vector<std::uint32_t>{20, 30}));
  EXPECT_EQ(meteor_synsets(data.synonyms(), "cars"), (std::vector<std::uint32_t>{10, 11}));
  expect_error_with(
      [&] {
        MeteorData::load(
            {.data_directory = {}, .paraphrases = {}, .wordnet_directory = folder.path() / "none"});
      },
      "none");
}

/// Vectors computed by the Java program with its own data.
TEST(MeteorData, OriginalFilesGiveOriginalScores) {
  const char* table = std::getenv("PIXELSAIL_METEOR_DATA");
  if (table == nullptr) {
    GTEST_SKIP() << "PIXELSAIL_METEOR_DATA does not name a paraphrase-en.gz as pycocoevalcap keeps it";
  }
  const MeteorData data = MeteorData::load({.data_directory = {}, .paraphrases = table});
  ASSERT_TRUE(data.sources().is_original);
  const std::vector<MeteorSegment> segments{
      {"Alimentum is located in the city centre. It is not family-friendly.",
       {"There is a place in the city centre, Alimentum, that is not family-friendly."}},
      {"the cat was sat on the mat", {"the cat sat on the mat"}},
      {"It is a guide to action which ensures that the military always obeys the commands of the party",
       {"It is a guide to action that ensures that the military will forever heed Party commands"}},
      {"a man in a blue shirt", {"a man in a blue shirt"}},
      {"guy wearing a navy t-shirt", {"man in blue shirt"}},
      {"a large automobile parked on the left side of the street", {"the red car parked on the left"}},
      {"two dogs", {"a woman holding an umbrella"}},
      {"a lady with brown hair", {"woman with brown hair", "brown-haired lady"}}};
  const std::vector<double> expected{0.4248514351273681,
                                     0.5119556177223324,
                                     0.44736091739438233,
                                     1.0,
                                     0.11009174311926605,
                                     0.36476837762716185,
                                     0.0,
                                     0.4727594349174925};
  const MeteorResult result = score_meteor(segments, data);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(result.scores[i], expected[i], 1e-12) << segments[i].hypothesis;
  }
  EXPECT_NEAR(result.score, 0.3939481352135048, 1e-12);

  const std::vector<std::pair<MeteorSegment, double>> more{
      {{"two big dogs playing", {"two large dogs"}}, 0.4452983091061361},
      {{"dog runs", {"dogs running"}}, 0.0},
      {{"d c b a", {"a b c d"}}, 0.4},
      {{"cat the cat the", {"the cat the cat"}}, 0.4776696620223255},
      {{"the girl 's hand", {"girl's hand"}}, 0.3287671232876712},
      {{"and also possible", {"as well as possible"}}, 0.29039973510161265},
      {{"the man at the left of the table who wears the white cap on the head",
        {"man on the left side of the table wearing a white hat"}},
       0.3482371746651091}};
  std::vector<MeteorSegment> others;
  for (const auto& [segment, score] : more) others.push_back(segment);
  const std::vector<double> scores = score_meteor(others, data).scores;
  for (std::size_t i = 0; i < more.size(); ++i) {
    EXPECT_NEAR(scores[i], more[i].second, 1e-12) << more[i].first.hypothesis;
  }
}

}  // namespace
}  // namespace pixelsail
