/// Readers of the region and mask benchmarks.

#include <gtest/gtest.h>

#include <fstream>

#include "annotations/annotation_file.h"
#include "annotations/gcg.h"
#include "annotations/muse.h"
#include "annotations/perbench.h"
#include "annotations/reasonseg.h"
#include "fixtures.h"
#include "io/ordered_json.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class RegionBenchmarks : public ::testing::Test {
 protected:
  const std::filesystem::path& root() const { return dir_.path(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root() / name).parent_path());
    std::ofstream(root() / name, std::ios::binary) << text;
  }
  void write_vres(const std::string& question, const std::string& answer, const std::string& tags) const {
    write("perbench/STBench_VRES.json", R"([{"image_name":"a.jpg","question":")" + question +
                                            R"(","answer":")" + answer + R"(","segmentations":{)" + tags +
                                            "}}]");
  }
  static std::string rle(int pixels) {
    return R"({"size":[2,3],"counts":[0,)" + std::to_string(pixels) + "," + std::to_string(6 - pixels) + "]}";
  }
  test::TempDir dir_;
};

TEST_F(RegionBenchmarks, PerBenchSegmentationFollowsTheOrderOfTheTags) {
  // "z" before "a": the numbers are those of the file, not of the alphabet.
  write_vres("Find what z and a hold, not z.", "It is k.",
             "\"z\":" + rle(1) + ",\"k\":" + rle(2) + ",\"a\":" + rle(3));
  const auto samples = load_perbench_segmentations(root());
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].id, "0");
  // The tag "a" is also inside "what" and "and", and is replaced there.
  EXPECT_EQ(samples[0].question, "Find wh<Prompt2>t <Prompt0> <Prompt2>nd <Prompt2> hold, not <Prompt0>.");
  ASSERT_EQ(samples[0].prompts.size(), 2u);
  EXPECT_EQ(samples[0].prompts[0].number, 0);
  EXPECT_EQ(rle_area(samples[0].prompts[0].region), 1u);
  EXPECT_EQ(samples[0].prompts[1].number, 2);
  ASSERT_EQ(samples[0].targets.size(), 1u);
  EXPECT_EQ(rle_area(samples[0].targets[0]), 2u);
  EXPECT_EQ(perbench_question(samples[0]), "<image>\n" + samples[0].question);
}

TEST_F(RegionBenchmarks, PerBenchSegmentationSaysWhatIsWrong) {
  const auto error = [this] {
    return message_of<DataError>([this] { load_perbench_segmentations(root()); });
  };
  write_vres("Which [1]?", "None.", "\"[1]\":" + rle(1) + ",\"[2]\":" + rle(1));
  EXPECT_TRUE(has(error(), "[0]: tag \"[2]\" is neither in the question nor in the answer"));
  write_vres("Which [1]?", "None.", "\"[1]\":" + rle(1));
  EXPECT_TRUE(has(error(), "nothing to segment"));
  write_vres("Which?", "[1]", R"("[1]":{"size":[2,3],"counts":[9]})");
  EXPECT_TRUE(has(error(), "\"[1]\""));
  write_vres("[1]?", "[2]", "\"[1]\":" + rle(1) + R"(,"[2]":{"size":[1,1],"counts":[1]})");
  EXPECT_TRUE(has(error(), "masks of different size"));
  write_vres("[1]?", "[2]", "\"[2]\":" + rle(1) + ",\"[2]\":" + rle(2));
  EXPECT_TRUE(has(error(), "is there twice"));
  write("perbench/STBench_VRES.json", "[{\"image_name\":\"\xff\"}]");
  EXPECT_TRUE(has(error(), "STBench_VRES.json"));
  write("perbench/STBench_VRES.json", std::string(100000, '['));
  EXPECT_TRUE(has(error(), "nested deeper"));
}

