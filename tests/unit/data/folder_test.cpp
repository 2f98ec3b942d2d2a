#include <gtest/gtest.h>

#include "annotations/folder_record.h"
#include "data/dataset.h"
#include "fixtures.h"
#include "image/codec.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;
using test::rectangle;

const Json kRle = {{"size", {20, 30}}, {"counts", {3, 4, 593}}};

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    test::write_image(dir_.path() / "images/a.png", 20, 30);
    test::write_image(dir_.path() / "images/b.png", 16, 16);
    Mask mask(20, 30);
    mask.at(5, 6) = 1;
    const auto png = encode_png(mask);
    test::write_text(dir_.path() / "masks/x.png",
                     std::string(reinterpret_cast<const char*>(png.data()), png.size()));
  }
  std::unique_ptr<Dataset> load(const std::vector<Json>& lines, std::int64_t turns = 1,
                                const char* split = "train") {
    std::string text;
    for (const Json& line : lines) text += line.dump() + "\n";
    test::write_text(dir_.path() / "samples.jsonl", text);
    data_.root = dir_.path().string();
    return make_dataset({.kind = "folder", .split = split, .turns_per_sample = turns}, data_);
  }
  Sample first(const Json& line) {
    Rng rng(1);
    return load({line})->get(0, rng);
  }
  std::string error(const Json& line) {
    return message_of<DataError>([&] {
      Rng rng(1);
      load({Json{{"image", "a.png"}, {"question", "q"}, {"answer", "a"}}, line})->get(1, rng);
    });
  }
  test::TempDir dir_;
  DataConfig data_;
};

TEST_F(FolderTest, PlainQuestion) {
  const Sample sample = first({{"image", "a.png"}, {"question", "What is it?"}, {"answer", "A cup."}});
  ASSERT_EQ(sample.turns.size(), 1u);
  EXPECT_EQ(sample.turns[0].question, "What is it?");
  EXPECT_EQ(sample.turns[0].answer, "A cup.");
  EXPECT_FALSE(sample.turns[0].masks);
  EXPECT_EQ(sample.image, dir_.path() / "images/a.png");
  EXPECT_EQ(sample.image_key, "a.png");
  EXPECT_TRUE(has(sample.id, "samples.jsonl:1"));
  const Sample with_folder =
      first({{"image", "images/a.png"}, {"question", "What is it?"}, {"answer", "A cup."}});
  EXPECT_EQ(with_folder.image, dir_.path() / "images/a.png");
  EXPECT_EQ(with_folder.image_key, "a.png");
  EXPECT_TRUE(first({{"question", "2 + 2?"}, {"answer", "4"}}).image.empty());
}

TEST_F(FolderTest, EveryMaskForm) {
  const Json a = rectangle(2, 2, 8, 8), b = rectangle(10, 10, 15, 15);
  const Sample sample = first({{"image", "a.png"},
                               {"expression", "the cups"},
                               {"masks", {kRle, "masks/x.png", a, Json::array({a, b}), Json::array({b})}}});
  EXPECT_EQ(sample.turns[0].question, " Please segment the cups in this image.");
  EXPECT_EQ(sample.turns[0].answer, "It is [SEG], [SEG], [SEG], [SEG] and [SEG].");
  const auto& masks = *sample.turns[0].masks;
  ASSERT_EQ(masks.size(), 5u);
  EXPECT_EQ(masks[0], decode_mask(rle_from_json(kRle)));
  Mask dot(20, 30);
  dot.at(5, 6) = 1;
  EXPECT_EQ(masks[1], dot);
  EXPECT_EQ(masks[2], segmentation_mask(Json::array({a}), 20, 30));
  EXPECT_EQ(masks[3], segmentation_mask(Json::array({a, b}), 20, 30));
  EXPECT_EQ(masks[4], segmentation_mask(Json::array({b}), 20, 30));
}

TEST_F(FolderTest, NoTarget) {
  const Sample sample = first({{"image", "a.png"}, {"expression", "the unicorn"}, {"masks", Json::array()}});
  EXPECT_EQ(sample.turns[0].answer, "No target [SEG].");
  ASSERT_EQ(sample.turns[0].masks->size(), 1u);
  EXPECT_EQ(sample.turns[0].masks->front(), Mask(20, 30));
  const Sample own = first(
      {{"image", "a.png"}, {"expression", "x"}, {"masks", Json::array()}, {"answer", "There is none."}});
  EXPECT_EQ(own.turns[0].answer, "There is none.");
  EXPECT_TRUE(own.turns[0].masks->empty());
}

TEST_F(FolderTest, Regions) {
  const Sample sample = first({{"image", "a.png"},
                               {"question", "Is <Prompt0> left of <Prompt1>, <Prompt2> or <Prompt3>?"},
                               {"answer", "<Prompt1>"},
                               {"regions", {"box:1,2,3,4", kRle, "mask:masks/x.png", "point:29,19"}}});
  ASSERT_EQ(sample.prompts.size(), 4u);
  EXPECT_EQ(std::count(sample.prompts[0].data.begin(), sample.prompts[0].data.end(), 1), 12);
  EXPECT_EQ(sample.prompts[0].at(2, 1), 1);
  EXPECT_EQ(sample.prompts[1], decode_mask(rle_from_json(kRle)));
  EXPECT_EQ(sample.prompts[2].at(5, 6), 1);
  EXPECT_EQ(sample.prompts[3].at(19, 29), 1);
}

