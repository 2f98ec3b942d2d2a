#include "data/dataset.h"

#include <gtest/gtest.h>

#include <set>

#include "annotations/published_prompts.h"
#include "annotations/refer.h"
#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class DatasetsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Dataset> make(const DatasetConfig& config) {
    data_.root = dir_.path().string();
    return make_dataset(config, data_);
  }
  test::TempDir dir_;
  DataConfig data_;
};

TEST_F(DatasetsTest, UnknownKindListsTheKnown) {
  const auto message = message_of<ConfigError>([&] { make({.kind = "coco"}); });
  for (const char* kind : {"refcoco", "refcoco+", "refcocog", "grefcoco", "refcocog_caption", "llava",
                           "perbench_caption", "perbench_mcq", "perbench_vtres", "folder"}) {
    EXPECT_TRUE(has(message, kind)) << message;
  }
  EXPECT_EQ(dataset_kinds().size(), 34u);
}

TEST_F(DatasetsTest, ReferringExpressions) {
  test::small_refer().write(dir_.path(), "refcoco", "refs(unc).p", false);
  const auto set = make({.kind = "refcoco", .turns_per_sample = 3});
  const ReferData data = ReferData::load(dir_.path(), "refcoco", "train");
  EXPECT_EQ(set->name(), "refcoco train");
  ASSERT_EQ(set->size(), 3);
  std::set<std::string> asked;
  for (int seed = 0; seed < 20; ++seed) {
    Rng rng(static_cast<std::uint64_t>(seed));
    const Sample sample = set->get(1, rng);
    EXPECT_EQ(sample.image, data.image_path(2));
    EXPECT_EQ(sample.image_key, test::image_name(2));
    EXPECT_TRUE(has(sample.id, "refcoco train image 2"));
    ASSERT_EQ(sample.turns.size(), 3u);
    std::set<std::string> different;
    for (const SampleTurn& turn : sample.turns) {
      different.insert(turn.question);
      asked.insert(turn.question);
      EXPECT_EQ(turn.answer, "It is [SEG].");
      ASSERT_TRUE(turn.masks && turn.masks->size() == 1);
      const bool left = turn.question != " Please segment right thing in this image." &&
                        turn.question != " Please segment second one in this image.";
      EXPECT_EQ(turn.masks->front(), data.annotation_mask(left ? 20 : 21)) << turn.question;
    }
    EXPECT_EQ(different.size(), 3u);
  }
  EXPECT_EQ(asked,
            (std::set<std::string>{
                " Please segment left thing in this image.", " Please segment first one in this image.",
                " Please segment thing 2 in this image.", " Please segment right thing in this image.",
                " Please segment second one in this image."}));
}

TEST_F(DatasetsTest, FewerExpressionsThanTurnsAndLimit) {
  test::small_refer().write(dir_.path(), "refcoco", "refs(unc).p", false);
  const auto set = make({.kind = "refcoco", .turns_per_sample = 9, .limit = 2});
  EXPECT_EQ(set->size(), 2);
  Rng rng(1);
  EXPECT_EQ(set->get(0, rng).turns.size(), 5u);
  EXPECT_EQ(make({.kind = "refcoco", .limit = 50})->size(), 3);
}

TEST_F(DatasetsTest, SameStreamSameSample) {
  test::small_refer().write(dir_.path(), "refcoco", "refs(unc).p", false);
  const auto set = make({.kind = "refcoco", .turns_per_sample = 2});
  Rng a(5), b(5);
  EXPECT_EQ(set->get(2, a).turns[1].question, set->get(2, b).turns[1].question);
}

