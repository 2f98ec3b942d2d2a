#include <gtest/gtest.h>

#include <set>

#include "annotations/published_prompts.h"
#include "data/dataset.h"
#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

/// Kinds llava and perbench_*.
class InstructionDatasets : public ::testing::Test {
 protected:
  std::unique_ptr<Dataset> make(const DatasetConfig& config) {
    data_.root = dir_.path().string();
    return make_dataset(config, data_);
  }
  static Json turn(const char* from, const std::string& value) { return {{"from", from}, {"value", value}}; }
  void write_llava(const Json& records) {
    test::write_text(dir_.path() / "llava" / "llava_train.json", records.dump());
  }
  std::string llava_error(const Json& conversations, bool with_image = true) {
    Json record{{"id", "7"}, {"conversations", conversations}};
    if (with_image) record["image"] = "a.png";
    write_llava(Json::array({record}));
    return message_of<DataError>([this] { make({.kind = "llava"}); });
  }
  test::TempDir dir_;
  DataConfig data_;
};

TEST_F(InstructionDatasets, LlavaDrawsPairs) {
  test::write_image(dir_.path() / "images" / "coco" / "a.png", 8, 9);
  write_llava({{{"id", "1"},
                {"image", "coco/a.png"},
                {"conversations",
                 {turn("human", "What?\n<image>"), turn("gpt", "A cup."), turn("human", "Where?"),
                  turn("gpt", "There.")}}},
               {{"id", 2}, {"conversations", {turn("human", "Hello"), turn("gpt", "Hi.")}}}});
  const auto set = make({.kind = "llava"});
  ASSERT_EQ(set->size(), 2);
  std::set<std::pair<std::string, std::string>> pairs;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed);
    const Sample sample = set->get(0, rng);
    EXPECT_EQ(sample.image, dir_.path() / "images" / "coco" / "a.png");
    EXPECT_EQ(sample.image_key, "a.png");
    ASSERT_EQ(sample.turns.size(), 1u);
    EXPECT_FALSE(sample.turns[0].masks);
    pairs.emplace(sample.turns[0].question, sample.turns[0].answer);
  }
  EXPECT_EQ(pairs,
            (std::set<std::pair<std::string, std::string>>{{"What?", "A cup."}, {"Where?", "There."}}));
  Rng rng(1);
  EXPECT_TRUE(set->get(1, rng).image.empty());
  EXPECT_EQ(make({.kind = "llava", .turns_per_sample = 9})->get(0, rng).turns.size(), 2u);
  EXPECT_EQ(make({.kind = "llava", .root = (dir_.path() / "llava" / "llava_train.json").string()})->size(),
            2);
}

TEST_F(InstructionDatasets, BrokenLlava) {
  const std::string q = "<image>\nWhat?";
  EXPECT_TRUE(has(llava_error({turn("human", q)}), "llava_train.json: [0]: \"conversations\""));
  EXPECT_TRUE(
      has(llava_error({turn("human", q), turn("human", "x")}), "[0].conversations[1]: should be from"));
  EXPECT_TRUE(has(llava_error({turn("human", q), turn("gpt", " ")}), "conversations[1]: empty"));
  EXPECT_TRUE(has(llava_error({turn("human", "<image>\n"), turn("gpt", "x")}), "conversations[0]: empty"));
  EXPECT_TRUE(has(llava_error({turn("human", "What?"), turn("gpt", "x")}), "no <image>"));
  EXPECT_TRUE(has(llava_error({turn("human", q + "<image>"), turn("gpt", "x")}), "more than one"));
  EXPECT_TRUE(
      has(llava_error({turn("human", q), turn("gpt", "x"), turn("human", q), turn("gpt", "x")}), "a second"));
  EXPECT_TRUE(has(llava_error({turn("human", q), turn("gpt", "x")}, false), "the record has no image"));
  write_llava(Json::array());
  EXPECT_TRUE(has(message_of<DataError>([this] { make({.kind = "llava"}); }), "holds no conversation"));
  write_llava({{{"image", "../a.png"}, {"conversations", Json::array()}}});
  EXPECT_TRUE(has(message_of<DataError>([this] { make({.kind = "llava"}); }), "leads out"));
}

TEST_F(InstructionDatasets, PerBench) {
  const std::string region = R"({"size":[4,4],"counts":[2,3,11]})",
                    other = R"({"size":[4,4],"counts":[0,1,15]})";
  const auto folder = dir_.path() / "perbench_train";
  test::write_image(folder / "masa_sam_500k" / "sa_1.jpg", 4, 4);
  test::write_text(folder / "STBench_Detailed_Caption.json",
                   R"([{"image_name":"sa_1.jpg","object_annotations":[{"segmentation":)" + region +
                       R"(,"caption":"a cup"}]}])");
  test::write_text(folder / "STBench_MCQ.json", R"([{"image_name":"sa_1.jpg","mcqs":[{"object":)" + region +
                                                    R"(,"question":"Which?","answer":"B"}]}])");
  test::write_text(
      folder / "STBench_VRES.json",
      R"([{"image_name":"sa_1.jpg","question":"What is left of s1?","answer":"It is t1 and t2.",)"
      R"("segmentations":{"t1":)" +
          other + R"(,"s1":)" + region + R"(,"t2":)" + other + "}}]");
  Rng rng(1);
  const Sample caption = make({.kind = "perbench_caption"})->get(0, rng);
  EXPECT_EQ(caption.turns.at(0).question, kPerBenchCaptionPrompt);
  EXPECT_EQ(caption.turns[0].answer, "a cup");
  EXPECT_EQ(caption.prompts.size(), 1u);
  const Sample choice = make({.kind = "perbench_mcq"})->get(0, rng);
  EXPECT_TRUE(has(choice.turns.at(0).question, "<Prompt0>. Which?Select"));
  EXPECT_EQ(choice.turns[0].answer, "B");
  // The first tag is a target: the region shown is number 1 in the file and number 0 in the sample.
  const Sample request = make({.kind = "perbench_vtres"})->get(0, rng);
  EXPECT_EQ(request.turns.at(0).question, "What is left of <Prompt0>?");
  EXPECT_EQ(request.turns[0].answer, "It is [SEG] and [SEG].");
  ASSERT_TRUE(request.turns[0].masks);
  EXPECT_EQ(request.turns[0].masks->size(), 2u);
  ASSERT_EQ(request.prompts.size(), 1u);
  EXPECT_EQ(request.image, folder / "masa_sam_500k" / "sa_1.jpg");

  EXPECT_TRUE(has(message_of<ConfigError>([this] { make({.kind = "perbench_mcq", .turns_per_sample = 2}); }),
                  "must be 1"));
  EXPECT_TRUE(has(message_of<ConfigError>([this] { make({.kind = "perbench_mcq", .split = "test"}); }),
                  "train or val"));
  message_of<DataError>([this] { make({.kind = "perbench_mcq", .split = "val"}); });
  test::write_text(folder / "STBench_MCQ.json", R"([{"image_name":"sa_1.jpg","mcqs":[{"object":)" + region +
                                                    R"(,"question":"Which?","answer":" "}]}])");
  EXPECT_TRUE(
      has(message_of<DataError>([this] { make({.kind = "perbench_mcq"}); }), "0:0: the answer is empty"));
}

}  // namespace
}  // namespace pixelsail
