// The pictures of data/things: what they are, where they come from, and whether they may be here.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "annotations/folder_questions.h"
#include "io/tables/tsv.h"
#include "pixelsail/error.h"
#include "things_support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

std::string cell_of(const TsvTable& table, std::size_t row, const char* column) {
  return std::string(table.cell(row, table.find_column(column).value()));
}

/// Each row has author, source and an allowed licence. Adds the files to `listed`; each must be new there.
void expect_origins(const TsvTable& table, std::set<std::string>& listed) {
  const std::set<std::string> allowed{"CC0-1.0", "public domain", "Apache-2.0"};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_TRUE(allowed.contains(cell_of(table, row, "licence"))) << table.where(row);
    for (const char* column : {"author", "package", "path", "use", "part"})
      EXPECT_FALSE(cell_of(table, row, column).empty()) << table.where(row) << ' ' << column;
    EXPECT_TRUE(listed.insert(cell_of(table, row, "file")).second) << table.where(row);
  }
}

/// Their paths in it; adds their sizes to `bytes`.
std::set<std::string> files_below(const fs::path& folder, std::uintmax_t& bytes) {
  std::set<std::string> there;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    there.insert(fs::relative(entry.path(), folder).generic_string());
    bytes += entry.file_size();
  }
  return there;
}

class ThingFiles : public testing::Test {
 protected:
  std::string cell(std::size_t row, const char* column) const { return cell_of(table_, row, column); }
  TsvTable table_ = TsvTable::read(things_folder() / "things.tsv");
};

TEST_F(ThingFiles, EachHasARowWithAuthorSourceAndAnAllowedLicence) {
  std::set<std::string> listed{"things.tsv", "photos/samples.jsonl"};
  expect_origins(table_, listed);
  std::uintmax_t bytes = 0;
  EXPECT_EQ(files_below(things_folder(), bytes), listed);
  EXPECT_LE(bytes, 5'000'000U);
}

/// What the model that ships is trained on beside them.
TEST_F(ThingFiles, MoreOfThemAreOfTheSameNounsAndLicencesAndForTrainingAlone) {
  const fs::path folder = things_folder().parent_path() / "things_more";
  const TsvTable more = TsvTable::read(folder / "things.tsv");
  std::set<std::string> listed{"things.tsv"}, facts, sources;
  expect_origins(more, listed);
  std::uintmax_t bytes = 0;
  EXPECT_EQ(files_below(folder, bytes), listed);
  EXPECT_LE(bytes, 1'000'000U);
  const auto facts_of = [](const TsvTable& table, std::size_t row) {
    std::string text;
    for (const char* column : {"name", "plural", "category", "alike"})
      text += cell_of(table, row, column) + '|';
    return text;
  };
  const auto source_of = [](const TsvTable& table, std::size_t row) {
    return cell_of(table, row, "package") + ' ' + cell_of(table, row, "path");
  };
  for (std::size_t row = 0; row < table_.rows(); ++row) {
    facts.insert(facts_of(table_, row));
    sources.insert(source_of(table_, row));
  }
  for (std::size_t row = 0; row < more.rows(); ++row) {
    EXPECT_EQ(cell_of(more, row, "use"), "thing") << more.where(row);
    EXPECT_EQ(cell_of(more, row, "part"), "train") << more.where(row);
    EXPECT_TRUE(facts.contains(facts_of(more, row))) << more.where(row);
    EXPECT_TRUE(sources.insert(source_of(more, row)).second) << more.where(row);
  }
  EXPECT_GE(more.rows(), 100U);
}

TEST_F(ThingFiles, AreEnough) {
  std::map<std::string, int> uses, pictures;
  for (std::size_t row = 0; row < table_.rows(); ++row) {
    ++uses[cell(row, "use")];
    if (cell(row, "use") == "thing") ++pictures[cell(row, "name")];
  }
  EXPECT_GE(std::ranges::count_if(pictures, [](const auto& noun) { return noun.second >= 3; }), 120);
  EXPECT_EQ(uses["background"], 40);
  EXPECT_EQ(uses["photo"], 24);
}

