// Annotations as other tools write them, and records that do not fit.

#include <gtest/gtest.h>

#include <functional>

#include "annotations/folder_questions.h"
#include "annotations/refer.h"
#include "data/dataset.h"
#include "fixtures.h"
#include "io/atomic_file.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;
using namespace std::string_literals;

class ForeignData : public ::testing::Test {
 protected:
  ReferData refer(const std::function<void(test::ReferFiles&)>& change) {
    test::ReferFiles files = test::small_refer();
    change(files);
    files.write(dir_.path(), "refcoco", "refs(unc).p", true);
    return ReferData::load(dir_.path(), "refcoco", "train");
  }
  std::unique_ptr<Dataset> make(const DatasetConfig& config) {
    data_.root = dir_.path().string();
    return make_dataset(config, data_);
  }
  static Json turn(const char* from, const std::string& value) { return {{"from", from}, {"value", value}}; }
  std::unique_ptr<Dataset> llava(const Json& records) {
    test::write_text(dir_.path() / "llava" / "llava_train.json", records.dump());
    return make({.kind = "llava"});
  }
  std::unique_ptr<Dataset> folder(const std::string& lines) {
    test::write_image(dir_.path() / "images" / "a.png", 20, 30);
    test::write_text(dir_.path() / "samples.jsonl", lines);
    return make({.kind = "folder"});
  }
  test::TempDir dir_;
  DataConfig data_;
};

TEST_F(ForeignData, NamesThatNoFileCanHave) {
  // A record for itself, and no error of the file system, which would end the run.
  const std::string name(5000, 'x');
  Rng rng(1, "names");
  const auto own =
      folder(R"({"image":")" + name + R"(","expression":"a cup","masks":[[0,0,9,0,9,9]]})" + "\n");
  EXPECT_THROW(own->get(0, rng), DataError);
  const auto llava_set =
      llava({{{"image", name}, {"conversations", {turn("human", "<image>\nq"), turn("gpt", "a")}}}});
  EXPECT_EQ(llava_set->get(0, rng).image_key, name);
  EXPECT_EQ(load_folder_questions(dir_.path(), "train").questions.front().height, 0);
  EXPECT_THROW(read_json(dir_.path() / name), DataError);
  EXPECT_THROW(read_jsonl(dir_.path() / name, [](Json&&, std::size_t) {}), DataError);
}

TEST_F(ForeignData, CategoriesThatNobodyNeeds) {
  for (const Json& category : {Json("cup"), Json(nullptr), Json(7.0), Json(Json::array())}) {
    const ReferData data = refer([&](auto& f) { f.annotations[0]["category_id"] = category; });
    EXPECT_GT(data.expressions().size(), 0u);
  }
  EXPECT_GT(refer([](auto& f) { f.annotations[0].erase("category_id"); }).expressions().size(), 0u);
  EXPECT_GT(refer([](auto& f) { f.annotations[0]["iscrowd"] = nullptr; }).expressions().size(), 0u);
}

TEST_F(ForeignData, IdsAsFloats) {
  const ReferData whole = refer([](auto&) {});
  const ReferData data = refer([](auto& f) {
    for (Json& image : f.images) image["id"] = image["id"].template get<double>();
    for (Json& annotation : f.annotations)
      for (const char* key : {"id", "image_id"}) annotation[key] = annotation[key].template get<double>();
    for (Json& ref : f.refs)
      for (const char* key : {"ref_id", "ann_id", "image_id"}) ref[key] = ref[key].template get<double>();
  });
  ASSERT_EQ(data.expressions().size(), whole.expressions().size());
  for (std::size_t i = 0; i < data.expressions().size(); ++i) {
    EXPECT_EQ(data.expressions()[i].ref_id, whole.expressions()[i].ref_id);
    EXPECT_EQ(data.target_mask(data.expressions()[i]).data, whole.target_mask(whole.expressions()[i]).data);
  }
  EXPECT_TRUE(
      has(message_of<DataError>([&] { refer([](auto& f) { f.images[0]["id"] = 1.5; }); }), "number 1.5"));
}

TEST_F(ForeignData, NanInMembersThatAreNotRead) {
  test::ReferFiles files = test::small_refer();
  files.write(dir_.path(), "refcoco", "refs(unc).p", false);
  const auto path = dir_.path() / "refcoco" / "instances.json";
  std::string text = read_file(path);
  text.insert(text.find("\"category_id\""), "\"area\":NaN,\"bbox\":[NaN,-Infinity,1,2],");
  test::write_text(path, text);
  EXPECT_GT(ReferData::load(dir_.path(), "refcoco", "train").expressions().size(), 0u);
  text.replace(text.find("\"image_id\":"), 12, "\"image_id\":NaN");
  test::write_text(path, text);
  EXPECT_TRUE(has(message_of<DataError>([&] { ReferData::load(dir_.path(), "refcoco", "train"); }),
                  "annotations[0]"));
}

TEST_F(ForeignData, LlavaTurnsThatAreLeftOut) {
  const Json first = turn("gpt", "Hello."), q = turn("human", "Who?"), a = turn("gpt", "Me.");
  for (const Json& turns : {Json::array({first, q, a}), Json::array({q, a, turn("human", "And?")}),
                            Json::array({turn("system", "Be kind."), q, a}), Json::array({first, q, a, q})}) {
    const auto set = llava({{{"id", "1"}, {"conversations", turns}}});
    Rng rng(1);
    const Sample sample = set->get(0, rng);
    ASSERT_EQ(sample.turns.size(), 1u);
    EXPECT_EQ(sample.turns[0].question, "Who?");
    EXPECT_EQ(sample.turns[0].answer, "Me.");
  }
}

