/// Scorers of the region and mask benchmarks on hand-made data (random data: tests/integration).

#include <gtest/gtest.h>

#include <fstream>

#include "../annotations/fixtures.h"
#include "benchmarks/gcg/gcg.h"
#include "benchmarks/muse/muse.h"
#include "benchmarks/perbench/perbench.h"
#include "benchmarks/reasonseg/reasonseg.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class RegionScores : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = dir_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  ScoreRequest request(const std::string& benchmark, const std::string& lines) const {
    ScoreRequest request;
    request.benchmark = benchmark;
    request.annotations = dir_.path();
    request.predictions = {write(benchmark + ".jsonl", lines).string()};
    return request;
  }
  /// A mask of 2 x 5 whose pixels from `first` on are set, `count` of them.
  static std::string rle(int first, int count) {
    return R"({"size":[2,5],"counts":[)" + std::to_string(first) + "," + std::to_string(count) + "," +
           std::to_string(10 - first - count) + "]}";
  }
  void write_vres() const {
    const std::string head = R"({"image_name":"a.jpg","question":"q","answer":"[1] [2]","segmentations":{)";
    write("perbench/STBench_VRES.json", "[" + head + "\"[1]\":" + rle(0, 4) + "}}," + head +
                                            "\"[1]\":" + rle(0, 6) + ",\"[2]\":" + rle(6, 1) + "}}]");
  }
  void write_texts() const {
    write("perbench/STBench_MCQ.json", R"([{"image_name":"a","mcqs":[{"object":)" + rle(0, 1) +
                                           R"(,"question":"q","answer":"B"},{"object":)" + rle(0, 1) +
                                           R"(,"question":"q","answer":"B"}]}])");
    write("perbench/STBench_Detailed_Caption.json",
          R"([{"image_name":"a","object_annotations":[{"segmentation":)" + rle(0, 1) +
              R"(,"caption":"a dog on a green field"}]}])");
  }
  test::TempDir dir_;
};

TEST_F(RegionScores, SegmentationDividesByAllTargets) {
  write_vres();
  const ScoreResult result =
      score_perbench(request("perbench_vtres", "{\"id\":\"0\",\"mask\":" + rle(0, 2) +
                                                   "}\n{\"id\":1,\"mask\":" + rle(0, 6) + "}\n"));
  EXPECT_NEAR(result.json.at("ciou").get<double>(), 8.0 / 10, 1e-9);
  EXPECT_NEAR(result.json.at("giou").get<double>(), (2 / (4 + 1e-5) + 6 / (6 + 1e-5)) / 3, 1e-12);
  EXPECT_EQ(result.json.at("masks"), 3);
  EXPECT_EQ(result.samples.at(0).detail.at("intersection"), 2);
  const auto second = result.draw(std::vector<std::uint32_t>{0, 1});
  EXPECT_NEAR(second.at(1), 6 / (6 + 1e-5) / 2, 1e-12);
}

TEST_F(RegionScores, MissingMasks) {
  write_vres();
  ScoreRequest skip =
      request("perbench_vtres", "{\"id\":0,\"mask\":null}\n{\"id\":1,\"mask\":" + rle(0, 6) + "}\n");
  EXPECT_NEAR(score_perbench(skip).json.at("ciou").get<double>(), 1.0, 1e-9);
  EXPECT_NEAR(score_perbench(skip).json.at("giou").get<double>(), 1.0 / 3, 1e-5);
  skip.options.set("missing_masks", "count");
  EXPECT_NEAR(score_perbench(skip).json.at("ciou").get<double>(), 6.0 / 10, 1e-9);
  // A line that is not there counts as wrong in both, whatever the rule.
  ScoreRequest absent = request("perbench_vtres", "{\"id\":1,\"mask\":" + rle(0, 6) + "}\n");
  EXPECT_THROW(score_perbench(absent), DataError);
  absent.allow_missing = true;
  EXPECT_NEAR(score_perbench(absent).json.at("ciou").get<double>(), 6.0 / 10, 1e-9);
  EXPECT_EQ(score_perbench(absent).json.at("faults").at("missing"), 1);
  EXPECT_TRUE(has(message_of<DataError>([&] {
                    score_perbench(
                        request("perbench_vtres", R"({"id":0,"mask":{"size":[1,1],"counts":[1]}})"));
                  }),
                  "the mask is 1x1, its image 2x5"));
}

