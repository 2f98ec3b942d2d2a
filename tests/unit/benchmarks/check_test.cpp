/// A sound data set passes; each kind of damage is found and named.

#include "benchmarks/check.h"

#include "check_fixture.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail::test {
namespace {

constexpr const char* kMissing = "pictures are missing";
constexpr const char* kBroken = "pictures cannot be decoded";
constexpr const char* kMask = "masks do not decode";
constexpr const char* kEntry = "entries miss what they need";
constexpr const char* kUnreadable = "the files cannot be read";

TEST_F(CheckTest, SoundDataHasNoFaults) {
  for (const bool deep : {false, true}) {
    std::vector<BenchmarkCheck> checks;
    for (const std::string& benchmark : question_benchmarks()) {
      checks.push_back(check(benchmark, deep));
      EXPECT_GT(count(checks.back(), "images"), 0) << benchmark;
    }
    EXPECT_FALSE(has_faults(checks)) << check_to_text(checks);
    EXPECT_EQ(check_to_json(checks).at("benchmarks").size(), question_benchmarks().size());
  }
}

TEST_F(CheckTest, CountsOfReferringExpressions) {
  const BenchmarkCheck result = check("grefcoco");
  EXPECT_GT(count(result, "expressions"), count(result, "expressions without a target"));
  EXPECT_GT(count(result, "expressions without a target"), 0);
  EXPECT_GT(count(result, "expressions with several targets"), 0);
  EXPECT_EQ(count(result, "images"), 8);
  EXPECT_EQ(count(result, "masks with overlapping parts"), 0);
  EXPECT_EQ(result.split, "val");
  EXPECT_TRUE(result.published.empty());
  // Other data than the published is no fault, but is said.
  const BenchmarkCheck refcoco = check("refcoco");
  ASSERT_EQ(refcoco.published.size(), 2U);
  EXPECT_EQ(refcoco.published[0].published, 3811);
  EXPECT_EQ(refcoco.published[0].found, count(refcoco, "refs"));
  EXPECT_EQ(refcoco.published[1].published, 10834);
}

TEST_F(CheckTest, PicturesThatAreMissingOrCut) {
  std::vector<fs::path> pictures;
  const Json instances = Json::parse(read_text(root_ / "refcoco/instances.json"));
  const Json refs = Json::parse(read_text(root_ / "grefcoco/grefs(unc).json"));
  for (const Json& ref : refs) {
    if (ref.at("split") != "val") continue;
    for (const Json& image : instances.at("images")) {
      const fs::path path = root_ / "images/train2014" / image.at("file_name").get<std::string>();
      if (image.at("id") == ref.at("image_id") && std::ranges::find(pictures, path) == pictures.end())
        pictures.push_back(path);
    }
  }
  ASSERT_GE(pictures.size(), 4U);
  fs::remove(pictures[0]);
  fs::resize_file(pictures[1], 10);                               // no header left
  fs::resize_file(pictures[2], fs::file_size(pictures[2]) - 40);  // the header is there
  const std::vector<std::byte> other = encode_png(Image(5, 7));
  write_text(pictures[3], std::string(reinterpret_cast<const char*>(other.data()), other.size()));

  const BenchmarkCheck quick = check("grefcoco");
  EXPECT_EQ(times(quick.faults, kMissing), 1);
  EXPECT_TRUE(names(quick.faults, kMissing, pictures[0].filename().string()));
  EXPECT_EQ(times(quick.faults, kBroken), 1);
  EXPECT_TRUE(names(quick.faults, kBroken, pictures[1].filename().string()));
  constexpr const char* kSize = "pictures have another size than their annotations say";
  EXPECT_EQ(times(quick.faults, kSize), 1);
  EXPECT_TRUE(names(quick.faults, kSize, "5 x 7"));
  const BenchmarkCheck deep = check("grefcoco", true);
  EXPECT_EQ(times(deep.faults, kBroken), 2);
  EXPECT_TRUE(names(deep.faults, kBroken, pictures[2].filename().string()));
  // The others of the set are still looked at.
  EXPECT_EQ(count(deep, "images"), 8);
}

/// Annotations that the split val of refcoco points to.
std::vector<std::int64_t> targets_of_val(const fs::path& root) {
  std::vector<std::int64_t> ids;
  for (const Json& ref : Json::parse(read_text(root / "grefcoco/grefs(unc).json")))
    if (ref.at("split") == "val" && ref.at("ann_id").size() == 1 && ref.at("ann_id")[0] != -1)
      ids.push_back(ref.at("ann_id")[0].get<std::int64_t>());
  return ids;
}

TEST_F(CheckTest, MasksOfReferringExpressions) {
  std::vector<std::int64_t> ids = targets_of_val(root_);
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  ASSERT_GE(ids.size(), 6U);
  change("grefcoco/instances.json", [&](OrderedJson& json) {
    for (OrderedJson& annotation : json.at("annotations")) {
      OrderedJson& shape = annotation.at("segmentation");
      const auto id = annotation.at("id").get<std::int64_t>();
      // Pixels of both have the value 2, between pixels of value 1: a column 1, 2, 1 loses the 2.
      if (id == ids[0]) shape = {{2, 2, 30, 2, 30, 30, 2, 30}, {10, 10, 20, 10, 20, 20, 10, 20}};
      // Twice the same polygon: a column 0, 2, 0 reads 0, 1, 0.
      if (id == ids[5]) shape.push_back(OrderedJson(shape[0]));
      if (id == ids[1]) shape = OrderedJson::array();
      if (id == ids[2]) shape = {{1, 1, 9, 9}};
      if (id == ids[3]) shape = {{"size", {4, 4}}, {"counts", {8, 8}}};
      if (id == ids[4]) shape = {{"size", {4, 4}}, {"counts", "]]]]"}};
    }
  });
  const BenchmarkCheck result = check("grefcoco");
  EXPECT_EQ(count(result, "masks that lisa_sum changes"), 2);
  EXPECT_EQ(count(result, "masks that sa2va_rle changes"), 1);
  EXPECT_TRUE(names(result.notes, "masks are another with gt_merge sa2va_rle than their union",
                    "annotation " + std::to_string(ids[0])));
  EXPECT_TRUE(names(result.notes, "masks are another with gt_merge lisa_sum than their union",
                    "annotation " + std::to_string(ids[5])));
  EXPECT_TRUE(names(result.notes, "target masks are empty", "annotation " + std::to_string(ids[1])));
  EXPECT_TRUE(
      names(result.notes, "polygons have fewer than 6 numbers", "annotation " + std::to_string(ids[2])));
  EXPECT_TRUE(names(result.faults, "masks have another size than their picture",
                    "annotation " + std::to_string(ids[3])));
  EXPECT_TRUE(names(result.faults, kMask, "annotation " + std::to_string(ids[4])));
  EXPECT_EQ(times(result.faults, kMask), 1);
}

TEST_F(CheckTest, WhatStopsALoaderNamesItsFile) {
  change("grefcoco/grefs(unc).json", [](OrderedJson& json) {
    json.push_back(json.back());  // a ref_id twice
  });
  const BenchmarkCheck twice = check("grefcoco");
  EXPECT_TRUE(names(twice.faults, kUnreadable, "grefs(unc).json"));
  EXPECT_TRUE(names(twice.faults, kUnreadable, "occurs twice"));
  change("grefcoco/grefs(unc).json", [](OrderedJson& json) {
    json.erase(json.size() - 1);
    for (OrderedJson& ref : json)
      if (ref.at("split") == "val") ref.at("sentences")[0].at("sent") = " ";
  });
  EXPECT_TRUE(names(check("grefcoco").faults, kUnreadable, "empty sentence"));
  // The other benchmarks are checked nevertheless.
  EXPECT_TRUE(check("refcoco").faults.empty());
}

TEST_F(CheckTest, MissingDataSaysWhatIsExpectedWhere) {
  for (const std::string& benchmark : question_benchmarks()) {
    BenchmarkConfig nowhere = config(benchmark);
    nowhere.root = (root_ / "nowhere").string();
    const BenchmarkCheck result = check_benchmark(nowhere);
    EXPECT_TRUE(names(result.faults, "the data is not there", "docs/benchmarks.md")) << benchmark;
    fs::create_directories(root_ / "empty");
    nowhere.root = (root_ / "empty").string();
    EXPECT_TRUE(names(check_benchmark(nowhere).faults, kUnreadable, "docs/benchmarks.md")) << benchmark;
  }
  EXPECT_THROW(check("flickr"), ConfigError);
  BenchmarkConfig split = config("refcoco");
  split.split = "nowhere";
  EXPECT_TRUE(names(check_benchmark(split).faults, kUnreadable, "unknown split"));
}

TEST_F(CheckTest, RegionCaptions) {
  change("refcocog_caption/finetune_refcocog_val_with_mask.json", [](OrderedJson& json) {
    json.at("annotations")[0].at("segmentation") = OrderedJson::array();
    json.at("annotations").erase(1);
    json.at("images")[2].at("height") = "tall";
  });
  change("refcocog_caption/finetune_refcocog_val_captions.json",
         [](OrderedJson& json) { json.at("annotations")[3].at("caption") = "  "; });
  const BenchmarkCheck result = check("refcocog_caption");
  EXPECT_EQ(times(result.faults, "regions to be shown are empty"), 1);
  EXPECT_TRUE(names(result.faults, kEntry, "images[2]"));
  EXPECT_TRUE(names(result.faults, kEntry, "no annotation has this id"));
  EXPECT_EQ(times(result.faults, kEntry), 2);
  EXPECT_EQ(times(result.faults, "captions are empty"), 1);
  EXPECT_EQ(times(result.faults, "captions have no region"), 1);
  EXPECT_EQ(times(result.faults, "regions have no caption"), 0);
}

TEST_F(CheckTest, PerBenchRegions) {
  std::string picture;
  change("perbench/STBench_Detailed_Caption.json", [&](OrderedJson& json) {
    json[0].at("object_annotations")[0].at("segmentation").at("counts") = "!";
    json[1].at("object_annotations")[0].erase("caption");
    picture = json[2].at("image_name").get<std::string>();
    json[3].at("image_name") = "../secret.jpg";
  });
  fs::remove(root_ / "perbench/masa_sam_500k" / picture);
  const BenchmarkCheck captions = check("perbench_caption");
  EXPECT_TRUE(names(captions.faults, kMask, "[0].object_annotations[0]"));
  EXPECT_TRUE(names(captions.faults, "texts are missing or empty", "[1].object_annotations[0]"));
  EXPECT_TRUE(names(captions.faults, kMissing, picture));
  EXPECT_EQ(times(captions.faults, kMissing), 2) << "once a picture, not once a region";
  EXPECT_TRUE(names(captions.faults, kMissing, "leads out"));
  change("perbench/STBench_MCQ.json", [](OrderedJson& json) {
    const auto size = json[0].at("mcqs")[0].at("object").at("size");
    const auto area = size[0].get<std::int64_t>() * size[1].get<std::int64_t>();
    json[0].at("mcqs")[0].at("object").at("counts") = {area};
    json[1].at("mcqs")[0].erase("object");
  });
  const BenchmarkCheck choices = check("perbench_mcq");
  EXPECT_TRUE(names(choices.faults, "regions to be shown are empty", "[0].mcqs[0]"));
  EXPECT_TRUE(names(choices.faults, kEntry, "[1].mcqs[0]"));
}

TEST_F(CheckTest, PerBenchRequests) {
  change("perbench/STBench_VRES.json", [](OrderedJson& json) {
    OrderedJson mask = json[0].at("segmentations").begin().value();
    OrderedJson tags = OrderedJson::object();
    std::string question = "Which is unlike";
    for (int i = 0; i < 16; ++i) {
      const std::string tag = "[" + std::string(1, static_cast<char>('a' + i)) + "]";
      tags[tag] = mask;
      question += " " + tag;
    }
    tags["[z]"] = mask;
    json[0].at("question") = question;
    json[0].at("answer") = "[z]";
    json[0].at("segmentations") = tags;
    json[1].at("segmentations")["[nowhere]"] = json[1].at("segmentations").begin().value();
    json[2].at("segmentations").begin().value().at("counts") = "!";
  });
  const BenchmarkCheck result = check("perbench_vtres");
  EXPECT_EQ(times(result.faults, "regions are beyond <Prompt14>"), 1);
  EXPECT_TRUE(names(result.faults, "regions are beyond <Prompt14>", "<Prompt15>"));
  EXPECT_TRUE(names(result.faults, kEntry, "neither in the question nor in the answer"));
  EXPECT_TRUE(names(result.faults, kMask, "[2]: tag"));
}

TEST_F(CheckTest, ReasonSegPairs) {
  std::vector<fs::path> pictures;
  for (const auto& entry : fs::directory_iterator(root_ / "reasonseg/val"))
    if (entry.path().extension() == ".jpg") pictures.push_back(entry.path());
  ASSERT_GE(pictures.size(), 4U);
  const auto annotation = [&](std::size_t i) { return fs::path(pictures[i]).replace_extension(".json"); };
  fs::remove(pictures[0]);
  fs::remove(annotation(1));
  write_text(annotation(2), "{\"text\":[");
  Json blank = Json::parse(read_text(annotation(3)));
  blank["text"] = {"\n"};
  blank["shapes"] = Json::array();
  write_text(annotation(3), blank.dump());
  const BenchmarkCheck result = check("reasonseg");
  EXPECT_TRUE(names(result.faults, kMissing, pictures[0].filename().string()));
  EXPECT_TRUE(
      names(result.faults, "pictures have no annotation beside them", pictures[1].filename().string()));
  EXPECT_TRUE(names(result.faults, "samples cannot be read", annotation(2).filename().string()));
  EXPECT_TRUE(names(result.faults, "requests are empty", pictures[3].filename().string()));
  EXPECT_TRUE(names(result.notes, "target masks are empty", pictures[3].filename().string()));
}

TEST_F(CheckTest, GroundedCaptions) {
  change("gcg/val_gcg_coco_mask_gt.json", [](OrderedJson& json) {
    json.at("annotations")[0].at("segmentation").at("counts") = "!";
    json.at("annotations")[1].at("image_id") = 987654;
    json.at("annotations")[2].at("segmentation") = {{"size", {3, 3}}, {"counts", {4, 5}}};
  });
  std::string lonely;
  change("gcg/val_gcg_coco_caption_gt.json", [&](OrderedJson& json) {
    lonely = json.at("annotations")[0].at("image_id").dump();
    json.at("annotations").erase(0);
  });
  fs::remove(root_ / "gcg/val_test" / fs::directory_iterator(root_ / "gcg/val_test")->path().filename());
  const BenchmarkCheck result = check("gcg");
  EXPECT_TRUE(names(result.faults, kMask, "annotations[0]"));
  EXPECT_TRUE(names(result.faults, kEntry, "annotations[1]"));
  EXPECT_TRUE(names(result.faults, "masks have another size than their picture", "annotations[2]"));
  EXPECT_TRUE(names(result.faults, "images have no caption", "image " + lonely));
  EXPECT_EQ(times(result.faults, kMissing), 1);
}

TEST_F(CheckTest, Muse) {
  change("muse/muse_val.json", [](OrderedJson& json) {
    json[0].at("questions")[0] = "";
    json[1].at("answers")[0][0].at("segmentation")[0] = {"a", "b", "c", "d", "e", "f"};
    json[2].at("answers").erase(0);
    json[3].at("file_name") = "gone.jpg";
  });
  const BenchmarkCheck result = check("muse");
  EXPECT_TRUE(names(result.faults, "questions are empty", "[0].questions[0]"));
  EXPECT_TRUE(names(result.faults, kMask, "[1].answers[0][0]"));
  EXPECT_TRUE(names(result.faults, kEntry, "[2]"));
  EXPECT_TRUE(names(result.faults, kMissing, "gone.jpg"));
}

TEST_F(CheckTest, ProgressEndsAtTheNumberOfPictures) {
  std::int64_t last = 0, all = 0;
  const CheckOptions options{.progress = [&](std::int64_t done, std::int64_t total) {
    last = done;
    all = total;
  }};
  const BenchmarkCheck result = check_benchmark(config("refcoco"), options);
  EXPECT_EQ(last, count(result, "images"));
  EXPECT_EQ(all, last);
}

TEST(CheckReport, TextAndJson) {
  BenchmarkCheck sound{.benchmark = "refcoco", .split = "val", .root = "data"};
  sound.count("images", 3);
  sound.published = {{.name = "refs", .published = 5, .found = 5},
                     {.name = "expressions", .published = 9, .found = 8}};
  sound.facts = {{"md5", "00"}};
  BenchmarkCheck broken{.benchmark = "mme", .root = "data"};
  for (int i = 0; i < 7; ++i) broken.fault("pictures are missing", "p" + std::to_string(i));
  broken.note("odd", "here");
  EXPECT_FALSE(has_faults(std::vector{sound}));
  EXPECT_TRUE(has_faults(std::vector{sound, broken}));
  EXPECT_EQ(check_to_text(std::vector{sound, broken}),
            "refcoco val in data: no faults\n"
            "  3 images\n"
            "  published refs: 5, the same here\n"
            "  published expressions: 9, here 8\n"
            "  md5: 00\n"
            "\n"
            "mme in data: FAULTS\n"
            "  fault: 7 x pictures are missing\n"
            "      p0\n      p1\n      p2\n      p3\n      p4\n      ...\n"
            "  note: 1 x odd\n"
            "      here\n");
  const OrderedJson json = check_to_json(std::vector{sound, broken});
  EXPECT_EQ(json.at("faults"), 1);
  EXPECT_EQ(json.at("benchmarks")[0].at("published")[0].at("equal"), true);
  EXPECT_EQ(json.at("benchmarks")[0].at("published")[1].at("equal"), false);
  EXPECT_EQ(json.at("benchmarks")[1].at("faults")[0].at("count"), 7);
  EXPECT_EQ(json.at("benchmarks")[1].at("faults")[0].at("first").size(), 5U);
}

}  // namespace
}  // namespace pixelsail::test