TEST_F(RegionBenchmarks, PerBenchCaptionsAndChoices) {
  write("STBench_Detailed_Caption.json",
        R"([{"image_name":"a.jpg","object_annotations":[]},{"image_name":"b.jpg","object_annotations":[
            {"segmentation":)" +
            rle(1) + R"(,"caption":"x"},{"segmentation":)" + rle(2) + R"(,"caption":"y"}]}])");
  const auto captions = load_perbench_captions(root());
  ASSERT_EQ(captions.size(), 2u);
  EXPECT_EQ(captions[1].id, "1:1");
  EXPECT_EQ(captions[1].image_name, "b.jpg");
  EXPECT_EQ(captions[1].caption, "y");
  EXPECT_EQ(perbench_question(captions[0]),
            "<image>\nCan you provide me with a detailed description of the region in the picture marked by "
            "<Prompt0>? Please provide as detailed as possible.");
  write("perbench/STBench_MCQ.json",
        R"([{"image_name":"a.jpg","mcqs":[{"object":)" + rle(1) + R"(,"question":"Q? ","answer":"A"}]}])");
  const auto choices = load_perbench_choices(root());
  ASSERT_EQ(choices.size(), 1u);
  EXPECT_EQ(choices[0].id, "0:0");
  EXPECT_EQ(perbench_question(choices[0]),
            "<image>\nPlease answer the question according to the <Prompt0>. Q? Select a correct choice.");
  write("perbench/STBench_MCQ.json", R"([{"image_name":"a.jpg","mcqs":[]}])");
  EXPECT_TRUE(has(message_of<DataError>([this] { load_perbench_choices(root()); }), "holds no sample"));
  write("perbench/STBench_MCQ.json", R"([{"image_name":"a.jpg","mcqs":[{"object":3}]}])");
  EXPECT_TRUE(has(message_of<DataError>([this] { load_perbench_choices(root()); }), "[0].mcqs[0]"));
}

TEST_F(RegionBenchmarks, PerBenchImages) {
  write("perbench/masa_sam_500k/sa_1.jpg", "x");
  write("masa_sam_500k/sa_000020/sa_2.jpg", "x");
  EXPECT_EQ(perbench_image_path(root(), "sa_1.jpg"), root() / "perbench/masa_sam_500k/sa_1.jpg");
  EXPECT_EQ(perbench_image_path(root(), "sa_000000/sa_1.jpg"), root() / "perbench/masa_sam_500k/sa_1.jpg");
  EXPECT_EQ(perbench_image_path(root(), "sa_000020/sa_2.jpg"), root() / "masa_sam_500k/sa_000020/sa_2.jpg");
  EXPECT_THROW(perbench_image_path(root(), "sa_3.jpg"), DataError);
  EXPECT_THROW(perbench_image_path(root(), "../perbench/masa_sam_500k/sa_1.jpg"), DataError);
  EXPECT_THROW(perbench_image_path(root(), "/etc/hostname"), DataError);
}

TEST_F(RegionBenchmarks, ReasonSegDrawsLargeToSmall) {
  test::write_image(root() / "reasonseg/val/b.jpg", 10, 12);
  write("reasonseg/val/b.json",
        "{\"text\":[\" caf\xe9 \",\"x\"],\"is_sentence\":false,\"shapes\":["
        "{\"label\":\"Ignore area\",\"points\":[[2,2],[4.9,2],[4.9,4.9],[2,4.9]]},"
        "{\"label\":\"target\",\"points\":[[0,0],[9,0],[9,9],[0,9]]},"
        "{\"label\":\"FLAG\",\"points\":[[0,0]]}]}");
  test::write_image(root() / "reasonseg/val/a.jpg", 3, 4);
  write("reasonseg/val/a.json", R"({"text":["why?"],"is_sentence":true,"shapes":[]})");
  const auto samples = load_reasonseg(root(), "val");
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].id, "a");
  const ReasonSegSample& sample = samples[1];
  EXPECT_EQ(sample.height, 10);
  EXPECT_EQ(sample.width, 12);
  EXPECT_EQ(sample.text, " caf\xc3\xa9 ");
  ASSERT_EQ(sample.shapes.size(), 2u);
  EXPECT_EQ(sample.shapes[0].points[1], (PixelPoint{4, 2}));
  const auto values = reasonseg_values(sample);
  EXPECT_EQ(std::ranges::count(values, std::uint8_t{255}), 9);
  EXPECT_EQ(std::ranges::count(values, std::uint8_t{1}), 91);
  EXPECT_EQ(values[3 * 12 + 3], 255);
}

TEST_F(RegionBenchmarks, ReasonSegSaysWhatIsWrong) {
  const auto error = [this] { return message_of<DataError>([this] { load_reasonseg(root(), "val"); }); };
  EXPECT_TRUE(has(error(), "is there"));
  test::write_image(root() / "val/a.jpg", 3, 4);
  EXPECT_TRUE(has(error(), "has no .json beside it"));
  write("val/a.json", R"({"text":[],"is_sentence":true,"shapes":[]})");
  EXPECT_TRUE(has(error(), "\"text\" should hold a text"));
  write("val/a.json", R"({"text":["x"],"is_sentence":true,"shapes":[{"label":"t","points":[[1e9,0]]}]})");
  EXPECT_TRUE(has(error(), "shapes[0]: an impossible coordinate"));
  write("val/a.json", "{\"text\":[\"\x81\"]}");
  EXPECT_TRUE(has(error(), "neither UTF-8 nor Windows-1252"));
  write("val/a.json", R"({"text":["x"],"is_sentence":true,"shapes":[]})");
  write("val/b.json", "{}");
  EXPECT_TRUE(has(error(), "has no .jpg beside it"));
  EXPECT_THROW(load_reasonseg(root(), "../val"), DataError);
}