TEST_F(RegionScores, ChoicesAreSubstringsInTheirCase) {
  write_texts();
  const ScoreResult result = score_perbench(request(
      "perbench_mcq", "{\"id\":\"0:0\",\"prediction\":\"It is B.\"}\n{\"id\":\"0:1\",\"prediction\":\"b\"}"));
  EXPECT_DOUBLE_EQ(result.json.at("accuracy").get<double>(), 0.5);
  EXPECT_EQ(result.samples.at(1).detail.at("correct"), 0);
}

TEST_F(RegionScores, CaptionsAreCleaned) {
  EXPECT_EQ(clean_perbench_caption(" <Prompt0> a dog<|endoftext|>\n"), "a dog");
  EXPECT_EQ(clean_perbench_caption("<Promp<|endoftext|>t0>"), "<Prompt0>");
  EXPECT_EQ(clean_perbench_caption("<Prompt0>"), "");
}

TEST_F(RegionScores, OverallNeedsAllThreeParts) {
  write_vres();
  write_texts();
  const std::string vtres =
      write("v.jsonl", "{\"id\":0,\"mask\":null}\n{\"id\":1,\"mask\":" + rle(0, 6) + "}\n").string();
  const std::string mcq =
      write("m.jsonl", "{\"id\":\"0:0\",\"prediction\":\"B\"}\n{\"id\":\"0:1\",\"prediction\":\"\"}")
          .string();
  const std::string caption = write("c.jsonl", R"({"id":"0:0","prediction":"a dog"})").string();
  ScoreRequest request;
  request.benchmark = "perbench";
  request.annotations = dir_.path();
  const auto error = [&](std::vector<std::string> files) {
    request.predictions = std::move(files);
    return message_of<ConfigError>([&] { score_perbench(request); });
  };
  EXPECT_TRUE(has(error({"mcq=" + mcq, vtres}), "caption=FILE is missing"));
  EXPECT_TRUE(has(error({vtres, "vtres=" + vtres, mcq}), "two prediction files for vtres"));
  EXPECT_TRUE(has(error({vtres, mcq, write("x.jsonl", R"({"id":"7:0","prediction":""})").string()}),
                  "its ids are those of neither part"));
  // One caption and one question: the same ids.
  write("perbench/STBench_MCQ.json",
        R"([{"image_name":"a","mcqs":[{"object":)" + rle(0, 1) + R"(,"question":"q","answer":"B"}]}])");
  const std::string one = write("o.jsonl", R"({"id":"0:0","prediction":"B"})").string();
  EXPECT_TRUE(has(error({vtres, one, caption}), "write caption=FILE or mcq=FILE"));
}

TEST_F(RegionScores, ReasonSegIgnoredPixels) {
  test::write_image(dir_.path() / "reasonseg/val/a.jpg", 2, 5);
  write("reasonseg/val/a.json", R"({"text":["x"],"is_sentence":true,"shapes":[
      {"label":"target","points":[[0,0],[3,0],[3,1],[0,1]]},{"label":"ignore","points":[[2,0],[3,0],[3,1],[2,1]]}]})");
  ScoreRequest published = request("reasonseg", "{\"id\":\"a\",\"mask\":" + rle(0, 8) + "}\n");
  // Columns 0 1 2 3 4 hold 1 1 255 255 0: through run lengths 1 1 0 0 1.
  EXPECT_NEAR(score_reasonseg(published).json.at("ciou").get<double>(), 4.0 / 10, 1e-9);
  published.options.set("ignore_label", "clean");
  EXPECT_NEAR(score_reasonseg(published).json.at("ciou").get<double>(), 1.0, 1e-9);
}