TEST_F(DatasetsTest, GeneralExpressions) {
  test::ReferFiles files = test::small_refer();
  files.refs = {test::ref(1, 1, {10, 11}, "train", {"both"}), test::ref(2, 1, {-1}, "train", {"the unicorn"}),
                test::ref(3, 1, {10}, "train", {"left"})};
  files.write(dir_.path(), "grefcoco", "grefs(unc).json", false);
  const auto set = make({.kind = "grefcoco", .turns_per_sample = 3});
  const ReferData data = ReferData::load(dir_.path(), "grefcoco", "train");
  ASSERT_EQ(set->size(), 1);
  Rng rng(3);
  const Sample sample = set->get(0, rng);
  ASSERT_EQ(sample.turns.size(), 3u);
  for (const SampleTurn& turn : sample.turns) {
    ASSERT_EQ(turn.masks->size(), 1u);
    if (has(turn.question, "unicorn")) {
      EXPECT_EQ(turn.answer, "No target [SEG].");
      EXPECT_EQ(turn.masks->front(), Mask(20, 30));
    } else {
      EXPECT_EQ(turn.answer, "It is [SEG].");
      EXPECT_EQ(turn.masks->front(),
                data.target_mask(data.expressions()[has(turn.question, "both") ? 0 : 2]));
    }
  }
}

TEST_F(DatasetsTest, MergeComesFromTheConfiguration) {
  test::ReferFiles files = test::small_refer();
  files.annotations[0]["segmentation"] = {test::rectangle(2, 2, 12, 12), test::rectangle(5, 6, 9, 12)};
  files.refs = {test::ref(1, 1, 10, "train", {"left"})};
  files.write(dir_.path(), "refcoco", "refs(unc).p", false);
  const ReferData data = ReferData::load(dir_.path(), "refcoco", "train");
  std::set<std::string> different;
  for (const char* merge : {"union", "lisa_sum", "sa2va_rle"}) {
    data_.gt_merge = merge;
    Rng rng(1);
    const Sample sample = make({.kind = "refcoco"})->get(0, rng);
    EXPECT_EQ(sample.turns[0].masks->front(),
              data.target_mask(data.expressions()[0], polygon_merge_from_string(merge)));
    const std::vector<std::uint8_t>& bits = sample.turns[0].masks->front().data;
    different.emplace(bits.begin(), bits.end());
  }
  EXPECT_EQ(different.size(), 3u);
}

class CaptionTest : public DatasetsTest {
 protected:
  CaptionTest() {
    const Json shared = "COCO_train2014_7.jpg";
    for (int id = 1; id <= 3; ++id) {
      Json image = test::coco_image(id);
      if (id > 1) image["file_name"] = shared;
      Json annotation = test::coco_annotation(id, id, Json::array({test::rectangle(id, id, id + 5, id + 4)}));
      annotation["caption"] = "caption " + std::to_string(id);
      images_.push_back(image);
      annotations_.push_back(annotation);
    }
    annotations_[1]["segmentation"] = Json{{"size", {20, 30}}, {"counts", {3, 4, 593}}};
    annotations_[2]["segmentation"] = Json::array(
        {{{"size", {20, 30}}, {"counts", {1, 2, 597}}}, {{"size", {20, 30}}, {"counts", {10, 2, 588}}}});
  }
  std::unique_ptr<Dataset> load(std::int64_t turns = 1) {
    test::write_text(dir_.path() / "refcocog_caption/finetune_refcocog_train_with_mask.json",
                     Json{{"images", images_}, {"annotations", annotations_}}.dump());
    return make({.kind = "refcocog_caption", .turns_per_sample = turns});
  }
  std::string load_error() {
    return message_of<DataError>([&] { load(); });
  }
  Json images_ = Json::array(), annotations_ = Json::array();
};

