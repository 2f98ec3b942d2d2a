// Folders of things that a user brings, and what is said of bad ones.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "image/codec.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"
#include "synth/things/listing.h"
#include "things_support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeader = "file\tuse\tname\tplural\tcategory\talike\tpart\n";

/// A folder with two backgrounds, a cat and a dog for each part, and their table.
class Things : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"cat_1", "cat_2", "dog_1", "dog_2"})
      fs::copy_file(things_folder() / "cutouts" / (name + std::string(".webp")),
                    folder_.path() / (name + std::string(".webp")));
    fs::copy_file(things_folder() / "backgrounds" / "01.webp", folder_.path() / "sea.webp");
    write(rows_);
  }
  void write(const std::string& rows) const {
    std::ofstream(folder_.path() / "things.tsv") << kHeader << rows;
  }
  std::string message(const std::vector<std::string>& only = {}) const {
    try {
      const ThingLibrary library({folder_.path()}, only);
    } catch (const DataError& error) {
      return error.what();
    } catch (const ConfigError& error) {
      return std::string("config: ") + error.what();
    }
    return {};
  }
  test::TempDir folder_;
  std::string rows_ =
      "cat_1.webp\tthing\tcat\tcats\tanimal\t\ttrain\n"
      "cat_2.webp\tthing\tcat\tcats\tanimal\t\tunseen\n"
      "dog_1.webp\tthing\tdog\tdogs\tanimal\t\ttrain\n"
      "sea.webp\tbackground\t\t\t\t\ttrain\n"
      "sea.webp\tbackground\t\t\t\t\tunseen\n";
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Things, AreReadFromATable) {
  EXPECT_EQ(message(), "");
  const ThingLibrary library({folder_.path()}, {});
  ASSERT_EQ(library.nouns().size(), 2U);
  EXPECT_EQ(library.nouns()[1].name, "dog");
  EXPECT_EQ(library.nouns()[1].category, &library.categories().at(0));
  EXPECT_EQ(library.nouns_of(ThingPart::kUnseen).size(), 1U);
  EXPECT_EQ(ThingLibrary({folder_.path()}, {"dog"}).nouns().size(), 1U);
}

TEST_F(Things, BadInputIsNamed) {
  EXPECT_TRUE(has(message({"yak"}), "config: ")) << message({"yak"});
  EXPECT_TRUE(has(message({"yak"}), "'yak'"));
  write(rows_ + "gone.webp\tthing\tcat\tcats\tanimal\t\ttrain\n");
  EXPECT_TRUE(has(message(), "gone.webp")) << message();
  write(rows_ + "../x.webp\tthing\tcat\tcats\tanimal\t\ttrain\n");
  EXPECT_TRUE(has(message(), "things.tsv:7")) << message();
  write(rows_ + "cat_1.webp\tthing\tcat\tcats\tanimal\t\tsome\n");
  EXPECT_TRUE(has(message(), "part: 'some'")) << message();
  write(rows_ + "cat_1.webp\tthing\t\tcats\tanimal\t\ttrain\n");
  EXPECT_TRUE(has(message(), "things.tsv:7: name")) << message();
  write("sea.webp\tbackground\t\t\t\t\ttrain\n");
  EXPECT_TRUE(has(message(), "no nouns")) << message();
  write("cat_1.webp\tthing\tcat\tcats\tanimal\t\ttrain\nsea.webp\tbackground\t\t\t\t\ttrain\n");
  EXPECT_TRUE(has(message(), "no background of the part unseen")) << message();
  write(rows_ + "sea.webp\tthing\tsea\tseas\t\t\ttrain\n");
  EXPECT_TRUE(has(message(), "sea.webp: no cut-out")) << message();
  std::ofstream(folder_.path() / "cat_1.webp") << "RIFF";
  write(rows_);
  EXPECT_TRUE(has(message(), "cat_1.webp")) << message();
  std::ofstream(folder_.path() / "things.tsv") << "file\tuse\tname\tplural\n";
  EXPECT_TRUE(has(message(), "column 'part'")) << message();
  fs::remove_all(folder_.path());
  EXPECT_TRUE(has(message(), folder_.path().string())) << message();
}