TEST_F(RegionScores, MuseAlignsInOrder) {
  write("muse/muse_val.json", R"([{"height":2,"width":5,"questions":["q","r"],"answers":[[{"segmentation":)" +
                                  rle(0, 4) + "},{\"segmentation\":" + rle(4, 4) +
                                  "}],[{\"segmentation\":" + rle(0, 2) + "}]]}]");
  ScoreRequest muse =
      request("muse", "{\"id\":\"0:0\",\"masks\":[" + rle(0, 4) + "]}\n{\"id\":\"0:1\",\"masks\":[" +
                          rle(0, 1) + "," + rle(0, 9) + "]}\n");
  const ScoreResult result = score_muse(muse);
  EXPECT_NEAR(result.json.at("ciou").get<double>(), 5.0 / 6, 1e-9);
  EXPECT_NEAR(result.json.at("giou").get<double>(), 1.5 / 3, 1e-5);
  EXPECT_EQ(result.json.at("missing_masks"), 1);
  EXPECT_EQ(result.json.at("extra_masks"), 1);
  muse.options.set("missing_masks", "count");
  EXPECT_NEAR(score_muse(muse).json.at("ciou").get<double>(), 5.0 / 10, 1e-9);
}

class GcgScores : public RegionScores {
 protected:
  void SetUp() override {
    write("gcg/val_gcg_coco_mask_gt.json",
          R"({"images":[{"id":3,"height":2,"width":5}],"annotations":[
              {"id":1,"image_id":3,"category_id":1,"segmentation":)" +
              rle(0, 4) + R"(},{"id":2,"image_id":3,"category_id":1,"segmentation":)" + rle(4, 4) + "}]}");
    write("gcg/val_gcg_coco_caption_gt.json", R"({"images":[{"id":3}],"annotations":[
        {"image_id":3,"caption":"a dog and a man","labels":["a dog","a man"]}]})");
  }
  std::string line(const std::string& phrases) const {
    return R"({"image_id":3,"caption":"a dog and a man","phrases":)" + phrases + ",\"masks\":[" + rle(0, 4) +
           "," + rle(4, 3) + "]}\n";
  }
};

TEST_F(GcgScores, MasksAndPhrases) {
  const ScoreResult result = score_gcg(request("gcg", line(R"([" A Dog","the man"])")));
  EXPECT_NEAR(result.json.at("ap50").get<double>(), 1.0, 1e-9);
  EXPECT_NEAR(result.json.at("miou").get<double>(), (1 + 0.75) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(result.json.at("recall").get<double>(), 0.5);
  EXPECT_EQ(result.samples.size(), 1u);
  EXPECT_TRUE(result.json.contains("meteor") && result.json.contains("cider"));
  EXPECT_EQ(result.draw(std::vector<std::uint32_t>{2}).size(), result.metrics.size());
}

TEST_F(GcgScores, SimilaritiesOfPhrases) {
  ScoreRequest gcg = request("gcg", line(R"(["x","y"])"));
  EXPECT_DOUBLE_EQ(score_gcg(gcg).json.at("recall").get<double>(), 0.0);
  gcg.options.set("similarities", write("s.json", R"({"3":[[0.9,0],[0.1,0.5]]})").string());
  EXPECT_DOUBLE_EQ(score_gcg(gcg).json.at("recall").get<double>(), 1.0);
  gcg.options.set("similarities", write("s.json", R"({"3":[[0.9],[0.1]]})").string());
  EXPECT_TRUE(has(message_of<DataError>([&] { score_gcg(gcg); }), "should have 2 rows of 2 numbers"));
  gcg.options.set("similarities", write("s.json", "{}").string());
  EXPECT_TRUE(has(message_of<DataError>([&] { score_gcg(gcg); }), "image 3 is missing"));
}

}  // namespace
}  // namespace pixelsail
