#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "fake_model.h"
#include "image/codec.h"
#include "io/atomic_file.h"
#include "io/rle.h"
#include "predict/answer_sheet.h"
#include "predict/items.h"
#include "predict/output.h"
#include "predict/question_fault.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::has;
using test::message_of;

class Predict : public ::testing::Test {
 protected:
  Predict() {
    for (int i = 0; i < 3; ++i)
      test::write_image(images() / (std::string(1, static_cast<char>('a' + i)) + ".png"), 20, 30, i);
  }
  fs::path images() const { return dir_.path() / "images"; }
  fs::path out() const { return dir_.path() / "out"; }
  PredictItem item() const { return {.image = images() / "a.png", .prompt = "where?"}; }

  std::int64_t run(const std::vector<PredictItem>& items, PredictOptions options = {}) {
    options.out = out();
    const AnswerBatch function = model_.function();
    return predict_items(
        items, function, options,
        {.on_answer = [&](const PredictItem& i, const Answer&) { answered_.push_back(i.name); },
         .on_error = [&](const PredictItem&, const std::string& reason) { faults_.push_back(reason); }});
  }

  test::TempDir dir_;
  test::FakeModel model_;
  std::vector<std::string> answered_, faults_;
};

TEST_F(Predict, OneItemFillsTheFolder) {
  PredictItem one = item();
  one.regions = {"box:1,1,5,5", "point:3,3"};
  EXPECT_EQ(run({one}), 0);
  EXPECT_EQ(load_mask(out() / "mask_0.png"), test::rectangle_mask(20, 30, 2, 2, 8, 8));
  EXPECT_EQ(load_mask(out() / "mask_1.png"), Mask(20, 30));
  EXPECT_EQ(load_image(out() / "overlay.png").width, 30);
  const Json result = read_json(out() / "result.json");
  EXPECT_EQ(result["answer"], "It is [SEG] [SEG].");
  EXPECT_EQ(result["regions"].size(), 2u);
  EXPECT_EQ(result["masks"][0]["score"], 0.75);
  EXPECT_EQ(result["masks"][0]["pixels"], 36);
  EXPECT_EQ(decode_mask(rle_from_json(result["masks"][0]["rle"])), test::rectangle_mask(20, 30, 2, 2, 8, 8));
}

TEST_F(Predict, ReplacesAnEarlierPredictionButNothingElse) {
  run({item()});
  model_.no_mask = "where";
  run({item()});
  EXPECT_FALSE(fs::exists(out() / "mask_0.png"));
  test::write_text(out() / "thesis.txt", "important");
  const int asked = model_.questions;
  EXPECT_TRUE(has(message_of<ConfigError>([&] { run({item()}); }), "thesis.txt"));
  EXPECT_EQ(model_.questions, asked);
  EXPECT_TRUE(fs::exists(out() / "thesis.txt"));
}

TEST_F(Predict, OneSheetShowsTheAnswers) {
  const Answer answer{
      .text = "It is [SEG] [SEG].",
      .masks = {test::rectangle_mask(20, 30, 2, 2, 8, 8), test::rectangle_mask(20, 30, 10, 10, 20, 15)},
      .mask_scores = {0.75, 0.5}};
  const PredictItem asked{.image = images() / "a.png", .prompt = " Please segment the dog in this image."};
  const auto written = [&](const PredictItem& item, const Answer& shown, const char* name) {
    AnswerSheet sheet;
    sheet.add(item, shown);
    sheet.write(dir_.path() / "new" / name);
    return load_image(dir_.path() / "new" / name);
  };
  const Image sheet = written(asked, answer, "sheet.png");
  Answer first = answer;
  first.masks.pop_back();
  EXPECT_NE(written(asked, first, "first.png"), sheet) << "every mask is shown";
  PredictItem plain = asked;
  plain.prompt = "the dog";
  EXPECT_EQ(written(plain, answer, "plain.png"), sheet) << "the title is the expression";
  const Image jpeg = written(asked, answer, "sheet.jpg");
  EXPECT_EQ(jpeg.width, sheet.width);
  EXPECT_EQ(read_file(dir_.path() / "new" / "sheet.jpg").substr(0, 2), "\xff\xd8");
}

TEST_F(Predict, SheetKeepsToPicturesAndToItsLength) {
  AnswerSheet sheet;
  sheet.add({.prompt = "hello"}, {.text = "hello"});
  EXPECT_TRUE(sheet.empty());
  EXPECT_THROW(sheet.write(out() / "sheet.png"), DataError);
  const auto height = [&](std::size_t items) {
    AnswerSheet many;
    for (std::size_t i = 0; i < items; ++i) many.add(item(), {.text = "nothing"});
    many.write(dir_.path() / "many.png");
    return load_image(dir_.path() / "many.png").height;
  };
  EXPECT_LT(height(4), height(5));
  EXPECT_EQ(height(AnswerSheet::kMost), height(AnswerSheet::kMost + 40));
  test::write_image(images() / "large.png", 900, 1200);
  sheet.add({.image = images() / "large.png", .prompt = "where?"}, {.text = "", .masks = {Mask(900, 1200)}});
  EXPECT_NO_THROW(sheet.write(dir_.path() / "large.png"));
}