TEST_F(RegionBenchmarks, GcgOrders) {
  write("gcg/val_gcg_coco_mask_gt.json",
        R"({"annotations":[{"id":0,"image_id":10,"category_id":1,"segmentation":)" + rle(2) +
            R"(},{"id":1,"image_id":9,"category_id":2,"iscrowd":1,"segmentation":[[0,0,3,0,3,2,0,2]]}],
            "images":[{"id":10,"height":2,"width":3},{"id":9,"height":2,"width":3},{"id":8,"height":1,"width":1}]})");
  write("gcg/val_gcg_coco_caption_gt.json", R"({"images":[{"id":9},{"id":10}],"annotations":[
      {"image_id":10,"caption":"c","labels":["l"]},{"image_id":9,"caption":"d","labels":[]},
      {"image_id":10,"caption":"e","labels":["m"]}]})");
  const GcgData data = load_gcg(root(), "val");
  ASSERT_EQ(data.images.size(), 3u);
  EXPECT_EQ(data.captioned, 2u);
  EXPECT_EQ(data.images[0].id, "9");
  EXPECT_EQ(data.images[2].id, "8");
  EXPECT_EQ(data.by_id, (std::vector<std::size_t>{2, 0, 1}));  // 8, 9, 10
  EXPECT_EQ(data.images[1].captions, (std::vector<std::string>{"c", "e"}));
  EXPECT_EQ(data.images[1].labels, std::vector<std::string>{"l"});
  EXPECT_TRUE(data.images[1].objects.at(0).zero_id);
  EXPECT_TRUE(data.images[0].objects.at(0).crowd);
  EXPECT_EQ(rle_area(data.images[0].objects.at(0).mask), 6u);
  write("gcg/val_gcg_coco_caption_gt.json", R"({"images":[{"id":7}],"annotations":[]})");
  EXPECT_TRUE(
      has(message_of<DataError>([this] { load_gcg(root(), "val"); }), "the mask file has no image 7"));
}

TEST_F(RegionBenchmarks, MuseMergesAsAsked) {
  // Two squares that share the columns 1 and 2.
  write("muse/muse_val.json", R"([{"height":2,"width":4,"questions":["q","r"],"answers":[
      [{"segmentation":[[0,0,3,0,3,2,0,2],[1,0,4,0,4,2,1,2]]}],[]]}])");
  const auto pixels = [this](PolygonMerge merge) {
    const auto samples = load_muse(root(), "val", merge);
    EXPECT_EQ(samples.size(), 2u);
    EXPECT_EQ(samples[1].id, "0:1");
    EXPECT_EQ(samples[0].merge_differs, merge == PolygonMerge::kUnion ? 0 : 1);
    return rle_area(samples[0].targets.at(0));
  };
  EXPECT_EQ(pixels(PolygonMerge::kUnion), 8u);
  EXPECT_EQ(pixels(PolygonMerge::kLisaSum), 4u);
  EXPECT_EQ(pixels(PolygonMerge::kSa2vaRle), 4u);
  write("muse/muse_val.json", R"([{"height":2,"width":4,"questions":["q"],"answers":[]}])");
  EXPECT_TRUE(has(message_of<DataError>([this] { load_muse(root(), "val", PolygonMerge::kUnion); }),
                  "[0]: 1 questions and 0 answers"));
}

TEST_F(RegionBenchmarks, SizesThatNoPictureHas) {
  // Few bytes must not ask for gigabytes: a mask takes a byte a pixel.
  for (const char* size : {R"("height":65536,"width":1)", R"("height":1,"width":-4)",
                           R"("height":60000,"width":60000)", R"("height":20000,"width":20000)"}) {
    write("muse/muse_val.json", std::string("[{") + size + R"(,"questions":["q"],"answers":[[]]}])");
    EXPECT_TRUE(has(message_of<DataError>([this] { load_muse(root(), "val", PolygonMerge::kLisaSum); }),
                    "[0]: impossible size"))
        << size;
    write("gcg/val_gcg_coco_mask_gt.json",
          std::string(R"({"annotations":[],"images":[{"id":1,)") + size + "}]}");
    EXPECT_TRUE(has(message_of<DataError>([this] { load_gcg(root(), "val"); }), "images[0]: impossible size"))
        << size;
  }
}

}  // namespace
}  // namespace pixelsail
