#include "survey/preview.h"

#include "fixtures.h"
#include "image/codec.h"
#include "io/atomic_file.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;
using test::OwnFolder;
using test::rectangle;

Example example_of(const TrainingData& data, std::int64_t index) {
  Rng rng(1);
  return data.builder.build(make_dataset(data.config.datasets[0], data.config)->get(index, rng));
}

TEST(Preview, ThePictureIsThatOfThePatches) {
  const OwnFolder folder;
  const TrainingData data = folder.data(test::sound_lines());
  const Example example = example_of(data, 0);
  const Image seen = detail::picture_of_patches(*example.sequence.patches, data.builder.processor.preprocess);
  // 24 x 32 pixels are whole patches of 8: nothing is resized.
  EXPECT_EQ(seen, load_image(folder.path() / "images/a.png"));
}

TEST(Preview, CardsSayWhatIsScored) {
  const OwnFolder folder;
  const TrainingData data = folder.data(test::sound_lines());
  const detail::PreviewCard card = detail::preview_card(example_of(data, 0), data.builder);
  std::string scored, other;
  for (const detail::TextPiece& piece : card.text) (piece.is_scored ? scored : other) += piece.text;
  EXPECT_TRUE(has(scored, "It is [SEG] and [SEG].")) << scored;
  EXPECT_FALSE(has(other, "It is")) << other;
  EXPECT_TRUE(has(other, "picture of 4 x 3 patches")) << other;
  EXPECT_TRUE(has(other, "Please segment the cup in this image.")) << other;
  EXPECT_EQ(card.seen.width % 32, 0);
  EXPECT_EQ(card.masked.width, card.seen.width);
  EXPECT_TRUE(has(card.facts.at(1), "2 masks, 0 visual prompts"));
  // The patches under a prompt are coloured.
  const detail::PreviewCard prompt = detail::preview_card(example_of(data, 3), data.builder);
  EXPECT_TRUE(has(prompt.facts.at(1), "0 masks, 1 visual prompts"));
  EXPECT_EQ(prompt.masked.height, 0);
  Sequence plain = example_of(data, 3).sequence;
  Example without = example_of(data, 3);
  without.sequence.prompt_of_patch.clear();
  EXPECT_NE(detail::preview_card(without, data.builder).seen, prompt.seen);
  const detail::PreviewCard text = detail::preview_card(example_of(data, 4), data.builder);
  EXPECT_EQ(text.seen.height, 0);
}

TEST(Preview, PagesOfAFolder) {
  const OwnFolder folder;
  std::vector<Json> lines = test::sound_lines();
  lines.push_back(
      OwnFolder::expression("a.png", "the <script>alert(1)</script>", Json::array({rectangle(2, 3, 9, 12)})));
  lines.push_back(OwnFolder::expression("none.png", "the cup", Json::array()));
  const TrainingData data = folder.data(lines);
  const test::TempDir dir;
  const PreviewOptions options{.out = dir.path() / "out", .samples = 20};
  const PreviewResult result = write_preview(data, options);
  EXPECT_EQ(result.shown, 6);
  EXPECT_EQ(result.unusable, 1);
  EXPECT_EQ(result.pages, (std::vector<std::string>{"1_folder.html"}));
  const std::string page = read_file(dir.path() / "out/1_folder.html");
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_TRUE(has(page, "&lt;script&gt;"));
  EXPECT_TRUE(has(page, "cannot be used"));
  EXPECT_TRUE(has(page, "data:image/jpeg;base64,"));
  EXPECT_FALSE(has(page, "http:") || has(page, "https:"));
  EXPECT_GT(load_image(dir.path() / "out/1_folder.png").height, 1000);
  EXPECT_TRUE(has(read_file(dir.path() / "out/index.html"), "1_folder.html"));
  EXPECT_THROW(write_preview(data, options), RunError) << "the folder is there";
  EXPECT_THROW(write_preview(data, {.out = dir.path() / "other", .samples = 0}), ConfigError);
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "other"));
}

}  // namespace
}  // namespace pixelsail
