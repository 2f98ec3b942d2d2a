#include "prediction_targets.h"

#include <algorithm>

#include "annotation_seeds.h"
#include "annotations/vqa.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/compare.h"
#include "image/codec.h"
#include "io/pickle/pickle_writer.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"
#include "pixelsail/region.h"
#include "predict/items.h"
#include "scratch.h"
#include "word_files.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

constexpr const char* kMme =
    "index\tquestion\tanswer\tcategory\timage_path\timage\n"
    "0\tIs it a cup?\tYes\texistence\ta.jpg\taGVsbG8=\n1\tIs it a dog?\tNo\texistence\ta.jpg\taGVsbG8=\n";
constexpr const char* kChoices =
    "index\tquestion\tA\tB\tanswer\tcategory\timage\n"
    "0\tWhich?\tred\tgreen\tA\tcolour\taGVsbG8=\n1000000\tWhich?\tgreen\tred\tB\tcolour\taGVsbG8=\n";
constexpr const char* kSamples =
    R"({"image":"a.png","expression":"cup","masks":[[0,0,4,0,4,4]],"split":"val"})"
    "\n"
    R"({"image":"a.png","question":"What?","answer":"A cup.","split":"val"})"
    "\n";
constexpr const char* kPerBenchChoiceLines = "{\"id\":\"0:0\",\"prediction\":\"A\"}\n";
constexpr const char* kPerBenchMaskLines = "{\"id\":\"0\",\"mask\":{\"size\":[3,7],\"counts\":\"52>\"}}\n";

/// Annotations of all benchmarks in one folder.
class Annotations : public Scratch {
 public:
  Annotations() : wordnet_(put_wordnet(*this)) {
    put("refcoco/refs(unc).p", write_pickle(OrderedJson::parse(kRefs)));
    put("refcoco/instances.json", kInstances);
    put("grefcoco/grefs(unc).json", kGrefs);
    put("grefcoco/instances.json", kInstances);
    put("gcg/val_gcg_coco_mask_gt.json", kGcgMasks);
    put("gcg/val_gcg_coco_caption_gt.json", kGcgCaptions);
    put("muse/muse_val.json", kMuse);
    put("reasonseg/val/a.jpg", kJpegHeader);
    put("reasonseg/val/a.json", kReasonSeg);
    put("perbench/STBench_Detailed_Caption.json", kPerBenchCaptions);
    put("perbench/STBench_MCQ.json", kPerBenchChoices);
    put("perbench/STBench_VRES.json", kPerBenchSegmentations);
    put("refcocog_caption/finetune_refcocog_val_captions.json", kCaptions);
    put("mme/MME.tsv", kMme);
    put("mmbench/MMBench_DEV_EN.tsv", kChoices);
    put("samples.jsonl", kSamples);
    const auto picture = encode_png(Image(6, 8));
    put("images/a.png", {reinterpret_cast<const char*>(picture.data()), picture.size()});
    put("references.jsonl", "{\"id\":\"a\",\"text\":\"a cup\"}\n{\"id\":2,\"texts\":[\"cups\",\"mugs\"]}\n");
    put("mcq.jsonl", kPerBenchChoiceLines);
    put("vtres.jsonl", kPerBenchMaskLines);
  }

  ScoreRequest request(const std::string& benchmark, std::string_view predictions) const {
    ScoreRequest request{.benchmark = benchmark,
                         .references = root() / "references.jsonl",
                         .annotations = root(),
                         .predictions = {put("predictions.jsonl", predictions).string()}};
    if (benchmark == "refcoco" || benchmark == "grefcoco") request.split = "val";
    if (benchmark == "perbench") {
      request.predictions.push_back("mcq=" + (root() / "mcq.jsonl").string());
      request.predictions.push_back("vtres=" + (root() / "vtres.jsonl").string());
    }
    const auto options = find_benchmark(benchmark).options;
    if (options != nullptr &&
        std::ranges::count(options(), std::string("wordnet"), &BenchmarkOption::name) > 0)
      request.options.set("wordnet", wordnet_.string());
    // Both ways to take what is wrong.
    request.allow_missing = predictions.size() % 2 == 0;
    return request;
  }

 private:
  std::filesystem::path wordnet_;
};

}  // namespace

Material mask_predictions_material() {
  const std::string mask = R"({"size":[9,12],"counts":[10,6,92]})";
  const auto refer = [&mask](int ref, int sent, const std::string& of) {
    return R"({"ref_id":)" + std::to_string(ref) + R"(,"sent_id":)" + std::to_string(sent) +
           R"(,"image_id":5,"mask":)" + of + "}\n";
  };
  return {.seeds =
              {"refcoco\n" + refer(1, 0, mask) + refer(1, 1, "null"),
               "refcoco\n[" + refer(1, 1, mask) + "," + refer(1, 0, mask) + "]",
               "grefcoco\n" + refer(1, 0, mask) + refer(2, 1, "null"),
               "reasonseg\n{\"id\":\"a\",\"mask\":{\"size\":[16,32],\"counts\":[10,100,402]}}\n",
               "muse\n{\"id\":\"0:0\",\"masks\":[{\"size\":[4,6],\"counts\":[2,3,19]}]}\n{\"id\":\"0:1\","
               "\"masks\":[]}\n",
               "gcg\n{\"image_id\":7,\"caption\":\"A cup.\",\"phrases\":[\"cup\"],\"masks\":[{\"size\":[4,6],"
               "\"counts\":[2,3,19]}]}\n",
               "folder\n{\"id\":\"1\",\"masks\":[{\"size\":[6,8],\"counts\":[3,9,36]}],\"prediction\":\"It "
               "is [SEG].\"}\n"
               "{\"id\":\"2\",\"masks\":[],\"prediction\":\"a cup\"}\n",
               "perbench_vtres\n"s + kPerBenchMaskLines},
          .dictionary = {"refcoco\n", "grefcoco\n", "reasonseg\n", "muse\n", "gcg\n", "folder\n",
                         "perbench_vtres\n", "mask", "masks", "counts", "52>", "size", "phrases", "\n",
                         "[65535,65535]", "b'52>'"}};
}