TEST_F(FolderTest, SeveralLinesOfAnImageShareASample) {
  const auto line = [](const char* image, const char* region) {
    return Json{
        {"image", image}, {"question", "What is <Prompt0>?"}, {"answer", region}, {"regions", {region}}};
  };
  const auto set = load({line("a.png", "point:1,1"),
                         line("b.png", "point:2,2"),
                         line("a.png", "point:3,3"),
                         {{"question", "2 + 2?"}, {"answer", "4"}},
                         {{"question", "1 + 1?"}, {"answer", "2"}}},
                        4);
  ASSERT_EQ(set->size(), 4);
  Rng rng(2);
  const Sample both = set->get(0, rng);
  ASSERT_EQ(both.turns.size(), 2u);
  ASSERT_EQ(both.prompts.size(), 2u);
  EXPECT_EQ(both.turns[0].question, "What is <Prompt0>?");
  EXPECT_EQ(both.turns[1].question, "What is <Prompt1>?");
  for (std::size_t k = 0; k < 2; ++k)
    EXPECT_EQ(both.prompts[k].at(1, 1), both.turns[k].answer == "point:1,1");
  EXPECT_EQ(set->get(2, rng).turns.size(), 1u);
  EXPECT_EQ(load({line("a.png", "point:1,1"), line("a.png", "point:3,3")}, 1)->size(), 2);
}

TEST_F(FolderTest, PromptTokensDoNotRunOut) {
  std::vector<Json> lines;
  for (int i = 0; i < 4; ++i) {
    Json regions = Json::array();
    for (int k = 0; k < 6; ++k) regions.push_back("point:1,1");
    lines.push_back({{"image", "a.png"}, {"question", "<Prompt5>?"}, {"answer", "a"}, {"regions", regions}});
  }
  Rng rng(1);
  const Sample sample = load(lines, 4)->get(0, rng);
  EXPECT_EQ(sample.prompts.size(), 12u);
  ASSERT_EQ(sample.turns.size(), 2u);
  EXPECT_EQ(sample.turns[1].question, "<Prompt11>?");
}

TEST_F(FolderTest, Splits) {
  const std::vector<Json> lines = {{{"question", "a"}, {"answer", "1"}},
                                   {{"question", "b"}, {"answer", "1"}, {"split", "val"}}};
  Rng rng(1);
  EXPECT_EQ(load(lines, 1, "train")->get(0, rng).turns[0].question, "a");
  EXPECT_EQ(load(lines, 1, "val")->get(0, rng).turns[0].question, "b");
  EXPECT_TRUE(has(message_of<DataError>([&] { load(lines, 1, "test"); }), "train, val"));
}

TEST_F(FolderTest, Errors) {
  const Json good = {{"image", "a.png"}, {"question", "q"}, {"answer", "a"}};
  const std::vector<std::pair<Json, std::string>> changes = {
      {{{"colour", 1}}, "unknown key \"colour\""},
      {{{"image", 1}}, "\"image\""},
      {{{"image", ""}}, "\"image\" is empty"},
      {{{"question", " "}}, "\"question\" is empty"},
      {{{"question", nullptr}}, "\"question\""},
      {{{"answer", Json::array()}}, "\"answer\""},
      {{{"split", 3}}, "\"split\""},
      {{{"expression", "e"}}, "either"},
      {{{"masks", "masks/x.png"}}, "\"masks\" should be a list"},
      {{{"masks", {7}}}, "masks[0]"},
      {{{"masks", {kRle, Json::array()}}}, "masks[1]"},
      {{{"masks", {{1, 2, 3, 4}}}}, "masks[0]"},
      {{{"masks", {{1, 2, 3, 4, 5, "6"}}}}, "masks[0]"},
      {{{"masks", {{{"size", {20, 30}}, {"counts", {3}}}}}}, "masks[0]"},
      {{{"masks", {"masks/none.png"}}}, "masks/none.png"},
      {{{"regions", {"box:1,2"}}}, "regions[0]"},
      {{{"regions", {"circle:1,2,3"}}}, "regions[0]"},
      {{{"regions", {3}}}, "regions[0]"},
      {{{"regions", {"point:1000,1000"}}}, "samples.jsonl:2"},
      {{{"question", "<Prompt1>?"}, {"regions", {"point:1,1"}}}, "<Prompt1>"},
      {{{"image", "none.png"}, {"regions", {"point:1,1"}}}, "none.png"},
  };
  for (const auto& [change, part] : changes) {
    Json line = good;
    line.update(change);
    const std::string message = error(line);
    EXPECT_TRUE(has(message, part)) << change << ": " << message;
    EXPECT_TRUE(has(message, "samples.jsonl:2: ")) << message;
  }
  EXPECT_TRUE(has(error({{"image", "a.png"}, {"answer", "a"}}), "either"));
  EXPECT_TRUE(has(error({{"image", "a.png"}, {"question", "a"}}), "needs an \"answer\""));
  EXPECT_TRUE(has(error({{"image", "a.png"}, {"expression", "a"}}), "needs \"masks\""));
  EXPECT_TRUE(has(error({{"expression", "a"}, {"masks", Json::array()}}), "need an \"image\""));
  EXPECT_TRUE(has(error(Json::array({1})), "expected an object"));
}

TEST(ShiftPrompts, ChangesOnlyPrompts) {
  EXPECT_EQ(detail::shift_prompts("a <Prompt0>, <Prompt2> <Prompt> <Promptx> <Prompt1", 3, 3),
            "a <Prompt3>, <Prompt5> <Prompt> <Promptx> <Prompt1");
  EXPECT_THROW(detail::shift_prompts("<Prompt3>", 0, 3), DataError);
}

}  // namespace
}  // namespace pixelsail
