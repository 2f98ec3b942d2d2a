#include "dataset_targets.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "annotations/folder_questions.h"
#include "benchmarks/check.h"
#include "data/dataset.h"
#include "data/teacher_cache.h"
#include "image/codec.h"
#include "io/rle.h"
#include "io/tensors/safetensors.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"
#include "scratch.h"
#include "torch_seeds.h"

namespace pixelsail::fuzz {
namespace {

constexpr int kHeight = 6, kWidth = 8;

/// Takes every sample of a data set once.
void draw_all(const DatasetConfig& config, const Scratch& scratch) {
  DataConfig data;
  data.root = scratch.root().string();
  const std::unique_ptr<Dataset> set = make_dataset(config, data);
  require(set->size() > 0, "a data set without samples");
  for (std::int64_t i = 0; i < std::min<std::int64_t>(set->size(), 50); ++i) {
    Rng rng(static_cast<std::uint64_t>(i), "draw");
    try {
      const Sample sample = set->get(i, rng);
      require(!sample.turns.empty(), "a sample without a turn");
      for (const SampleTurn& turn : sample.turns)
        require(!turn.question.empty() && !turn.answer.empty(), "a turn without question or answer");
    } catch (const DataError&) {  // a broken sample is skipped
    }
  }
}

}  // namespace

Material llava_material() {
  return {
      .seeds =
          {R"([{"id":"1","image":"a/b.jpg","conversations":[{"from":"human","value":"<image>\nWhat is it?"},)"
           R"({"from":"gpt","value":"A cup."},{"from":"human","value":"Sure?"},{"from":"gpt","value":"Yes."}]},)"
           R"({"id":2,"conversations":[{"from":"gpt","value":"Hi"},{"from":"human","value":"Hello"},)"
           R"({"from":"gpt","value":"Well?"}]}])",
           R"({"id":"1","image":null,"conversations":[{"from":"human","value":"Hello"},{"from":"gpt","value":"x"}]})"
           "\n"
           R"({"image":"c.png","conversations":[{"from":"human","value":"What?\n<image>"},{"from":"gpt","value":"y"},)"
           R"({"from":"human","value":"more"}]})"},
      .dictionary = {"<image>", "\\n<image>", "human", "gpt", "system", "conversations", "from", "value",
                     "image", "../x.jpg", "\n"}};
}

void run_llava(const std::string& input) {
  static const Scratch kScratch;
  kScratch.put("llava/llava_train.json", input);
  DatasetConfig config;
  config.kind = "llava";
  config.turns_per_sample = 2;
  draw_all(config, kScratch);
}

Material own_folder_material() {
  return {
      .seeds =
          {R"({"image":"a.png","expression":"cup","masks":[[0,0,4,0,4,4]],"split":"val"})"
           "\n"
           R"({"image":"a.png","question":"What is <Prompt0>?","answer":"A cup.","regions":["box:1,2,3,4"],"split":"val"})",
           R"({"image":"a.png","expression":"dog","masks":[],"split":"val"})",
           R"({"image":"a.png","question":"q","answer":"It is [SEG].","masks":["masks/a.png"],"split":"val"})"
           "\n"
           R"({"question":"Hello","answer":"Hi","split":"val"})",
           R"([{"image":"a.png","expression":"x","masks":[{"size":[6,8],"counts":[3,9,36]}],"split":"val"},)"
           R"({"image":"a.png","question":"q <Prompt0>","answer":"y","split":"val",)"
           R"("regions":[{"size":[6,8],"counts":[3,9,36]},"mask:masks/a.png","point:1,1"]}])"},
      .dictionary = {"masks", "regions", "<Prompt1>", "[SEG]", "box:0,0,1e9,1e9", "scribble:0,0,7,5", "mask:",
                     "mask:masks/a.png", "point:-1,3", "[[0,0,1e5,0,1e5,1e5]]", "split", "\n", "0.5"}};
}

void run_own_folder(const std::string& input) {
  static const Scratch kScratch;
  static const auto kPictures = {
      kScratch.put("images/a.png", text_of(encode_png(Image(kHeight, kWidth)))),
      kScratch.put("masks/a.png", text_of(encode_png(decode_mask(box_to_rle(1, 1, 3, 3, kHeight, kWidth)))))};
  kScratch.put("samples.jsonl", input);
  BenchmarkConfig benchmark;
  benchmark.benchmark = "folder";
  benchmark.root = kScratch.root().string();
  check_to_json(std::vector{check_benchmark(benchmark)});
  DatasetConfig config;
  config.kind = "folder";
  config.split = "val";
  config.turns_per_sample = 3;
  try {
    draw_all(config, kScratch);
  } catch (const DataError&) {  // the benchmark takes other lines than training
  }
  const FolderQuestions questions = load_folder_questions(kScratch.root(), "val");
  for (const FolderQuestion& question : questions.questions) {
    for (const auto merge : {PolygonMerge::kUnion, PolygonMerge::kLisaSum}) {
      for (const Rle& target : folder_targets(kScratch.root(), question, merge))
        require(target.height == question.height && rle_area(target) > 0, "a target without a pixel");
    }
    for (const Region& region : folder_regions(kScratch.root(), question)) {
      try {
        rasterize(region, kHeight, kWidth);
      } catch (const DataError&) {  // outside of the picture
      }
    }
  }
}

Material teacher_material() {
  return {
      .seeds = {R"({"format":"pixelsail-teacher-1","channels":2,"stride":4,"names":["a","b"],)"
                R"("shards":{"a.jpg":"s-0.safetensors","d.jpg":"s-1.safetensors"}})",
                R"({"channels":2,"format":"pixelsail-teacher-1","shards":{}})"},
      .dictionary = {"channels", "shards", "names", "65536", "65537", "../s", "s-0.safetensors", "b.jpg"}};
}

void run_teacher(const std::string& input) {
  static const Scratch kScratch;
  static const std::filesystem::path kShard = kScratch.put("s-0.safetensors", map_shard("F32", 4));
  kScratch.put("index.json", input);
  const TeacherCache cache(kScratch.root());
  for (const char* key : {"a.jpg", "b.jpg", "c.jpg"}) {
    const auto map = cache.find(key);
    require(!map || map->channels == cache.channels(), "a map with another number of channels");
  }
}

Material maps_material() {
  Material material{.seeds = {map_shard("F32", 4), map_shard("F16", 2), map_shard("BF16", 2)},
                    .dictionary = {"\"F32\"", "\"F16\"", "\"I64\"", "[2,1,3]", "[2,3]", "[2,0,0]",
                                   "\"a.jpg\"", "\"data_offsets\":[0,0]", "\xff\xff\x80\x7f", "\x01\x7c"}};
  return material;
}

void run_maps(const std::string& input) {
  static const Scratch kScratch;
  static const std::filesystem::path kIndex = kScratch.put(
      "index.json", R"({"format":"pixelsail-teacher-1","channels":2,"shards":{"a.jpg":"s-0.safetensors"}})");
  kScratch.put("s-0.safetensors", input);
  const auto map = TeacherCache(kScratch.root()).find("a.jpg");
  require(map.has_value(), "a map is lost");
  const std::size_t width = dtype_size(map->dtype);
  require(map->data->size() == width * static_cast<std::size_t>(map->channels) *
                                   static_cast<std::size_t>(map->height) *
                                   static_cast<std::size_t>(map->width),
          "a map of another size");
  for (std::size_t at = 0; at < map->data->size(); at += width) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, map->data->data() + at, width);
    const float value = map->dtype == DType::kF16
                            ? half_to_float(static_cast<std::uint16_t>(bits))
                            : std::bit_cast<float>(map->dtype == DType::kBF16 ? bits << 16 : bits);
    require(std::isfinite(value), "a map that is not finite");
  }
}

}  // namespace pixelsail::fuzz