TEST_F(Predict, FailureLeavesNoOutput) {
  PredictItem broken = item();
  broken.image = images() / "absent.png";
  EXPECT_TRUE(has(message_of<DataError>([&] { run({broken}); }), "absent.png"));
  broken = item();
  broken.regions = {"box:100,100,5,5"};
  EXPECT_THROW(run({broken}), DataError);
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(Predict, FolderIsTakenInOrderAndInBatches) {
  test::write_image(images() / "b.PNG", 20, 30);
  test::write_text(images() / "notes.txt", "no image");
  const auto items = predict_items_from_folder(images(), "where?", {});
  ASSERT_EQ(items.size(), 4u);
  run(items, {.folder_per_item = true, .batch_size = 3});
  EXPECT_EQ(model_.batch_sizes, (std::vector<std::size_t>{3, 1}));
  EXPECT_EQ(answered_, (std::vector<std::string>{"a", "b.PNG", "b.png", "c"}));
  for (const std::string& name : answered_) EXPECT_TRUE(fs::exists(out() / name / "result.json")) << name;
  EXPECT_THROW(predict_items_from_folder(dir_.path(), "where?", {}), DataError);
}

TEST_F(Predict, TwoPredictionsDoNotMixInOneFolder) {
  const auto items = predict_items_from_folder(images(), "where?", {});
  const int asked = model_.questions;
  {
    const DirectoryLock other(out());
    const std::string message = message_of<RunError>([&] { run(items, {.folder_per_item = true}); });
    EXPECT_TRUE(has(message, "in use by another process")) << message;
    EXPECT_EQ(model_.questions, asked);
    EXPECT_FALSE(fs::exists(out() / "a"));
  }
  EXPECT_EQ(run(items, {.folder_per_item = true}), 0);
}

TEST_F(Predict, PicturesAreKnownByTheirContentAndTheRestIsNamed) {
  test::write_image(images() / "IMG_0001", 8, 8);
  test::write_text(images() / "c.avif", std::string("\0\0\0\x20"
                                                    "ftypavif",
                                                    12));
  test::write_text(images() / "d.gif", "GIF89a");
  test::write_text(images() / "labels.txt", "a cup");
  test::write_text(images() / ".DS_Store", "x");
  fs::create_directories(images() / "more");
  std::vector<fs::path> left_out;
  const auto items = predict_items_from_folder(images(), "where?", {}, &left_out);
  std::string names;
  for (const PredictItem& item : items) names += item.image.filename().string() + " ";
  EXPECT_EQ(names, "IMG_0001 a.png b.png c.png d.gif ");
  EXPECT_EQ(left_out_text(left_out),
            "3 files are no picture that is read and left out: c.avif (AVIF), labels.txt, more (folder)");
}

TEST_F(Predict, BrokenItemStopsOrIsLeftOut) {
  test::write_text(images() / "b.png", "no image");
  const auto items = predict_items_from_folder(images(), "where?", {});
  const std::string message = message_of<DataError>([&] { run(items, {.folder_per_item = true}); });
  EXPECT_TRUE(has(message, "b: ")) << message;
  EXPECT_EQ(run(items, {.folder_per_item = true, .skip_errors = true}), 1);
  EXPECT_EQ(answered_, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(faults_.size(), 1u);
  EXPECT_FALSE(fs::exists(out() / "b"));
}

TEST_F(Predict, PoisonedQuestionIsFoundInItsBatch) {
  std::vector<PredictItem> items = predict_items_from_folder(images(), "where?", {});
  items[1].prompt = "poison";
  model_.poison = "poison";
  EXPECT_EQ(run(items, {.folder_per_item = true, .skip_errors = true}), 1);
  EXPECT_EQ(answered_, (std::vector<std::string>{"a", "c"}));
}

TEST_F(Predict, AnUnforeseenExceptionCostsItsItemOnly) {
  std::vector<PredictItem> items = predict_items_from_folder(images(), "where?", {});
  items[1].prompt = "trap";
  model_.trap = "trap";
  EXPECT_EQ(run(items, {.folder_per_item = true, .skip_errors = true}), 1);
  EXPECT_EQ(answered_, (std::vector<std::string>{"a", "c"}));
  ASSERT_EQ(faults_.size(), 1u);
  EXPECT_EQ(faults_[0], "unexpected: vector::at");
}

// torch has no type for that; the questions are not to blame, and none may count as answered wrong.
TEST(QuestionFaultTest, MissingMemoryEndsTheRun) {
  const auto allocate = [] {
    throw std::runtime_error("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.");
  };
  EXPECT_THROW((void)fault_of(allocate), std::runtime_error);
  EXPECT_THROW((void)fault_of([] { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_EQ(fault_of([] { throw std::runtime_error("sizes differ\nframe #0: x"); })->reason,
            "unexpected: sizes differ");
}

TEST_F(Predict, ListIsReadStrictly) {
  const fs::path list = dir_.path() / "list.jsonl";
  const auto read = [&](const std::string& text) {
    test::write_text(list, text);
    return predict_items_from_jsonl(list);
  };
  const auto items = read(R"({"image":"x/a.png","prompt":"p","regions":["point:1,2"]})"
                          "\n"
                          R"({"image":null,"prompt":"q"})"
                          "\n");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].name, "00001_a");
  EXPECT_EQ(items[0].regions.size(), 1u);
  EXPECT_TRUE(items[1].image.empty());
  for (const char* bad :
       {R"({"prompt":"p"})", R"({"image":"a","prompt":3})", R"({"image":"a","prompt":"p","region":[]})",
        R"({"image":"a","prompt":"p","regions":["box:1"]})", "{"}) {
    EXPECT_TRUE(has(message_of<DataError>([&] { read(bad); }), "list.jsonl:1")) << bad;
  }
  EXPECT_EQ(read(R"([{"image":null,"prompt":"q"}])").size(), 1u);  // an array of them
  EXPECT_THROW(read("[]"), DataError);
  EXPECT_THROW(read(""), DataError);
}

}  // namespace
}  // namespace pixelsail