TEST_F(CaptionTest, GroupsRegionsByFile) {
  const auto set = load(4);
  ASSERT_EQ(set->size(), 2);
  Rng rng(1);
  const Sample one = set->get(0, rng);
  ASSERT_EQ(one.turns.size(), 1u);
  EXPECT_EQ(
      one.turns[0].question,
      "Can you provide me with a detailed description of the region in the picture marked by <Prompt0>?");
  EXPECT_EQ(one.turns[0].answer, "caption 1");
  EXPECT_FALSE(one.turns[0].masks);
  EXPECT_EQ(one.prompts.at(0), segmentation_mask(annotations_[0]["segmentation"], 20, 30));
  EXPECT_EQ(one.image, dir_.path() / "images/train2014" / test::image_name(1));

  const Sample two = set->get(1, rng);
  ASSERT_EQ(two.turns.size(), 2u);
  ASSERT_EQ(two.prompts.size(), 2u);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_TRUE(has(two.turns[k].question, "<Prompt" + std::to_string(k) + ">"));
    const std::vector<std::uint8_t>& bits = two.prompts[k].data;
    EXPECT_EQ(std::count(bits.begin(), bits.end(), 1), 4);
    EXPECT_EQ(two.prompts[k].at(1, 0), two.turns[k].answer == "caption 3");
    EXPECT_EQ(two.prompts[k].at(11, 0), two.turns[k].answer == "caption 3");
    EXPECT_EQ(two.prompts[k].at(4, 0), two.turns[k].answer == "caption 2");
  }
  EXPECT_EQ(load(1)->get(1, rng).turns.size(), 1u);
}

TEST_F(CaptionTest, CaptionMayStandInTheImage) {
  images_[0]["caption"] = "from the image";
  annotations_[0].erase("caption");
  Rng rng(1);
  EXPECT_EQ(load()->get(0, rng).turns[0].answer, "from the image");
}

TEST_F(CaptionTest, Errors) {
  EXPECT_TRUE(has(message_of<ConfigError>([&] { load(16); }), "15"));
  EXPECT_TRUE(has(message_of<ConfigError>([&] { make({.kind = "refcocog_caption", .split_by = "umd"}); }),
                  "split_by"));
  const Json images = images_, annotations = annotations_;
  const auto reset = [&] { images_ = images, annotations_ = annotations; };
  annotations_[1]["caption"] = " ";
  EXPECT_TRUE(has(load_error(), "image 2: no caption"));
  reset();
  annotations_[1]["id"] = 77;
  EXPECT_TRUE(has(load_error(), "image 2: no annotation with this id"));
  reset();
  annotations_[1]["image_id"] = 3;
  EXPECT_TRUE(has(load_error(), "image 2: the annotation with this id belongs to another image"));
  reset();
  annotations_[1]["id"] = 1;
  EXPECT_TRUE(has(load_error(), "annotations[1]: id 1 occurs twice"));
  reset();
  images_[2]["height"] = 21;
  EXPECT_TRUE(has(load_error(), "image 3: size differs"));
  reset();
  images_[2]["caption"] = 4;
  EXPECT_TRUE(has(load_error(), "images[2]: \"caption\""));
  reset();
  annotations_[1]["segmentation"]["size"] = {3, 3};
  const auto set = load();
  EXPECT_TRUE(has(message_of<DataError>([&] {
                    for (std::uint64_t seed = 0; seed < 20; ++seed) {
                      Rng rng(seed);
                      set->get(1, rng);
                    }
                  }),
                  "finetune_refcocog_train_with_mask.json: annotation 2"));
}

TEST(Templates, Answers) {
  EXPECT_EQ(segment_answer(1), "It is [SEG].");
  EXPECT_EQ(segment_answer(2), "It is [SEG] and [SEG].");
  EXPECT_EQ(segment_answer(4), "It is [SEG], [SEG], [SEG] and [SEG].");
  EXPECT_EQ(segment_question("the  Cup"), " Please segment the  Cup in this image.");
}

TEST(Draw, TakesEachOnceAndAllEquallyOften) {
  std::vector<int> counts(5, 0);
  Rng rng(9);
  RngDraws draws(rng);
  for (int i = 0; i < 5000; ++i) {
    const auto drawn = draws.some("turns", 5, 2);
    ASSERT_EQ(drawn.size(), 2u);
    ASSERT_NE(drawn[0], drawn[1]);
    ++counts[drawn[1]];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
  EXPECT_EQ(draws.some("turns", 3, 10).size(), 3u);
}

}  // namespace
}  // namespace pixelsail