TEST_F(Things, FoldersWithoutATableAreReadByName) {
  const test::TempDir more;
  fs::create_directories(more.path() / "pets");
  const std::string pet = (more.path() / "pets").string();
  for (const char* name : {"/x1", "/yak_1", "/yak_2", "/yak_3", "/b&w"})
    fs::copy_file(folder_.path() / "cat_1.webp", pet + name + std::string(".webp"));
  std::ofstream(pet + "/x1.txt") << "A red fox.\nUn renard roux.\n";
  const ThingLibrary library({folder_.path(), more.path()}, {});
  ASSERT_EQ(library.nouns().size(), 4U);
  EXPECT_EQ(library.nouns()[2].name, "red fox");
  EXPECT_EQ(library.nouns()[2].plural, "red foxes");
  EXPECT_EQ(library.cutouts(library.nouns()[3], ThingPart::kTrain).size(), 2U);
  EXPECT_EQ(library.cutouts(library.nouns()[3], ThingPart::kUnseen).size(), 1U);
  EXPECT_EQ(library.left_out(), 1U);
  // What a yak is nobody has told: beside a cat "the animal" might mean it too.
  EXPECT_EQ(library.nouns()[3].category, nullptr);
  EXPECT_TRUE(library.alike(library.nouns()[3], library.nouns()[0]));
  EXPECT_FALSE(library.alike(library.nouns()[3], library.nouns()[2]));
}

TEST_F(Things, AFolderNamedAfterACategoryTellsIt) {
  const test::TempDir more;
  fs::create_directories(more.path() / "animals" / "big");
  fs::copy_file(folder_.path() / "cat_1.webp", more.path() / "animals" / "big" / "yak.webp");
  for (const fs::path& folder : {more.path(), more.path() / "animals"}) {
    const ThingLibrary library({folder_.path(), folder}, {});
    ASSERT_EQ(library.nouns().size(), 3U);
    EXPECT_EQ(library.nouns()[2].category, &library.categories().at(0));
    EXPECT_FALSE(library.alike(library.nouns()[2], library.nouns()[0]));
  }
}

TEST_F(Things, FingerprintFollowsTheBytesAndNotThePlace) {
  const std::string first = things_fingerprint({folder_.path()});
  const test::TempDir other;
  fs::copy(folder_.path(), other.path(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  EXPECT_EQ(things_fingerprint({other.path()}), first);
  fs::copy_file(other.path() / "dog_2.webp", other.path() / "dog_1.webp",
                fs::copy_options::overwrite_existing);
  EXPECT_NE(things_fingerprint({other.path()}), first);
}

TEST_F(Things, FingerprintFollowsTheNamelessOfATable) {
  const fs::path table = things_folder();
  const auto of = [&](const std::vector<std::string>& only) {
    return things_fingerprint({table}, {table}, only);
  };
  EXPECT_NE(of({"dog"}), of({"dog", "cat"}));
  EXPECT_NE(of({"dog"}), things_fingerprint({table}));
  EXPECT_EQ(of({}), things_fingerprint({table}));  // none is left out
}

TEST(ThingNames, AreOneToThreePlainWords) {
  EXPECT_EQ(detail::name_from_text("A Zebra."), "zebra");
  EXPECT_EQ(detail::name_from_text("the great-horned owl"), "great horned owl");
  EXPECT_EQ(detail::name_from_text("dog_12"), "dog");
  EXPECT_EQ(detail::name_from_text("a very old red car"), "");
  EXPECT_EQ(detail::name_from_text("12"), "");
  EXPECT_EQ(detail::name_from_text("caf\xc3\xa9"), "");
  EXPECT_EQ(detail::regular_plural("fox"), "foxes");
  EXPECT_EQ(detail::regular_plural("berry"), "berries");
  EXPECT_EQ(detail::regular_plural("key"), "keys");
  EXPECT_EQ(detail::regular_plural("torch"), "torches");
}

TEST(LoadRgba, ReadsOpacityAndItsAbsence) {
  const RgbaImage ball = load_rgba(things_folder() / "cutouts" / "ball_3.webp");
  EXPECT_EQ(ball.pixel(0, 0)[3], 0);
  EXPECT_EQ(ball.pixel(ball.height / 2, ball.width / 2)[3], 255);
  EXPECT_GT(ball.pixel(ball.height / 2, ball.width / 3)[0], ball.pixel(ball.height / 2, ball.width / 3)[2]);
  const RgbaImage sea = load_rgba(things_folder() / "backgrounds" / "01.webp");
  const Image same = load_image(things_folder() / "backgrounds" / "01.webp");
  ASSERT_EQ(sea.width, same.width);
  for (int x = 0; x < sea.width; ++x) {
    EXPECT_EQ(sea.pixel(7, x)[3], 255);
    for (int c = 0; c < 3; ++c) EXPECT_EQ(sea.pixel(7, x)[c], same.pixel(7, x)[c]);
  }
  EXPECT_THROW(load_rgba(things_folder() / "things.tsv"), DataError);
}

}  // namespace
}  // namespace pixelsail