TEST_F(ForeignData, AnOddLlavaRecordIsOneBrokenSample) {
  const Json good{{"conversations", {turn("human", "Who?"), turn("gpt", "Me.")}}};
  for (const Json& odd :
       {Json{{"conversations", {turn("human", "a"), turn("human", "b")}}}, Json{{"conversations", 5}},
        Json{{"id", 1}}, Json{{"conversations", {turn("human", "<image>"), turn("gpt", "x")}}},
        Json{{"image", "../a.png"}, {"conversations", good["conversations"]}}}) {
    const auto set = llava(Json::array({good, odd, good}));
    ASSERT_EQ(set->size(), 3);
    Rng rng(1);
    EXPECT_EQ(set->get(0, rng).turns.size(), 1u);
    EXPECT_EQ(set->get(2, rng).turns.size(), 1u);
    EXPECT_TRUE(has(message_of<DataError>([&] { set->get(1, rng); }), "llava_train.json: [1]")) << odd;
  }
}

TEST_F(ForeignData, LlavaRecordThatIsNoJson) {
  const Json good{{"conversations", {turn("human", "Who?"), turn("gpt", "Me.")}}};
  for (const char* odd : {R"({"conversations": nothing})", "17", R"({"id": {"a": }})"}) {
    test::write_text(dir_.path() / "llava" / "llava_train.json",
                     "[" + std::string(odd) + ", " + good.dump() + "]");
    const auto set = make({.kind = "llava"});
    ASSERT_EQ(set->size(), 2);
    Rng rng(1);
    EXPECT_EQ(set->get(1, rng).turns.size(), 1u);
    EXPECT_TRUE(has(message_of<DataError>([&] { set->get(0, rng); }), "llava_train.json: [0]")) << odd;
  }
}

TEST_F(ForeignData, LlavaRecordsInLines) {
  const Json good{{"image", nullptr}, {"conversations", {turn("human", "Who?"), turn("gpt", "Me.")}}};
  test::write_text(dir_.path() / "mix.jsonl", good.dump() + "\n\n" + good.dump() + "\n{\"id\": 3}\n");
  const auto set = make({.kind = "llava", .root = (dir_.path() / "mix.jsonl").string()});
  ASSERT_EQ(set->size(), 3);
  Rng rng(1);
  EXPECT_EQ(set->get(1, rng).turns.at(0).answer, "Me.");
  EXPECT_TRUE(
      has(message_of<DataError>([&] { set->get(2, rng); }), "mix.jsonl: [2]: \"conversations\" is missing"));
}

TEST_F(ForeignData, MasksWithoutAPixelAreNamed) {
  const std::string head = R"({"image": "a.png", "expression": "cup", "masks": [)";
  const std::string empty = rle_to_json(encode_mask(Mask(20, 30))).dump();
  for (const std::string& mask :
       {"[[0.1,0.1,0.4,0.1,0.4,0.4,0.1,0.4]]"s, "[[100,100,120,100,120,120]]"s, empty}) {
    const auto set = folder(head + mask + "]}\n");
    Rng rng(1);
    EXPECT_TRUE(has(message_of<DataError>([&] { set->get(0, rng); }),
                    "samples.jsonl:1: masks[0] covers no pixel of the 30 x 20 picture"))
        << mask;
  }
  Rng rng(1);
  EXPECT_EQ(folder(head + "]}\n")->get(0, rng).turns.size(), 1u);  // no target
  refer([](auto& f) { f.annotations[0]["segmentation"] = {{0.1, 0.1, 0.4, 0.1, 0.4, 0.4}}; });
  const auto set = make({.kind = "refcoco", .turns_per_sample = 64});
  int broken = 0;
  for (std::int64_t i = 0; i < set->size(); ++i) {
    try {
      set->get(i, rng);
    } catch (const DataError& error) {
      broken += has(error.what(), "covers no pixel");
    }
  }
  EXPECT_EQ(broken, 1);
}

TEST_F(ForeignData, FolderQuestions) {
  folder(
      "{\"image\": \"a.png\", \"expression\": \"cup\", \"masks\": [[0, 0, 4, 0, 4, 4, 0, 4]], \"split\": "
      "\"train\"}\n"
      "{\"image\": \"a.png\", \"expression\": \"cup\", \"masks\": [[0, 0, 4, 0, 4, 4, 0, 4]], \"split\": "
      "\"val\"}\n"
      "{\"image\": \"a.png\", \"question\": \"What is <Prompt0>?\", \"answer\": \"A cup.\", \"regions\": "
      "[\"box:1,2,3,4\"], \"split\": \"val\"}\n"
      "{\"question\": \"Who?\", \"answer\": \"Me.\", \"split\": \"val\"}\n");
  const FolderQuestions loaded = load_folder_questions(dir_.path(), "val");
  ASSERT_EQ(loaded.questions.size(), 2u);
  EXPECT_EQ(loaded.without_picture, 1);
  EXPECT_EQ(loaded.questions[0].id, "2");
  EXPECT_TRUE(loaded.questions[0].asks_masks());
  EXPECT_EQ(loaded.questions[0].height, 20);
  const auto targets = folder_targets(dir_.path(), loaded.questions[0], PolygonMerge::kUnion);
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(rle_area(targets[0]), 16u);
  EXPECT_FALSE(loaded.questions[1].asks_masks());
  EXPECT_EQ(std::get<BoxRegion>(folder_regions(dir_.path(), loaded.questions[1]).at(0)).height, 4);
  EXPECT_TRUE(has(message_of<DataError>([&] { load_folder_questions(dir_.path(), "test"); }),
                  "(other splits there: train, val)"));
}

}  // namespace
}  // namespace pixelsail