TEST_F(ThingFiles, ThePhotographsAreADataSetWithMasks) {
  const fs::path root = things_folder() / "photos";
  const FolderQuestions photos = load_folder_questions(root, "val");
  EXPECT_EQ(photos.questions.size(), 24U);
  for (const FolderQuestion& photo : photos.questions) {
    const std::vector<Rle> masks = folder_targets(root, photo, PolygonMerge::kUnion);
    ASSERT_EQ(masks.size(), 1U) << photo.image;
    const double share = static_cast<double>(rle_area(masks[0])) / (photo.height * photo.width);
    EXPECT_GT(share, 0.02) << photo.image;
    EXPECT_LT(share, 0.6) << photo.image;
  }
}

TEST(ThingLibrary, KeepsExemplarsOfTheTwoPartsApart) {
  const ThingLibrary& library = *all_things();
  std::size_t with_both = 0;
  for (const ThingNoun& noun : library.nouns()) {
    std::set<std::string> train;
    for (const ThingCutout& cutout : library.cutouts(noun, ThingPart::kTrain)) train.insert(cutout.file);
    EXPECT_FALSE(train.empty()) << noun.name;
    for (const ThingCutout& cutout : library.cutouts(noun, ThingPart::kUnseen))
      EXPECT_FALSE(train.contains(cutout.file)) << cutout.file;
    with_both += library.cutouts(noun, ThingPart::kUnseen).empty() ? 0 : 1;
  }
  EXPECT_EQ(library.nouns_of(ThingPart::kTrain).size(), library.nouns().size());
  EXPECT_EQ(library.nouns_of(ThingPart::kUnseen).size(), with_both);
  EXPECT_GE(with_both, 160U);
  EXPECT_GT(library.backgrounds(ThingPart::kTrain).size(), library.backgrounds(ThingPart::kUnseen).size());
}

TEST(ThingLibrary, LeftOutNounsOfATableCanBeNameless) {
  const std::vector<std::string> kept{"dog", "cat"};
  const ThingLibrary few({things_folder()}, kept, {things_folder()});
  std::size_t others = 0;
  for (const ThingNoun& noun : all_things()->nouns()) {
    if (std::ranges::find(kept, noun.name) == kept.end())
      others += all_things()->cutouts(noun, ThingPart::kTrain).size();
  }
  EXPECT_EQ(few.nameless().size(), others);
  EXPECT_EQ(few.named(), 2U);
  EXPECT_EQ(few.nouns()[0].name, "cat");
  EXPECT_EQ(few.nouns_of(ThingPart::kTrain).size(), 2U);
  for (const ThingNoun* noun : few.nameless()) {
    EXPECT_FALSE(noun->sayable);
    EXPECT_EQ(few.cutouts(*noun, ThingPart::kTrain).size(), 1U);
    EXPECT_TRUE(few.cutouts(*noun, ThingPart::kUnseen).empty());
  }
  EXPECT_THROW(ThingLibrary({things_folder()}, {}, {things_folder()}), DataError);  // none is left out
}

TEST(ThingLibrary, KnowsWhatCouldBeTakenForEachOther) {
  const ThingLibrary& library = *all_things();
  const auto noun = [&](const char* name) -> const ThingNoun& {
    return *std::ranges::find(library.nouns(), std::string(name), &ThingNoun::name);
  };
  EXPECT_TRUE(library.alike(noun("bear"), noun("teddy bear")));
  EXPECT_TRUE(library.alike(noun("teddy bear"), noun("bear")));
  EXPECT_TRUE(library.alike(noun("cat"), noun("teddy bear")));  // an animal
  EXPECT_FALSE(library.alike(noun("cat"), noun("dog")));
  EXPECT_FALSE(library.alike(noun("cat"), noun("cat")));
  EXPECT_EQ(noun("chair").category->plural, "pieces of furniture");
  EXPECT_EQ(noun("mouse").plural, "mice");
}

}  // namespace
}  // namespace pixelsail
