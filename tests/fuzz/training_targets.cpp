#include "training_targets.h"

#include "data/stream_position.h"
#include "eval/answer_log.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "report/paper_file.h"
#include "scratch.h"
#include "train/train_log.h"
#include "train/trainer_counters.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

StreamIdentity identity() {
  return {.seed = 1, .batch_size = 4, .datasets = {{.name = "folder train", .samples = 12, .weight = 1.5}}};
}

}  // namespace

Material trainer_state_material() {
  const std::string counts =
      R"({"step":30,"samples":960,"tokens":70000,"skipped":0,"seg_mismatches":1,"loader":)";
  const std::string before = R"({"batches":60,"items":240,"skipped":0,"rank":0,"world_size":1,"seed":1,)"
                             R"("datasets":[{"name":"folder train","samples":12,"weight":1.5}]})";
  return {.seeds = {counts + position_to_json(60, identity()).dump() + "}", counts + before + "}"},
          .dictionary = {"micro_batches", "version", "batches", "items", "skipped", "world_size", "loader",
                         "datasets", "4611686018427387904", "2305843009213693952", "seed"}};
}

void run_trainer_state(const std::string& input) {
  const Json state = parse_json(input, "input");
  const TrainCounters counters = counters_from_json(state, "input");
  require(counters.step >= 0 && counters.tokens >= 0, "a negative count");
  const std::int64_t position = position_from_json(json_at(state, "loader", "input"), identity());
  require(position >= 0, "a negative position");
  require(position_from_json(position_to_json(position, identity()), identity()) == position,
          "what was written is not what was read");
}

Material train_log_material() {
  return {
      .seeds =
          {"{\"step\":1,\"loss\":2.5,\"lr\":1e-4,\"step_s\":0.5}\n{\"step\":2,\"loss\":2.25,\"lr\":1e-4}\n"
           "{\"step\":3,\"loss\":2,\"lr\":0}\n",
           "{\"step\":1,\"loss\":0}\n{\"step\":2,\"lo"},
      .dictionary = {"step", "loss", "\n", "\"step\":\"2\"", "1e300", "-1", "0.0", "{}", "4"}};
}

void run_train_log(const std::string& input) {
  static const Scratch kScratch;
  kScratch.put("log.jsonl", input);
  kScratch.put("eval.jsonl", input);
  const TrainLog log(kScratch.root(), 3);
  // Drawing takes a hundred times as long as reading.
  if (input.size() % 64 == 0) log.write_charts({"loss"});
  read_jsonl(kScratch.root() / "log.jsonl", [](Json&& line, std::size_t) {
    require(line.at("step").get<double>() <= 3, "a step that was to be cut off");
  });
}

Material answer_log_material() {
  return {
      .seeds =
          {"{\"batch\":0,\"seconds\":0.5,\"lines\":[{\"id\":\"a\",\"prediction\":\"x\"},{\"id\":\"b\","
           "\"error\":\"y\"}]}\n"
           "{\"batch\":1,\"seconds\":1,\"lines\":[{\"id\":\"c\"}]}\n",
           "{\"batch\":1,\"lines\":[{\"id\":\"c\"}]}\n{\"batch\":0,\"seconds\":2,\"lines\":[{},{}]}\n{\"ba"},
      .dictionary = {"batch", "lines", "seconds", "error", "\n", "4294967296", "18446744073709551615",
                     "1e999"}};
}

void run_answer_log(const std::string& input) {
  static const Scratch kScratch;
  static const std::string kIdentity = R"({"benchmark":"refcoco","questions":3})";
  kScratch.put("parts/0-of-1/run.json", kIdentity);
  kScratch.put("parts/0-of-1/batches.jsonl", input);
  const OrderedJson identity = OrderedJson::parse(kIdentity);
  AnswerLog log(kScratch.root(), {.index = 0, .count = 1}, identity, EarlierAnswers::kContinue);
  log.done(0);
  const auto complete = AnswerLog::collect(kScratch.root(), {{0, 1}, {2}});
  require(!complete || complete->lines.size() == 3, "answers are lost");
}

Material paper_material() {
  return {
      .seeds =
          {R"({"source":"x","tables":{"1_referring_segmentation":{"metric":"cIoU","columns":["a","b"],)"
           R"("rows":[{"method":"m","llm_size":"0.5B","group":"g","scores":[1.5,null]}]},)"
           R"("2_region_caption_refcocog":{"rows":[{"method":"m","llm_size":"1B","meteor":16.1}]},)"
           R"("3_perbench":{"rows":[{"method":"m","llm_size":"1B","caption_meteor":1,"mcq_accuracy":2,)"
           R"("vtres_ciou":3,"vtres_giou":4,"overall":5}]},)"
           R"("4_vqa":{"rows":[{"method":"m","llm_size":"1B","mme_perception_cognition":"1/2","mmbench":1,)"
           R"("seedbench_image":2,"mmstar":3,"resolution_800":true}]}}})"},
      .dictionary = {"rows", "scores", "columns", "tables", "note", "metric", "method", "resolution_800"}};
}

void run_paper(const std::string& input) {
  static const Scratch kScratch;
  const detail::PaperFile file = detail::read_paper_file(kScratch.put("paper.json", input));
  for (const detail::PaperRow& row : file.referring.rows)
    require(row.values.size() == file.referring.columns.size(), "a row of another length");
}

}  // namespace pixelsail::fuzz
