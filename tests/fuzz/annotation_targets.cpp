#include "annotation_targets.h"

#include "annotation_seeds.h"
#include "annotations/coco_captions.h"
#include "annotations/gcg.h"
#include "annotations/muse.h"
#include "annotations/perbench.h"
#include "annotations/reasonseg.h"
#include "annotations/region_captions.h"
#include "benchmarks/check.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "scratch.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

constexpr const char* kTextGcgMasks =
    R"({"images":[{"id":"7","height":4,"width":6}],"annotations":[{"id":0,"image_id":"7","category_id":1,"iscrowd":true,)"
    R"("segmentation":[[0,0,3,0,3,2],[1,1,5,1,5,3]]}]})";

/// Faults of the data are what the check is for: only what it throws counts.
void check_folder_of(const std::string& benchmark, const Scratch& scratch) {
  BenchmarkConfig config;
  config.benchmark = benchmark;
  config.root = scratch.root().string();
  check_to_json(std::vector{check_benchmark(config)});
}

}  // namespace

Material gcg_material() {
  return {.seeds = {"masks\n"s + kGcgMasks, "masks\n"s + kTextGcgMasks, "captions\n"s + kGcgCaptions},
          .dictionary = {"masks\n", "captions\n", "labels", "segmentation", "\"7\"", "7", "1048576",
                         "1048577", "[[]]", "[[0,0,1e5,0,1e5,1e5]]", "caption", "category_id"}};
}

void run_gcg(const std::string& input) {
  static const Scratch kForMasks, kForCaptions;
  static const auto kFixed = {kForMasks.put("gcg/val_gcg_coco_caption_gt.json", kGcgCaptions),
                              kForCaptions.put("gcg/val_gcg_coco_mask_gt.json", kGcgMasks)};
  const auto& [kind, text] = split_kind(input);
  const bool is_masks = kind == "masks";
  if (!is_masks && kind != "captions") throw DataError("no file of this layout");
  const Scratch& scratch = is_masks ? kForMasks : kForCaptions;
  scratch.put(is_masks ? "gcg/val_gcg_coco_mask_gt.json" : "gcg/val_gcg_coco_caption_gt.json", text);
  check_folder_of("gcg", scratch);
  const GcgData data = load_gcg(scratch.root(), "val");
  require(data.by_id.size() == data.images.size() && data.captioned <= data.images.size(), "images are lost");
  for (const GcgImage& image : data.images) {
    for (const GcgObject& object : image.objects)
      require(object.mask.height == image.height && object.mask.width == image.width,
              "a mask of another size");
  }
}

Material muse_material() {
  return {.seeds = {kMuse, R"([{"coco_url":"http://x/val2017/b.jpg","height":3,"width":7,"questions":["q"],)"
                           R"("answers":[[{"segmentation":{"size":[3,7],"counts":"52>"}}]]}])"},
          .dictionary = {"questions", "answers", "segmentation", "counts", "size", "1048576",
                         "[[0,0,1e5,0,1e5,1e5]]", "coco_url", "[[]]"}};
}

void run_muse(const std::string& input) {
  static const Scratch kScratch;
  kScratch.put("muse/muse_val.json", input);
  check_folder_of("muse", kScratch);
  for (const auto merge : {PolygonMerge::kUnion, PolygonMerge::kLisaSum}) {
    for (const MuseSample& sample : load_muse(kScratch.root(), "val", merge)) {
      for (const Rle& target : sample.targets)
        require(target.height == sample.height && target.width == sample.width, "a mask of another size");
    }
  }
}

Material reasonseg_material() {
  return {
      .seeds = {kReasonSeg,
                "{\"text\":[\"the cup\x92s lid\"],\"is_sentence\":false,\"shapes\":[{\"label\":\"target\","
                "\"points\":[[-5,-5],[40,8],[3,30]]}]}"},
      .dictionary = {"points", "shapes", "label", "[1e5,1e5]", "[-1e5,1e5]", "[1,1]", "\x81", "\x92",
                     "ignore"}};
}

void run_reasonseg(const std::string& input) {
  static const Scratch kScratch;
  static const std::filesystem::path kPicture = kScratch.put("reasonseg/val/a.jpg", kJpegHeader);
  kScratch.put("reasonseg/val/a.json", input);
  for (const ReasonSegSample& sample : load_reasonseg(kScratch.root(), "val")) {
    const std::vector<std::uint8_t> values = reasonseg_values(sample);
    require(values.size() == std::size_t{16} * 32, "wrong number of pixels");
    for (const std::uint8_t value : values)
      require(value <= 1 || value == kReasonSegIgnored, "a value that no pixel has");
  }
}

Material perbench_material() {
  return {.seeds = {"captions\n"s + kPerBenchCaptions, "choices\n"s + kPerBenchChoices,
                    "segmentations\n"s + kPerBenchSegmentations},
          .dictionary = {"captions\n", "choices\n", "segmentations\n", "obj1", "obj2", "object", "counts",
                         "size", "mcqs", "{\"size\":[3,7],\"counts\":\"52>\"}"}};
}

void run_perbench(const std::string& input) {
  static const Scratch kScratch;
  const auto& [kind, text] = split_kind(input);
  if (kind == "captions") {
    kScratch.put("perbench/STBench_Detailed_Caption.json", text);
    check_folder_of("perbench_caption", kScratch);
    for (const PerBenchCaption& sample : load_perbench_captions(kScratch.root())) perbench_question(sample);
  } else if (kind == "choices") {
    kScratch.put("perbench/STBench_MCQ.json", text);
    check_folder_of("perbench_mcq", kScratch);
    for (const PerBenchChoice& sample : load_perbench_choices(kScratch.root())) perbench_question(sample);
  } else if (kind == "segmentations") {
    kScratch.put("perbench/STBench_VRES.json", text);
    check_folder_of("perbench_vtres", kScratch);
    for (const PerBenchSegmentation& sample : load_perbench_segmentations(kScratch.root())) {
      require(!sample.targets.empty(), "nothing to segment");
      perbench_question(sample);
    }
  } else {
    throw DataError("no file of this layout");
  }
}

Material captions_material() {
  return {
      .seeds =
          {"captions\n"s + kCaptions,
           "regions\n"s +
               R"({"images":[{"id":1,"file_name":"a.jpg","height":9,"width":12,"caption":"a cup"},)"
               R"({"id":2,"file_name":"a.jpg","height":9,"width":12}],"annotations":[{"id":1,"image_id":1,)"
               R"("segmentation":[[0,0,4,0,4,4]]},{"id":2,"image_id":2,"caption":"x","segmentation":{"size":[9,12],)"
               R"("counts":[100,8]}}]})"},
      .dictionary = {"captions\n", "regions\n", "caption", "image_id", "\"b\"", "segmentation", "65536"}};
}

void run_captions(const std::string& input) {
  static const Scratch kScratch;
  const auto& [kind, text] = split_kind(input);
  if (kind == "captions") {
    for (const CocoCaptions& image : load_coco_captions(kScratch.put("captions.json", text)))
      require(!image.captions.empty(), "an image without a caption");
  } else if (kind == "regions") {
    kScratch.put("refcocog_caption/finetune_refcocog_val_with_mask.json", text);
    check_folder_of("refcocog_caption", kScratch);
    for (const RegionCaption& region : load_region_captions(region_caption_file(kScratch.root(), "val")))
      require(!region.caption.empty() && region.height > 0 && region.width > 0,
              "a region without caption or size");
  } else {
    throw DataError("no file of this layout");
  }
}

}  // namespace pixelsail::fuzz