Material text_predictions_material() {
  return {.seeds =
              {"refcocog_caption\n{\"image_id\":1,\"prediction\":\"a "
               "cup.\"}\n{\"image_id\":\"b\",\"prediction\":\"Dogs\"}\n",
               "perbench_caption\n{\"id\":\"0:0\",\"prediction\":\"a mug "
               "<Prompt0>\"}\n{\"id\":\"0:1\",\"prediction\":\"\"}\n",
               "perbench_mcq\n"s + kPerBenchChoiceLines,
               "perbench\n{\"id\":\"0:0\",\"prediction\":\"a mug\"}\n{\"id\":\"0:1\",\"prediction\":\"x\"}\n",
               "mme\n{\"index\":\"0\",\"prediction\":\"Yes, it is.\"}\n{\"index\":1,\"prediction\":\"no\"}\n",
               "mmbench\n[{\"index\":0,\"prediction\":\"A\"},{\"index\":1000000,\"prediction\":\"The answer "
               "is (B).\"}]",
               "text\n{\"id\":\"a\",\"text\":\"a cup\"}\n{\"id\":2,\"texts\":[\"cups\"]}\n"},
          .dictionary = {"refcocog_caption\n", "perbench_caption\n", "perbench_mcq\n", "perbench\n", "mme\n",
                         "mmbench\n", "text\n", "prediction", "index", "<|endoftext|>", "None", "nan", "\n",
                         "1000000", "0.0"}};
}

void run_predictions(const std::string& input) {
  static const Annotations kAnnotations;
  const auto& [benchmark, text] = split_kind(input);
  const std::vector<std::string> known = benchmark_names();
  if (std::ranges::find(known, benchmark) == known.end()) throw DataError("no benchmark");
  const ScoreResult result = score_benchmark(kAnnotations.request(std::string(benchmark), text));
  require(!result.metrics.empty() && !result.samples.empty(), "a score of nothing");
  for (const auto& [name, value] : metric_values(result))
    require(value >= 0 && value <= 2000, "a metric out of its range");
}

Material sample_scores_material() {
  const std::string lines =
      "{\"id\":\"a\",\"unit\":0,\"iou\":0.5,\"intersection\":3,\"union\":6}\n"
      "{\"id\":\"b\",\"unit\":0,\"iou\":1.0,\"intersection\":4,\"union\":4,\"note\":\"x\"}\n";
  return {.seeds = {lines + "\n" + lines,
                    "{\"id\":\"a\",\"unit\":3,\"iou\":0}\n\n{\"id\":\"a\",\"unit\":0,\"iou\":1e300}\n"},
          .dictionary = {"iou", "unit", "id", "intersection", "union", "\n\n", "1e308", "\"a\""}};
}

void run_sample_scores(const std::string& input) {
  static const Scratch kScratch;
  const std::size_t end = input.find("\n\n");
  if (end == std::string::npos) throw DataError("no two files");
  const auto first = kScratch.put("a.jsonl", std::string_view(input).substr(0, end + 1));
  const auto second = kScratch.put("b.jsonl", std::string_view(input).substr(end + 2));
  const auto [a, b] = read_per_sample(first, second);
  require(a.samples.size() == b.samples.size(), "samples are lost");
  compare_results(a, b, {.resamples = 3}, 5).dump();
}

Material questions_material() {
  return {
      .seeds =
          {R"({"image":"a.png","prompt":"Find the cup.","regions":["box:1,2,3,4","point:0.5,1","mask:m.png"]})"
           "\n"
           R"({"image":null,"prompt":"Hello"})",
           R"([{"prompt":"x","image":"b/c.d.jpg","regions":["scribble:0,0,3,4,1e3,2"]}])"},
      .dictionary = {"image", "prompt", "regions", "box:", "point:nan,1", "scribble:", "mask:", "\n", "1e309",
                     ","}};
}

void run_questions(const std::string& input) {
  static const Scratch kScratch;
  for (const PredictItem& item : predict_items_from_jsonl(kScratch.put("questions.jsonl", input))) {
    require(!item.name.empty() && item.name.find('/') == std::string::npos, "a folder that is no plain name");
    for (const std::string& region : item.regions) {
      if (region.starts_with("mask:")) continue;
      try {
        rasterize(parse_region(region), 6, 8);
      } catch (const DataError&) {  // outside of the picture
      }
    }
  }
}

Material vqa_material() {
  return {.seeds = {kMme, kChoices,
                    "index\tquestion\timage\tC\n1\tq\t['/9j/', \"aGVsbG8=\"]\tx\n2\tq\t1\ty\n3\tq\tnan\tz\n"},
          .dictionary = {"\t", "\n", "index", "question", "image", "[''", "']", "['a', 'b']",
                         "aGVsbG8=", "1000000", "0", "g_index", "l2-category", "split", "\"", "nan", "\\"}};
}

void run_vqa(const std::string& input) {
  const VqaTable table(TsvTable::parse(input, "input"));
  for (const VqaQuestion& question : table.questions()) {
    require(!question.index.empty() || !table.where(question).empty(), "a question without a name");
    try {
      require(!table.image_bytes(question).empty(), "a picture without bytes");
    } catch (const DataError&) {  // most cells hold none
    }
  }
}

}  // namespace pixelsail::fuzz
