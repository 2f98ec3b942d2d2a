// A benchmark of one's own, outside src: what docs/howto_benchmark.md describes. It asks how many things a picture
// shows. Nothing else is touched: it is asked, scored, checked, configured in YAML and reported like the others.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "annotations/published_prompts.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/common/prediction_match.h"
#include "benchmarks/common/question_parts.h"
#include "benchmarks/common/wanted.h"
#include "config/config.h"
#include "eval/evaluator.h"
#include "image/codec.h"

namespace counting {
namespace {

namespace fs = std::filesystem;
using namespace pixelsail;

/// ROOT/counting/questions.jsonl: {"id","image","question","answer"} a line.
struct Item {
  std::string id, image, question;
  std::int64_t answer = 0;
};

std::vector<Item> read_items(const fs::path& root) {
  const fs::path file = root / "counting" / "questions.jsonl";
  std::vector<Item> items;
  read_jsonl(file, [&](Json&& line, std::size_t) {
    items.push_back({.id = json_string(line, "id", "question"),
                     .image = json_string(line, "image", "question"),
                     .question = json_string(line, "question", "question"),
                     .answer = json_int(line, "answer", "question")});
  });
  return items;
}

/// A key of an evaluation's YAML file, and an option of pixelsail-score, by being here.
struct Options {
  std::int64_t tolerance = 0;
};

template <class Visitor>
void describe(Visitor& v, Options& c) {
  v.field("tolerance", c.tolerance, {.min = 0, .help = "counting: how far off an answer may be"});
}

QuestionSet ask(const BenchmarkConfig& config) {
  std::vector<Item> items = read_items(config.root);
  keep_first(items, config.limit);
  const auto asked = std::make_shared<const std::vector<Item>>(std::move(items));
  QuestionSet set;
  set.kind = AnswerKind::kChoice;
  ImageList images;
  for (const Item& item : *asked)
    set.questions.push_back({.id = item.id,
                             .image = images.add(fs::path(config.root) / "counting" / item.image, 0, 0),
                             .prompt = fill_template(config.prompt, "question", item.question),
                             .subject = item.question,
                             .fault = {}});
  set.images = images.images();
  set.load_image = file_loader(set.images);
  set.regions = [](std::size_t) { return std::vector<Region>(); };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = std::to_string(asked->at(i).answer), .masks = {}};
  };
  set.category = [](std::size_t) { return std::string(); };
  set.blind = [](std::size_t) { return text_answer("1"); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"id", asked->at(i).id}, {"prediction", text_of(answer)}};
  };
  return set;
}

ScoreResult score(const ScoreRequest& request) {
  const std::int64_t tolerance = options_of<Options>(request.options).tolerance;
  const std::vector<Item> items = read_items(request.annotations);
  const std::vector<const Item*> samples = wanted(items, request);
  const std::vector<std::string> ids = ids_of(samples);
  std::vector<double> right(samples.size(), 0.0);
  const PredictionFaults faults =
      match_predictions(request, ids, id_from("id"), [&](std::size_t i, const Json& line) {
        const std::int64_t said =
            std::strtoll(json_string(line, "prediction", "prediction").c_str(), nullptr, 10);
        right[i] = std::abs(said - samples[i]->answer) <= tolerance ? 1.0 : 0.0;
      });
  ScoreResult result;
  std::vector<double> rows;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    rows.insert(rows.end(), {right[i], 1.0});
    result.samples.push_back({.id = ids[i], .unit = i, .detail = {{"correct", right[i]}}});
  }
  result.metrics = {"accuracy"};
  result.units = samples.size();
  result.draw = additive_draw(2, std::move(rows), [](std::span<const double> sums) {
    return std::vector<double>{sums[1] == 0 ? 0.0 : sums[0] / sums[1]};
  });
  result.json["benchmark"] = request.benchmark;
  result.json["tolerance"] = tolerance;
  result.json["accuracy"] = draw_all(result.draw, result.units).front();
  add_faults(result.json, faults);
  return result;
}

const Extension<Benchmark> kCounting({.name = "counting",
                                      .published = {.prompt = "{question} Answer with a number.",
                                                    .place = "question"},
                                      .ask = ask,
                                      .score = score,
                                      .options = list_options<Options>,
                                      .files = "counting/questions.jsonl"});

class ExtendBenchmark : public testing::Test {
 protected:
  ExtendBenchmark() {
    write("data/counting/questions.jsonl",
          R"({"id":"a","image":"a.png","question":"How many cats?","answer":2})"
          "\n"
          R"({"id":"b","image":"b.png","question":"How many dogs?","answer":4})"
          "\n");
    for (const char* name : {"a.png", "b.png"}) {
      const std::vector<std::byte> png = encode_png(Image(8, 8));
      write(std::string("data/counting/") + name, {reinterpret_cast<const char*>(png.data()), png.size()});
    }
    write("model/config.json", "{}");
  }
  ~ExtendBenchmark() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  /// An evaluation that a user writes.
  EvalConfig config(const std::string& more) const {
    return parse_config<EvalConfig>("checkpoints: [{dir: " + (root_ / "model").string() + "}]\n" +
                                        "bootstrap: 0\nbenchmarks:\n  - benchmark: counting\n    root: " +
                                        (root_ / "data").string() + "\n" + more,
                                    "eval.yaml");
  }
  /// report.json with a model that always says 3.
  Json report(const std::string& more) const {
    Logger log(LogLevel::kOff);
    const EvalRun run{.out = root_ / "out", .progress = false};
    const auto open = [](const CheckpointConfig&, const EvalConfig&) -> AnswerBatch {
      return [](std::span<const Query> queries) {
        std::vector<Answer> answers(queries.size());
        for (Answer& answer : answers) answer.text = "3";
        return answers;
      };
    };
    run_evaluation(config(more), run, open, log);
    return read_json(root_ / "out" / "report.json");
  }

  fs::path root_ = fs::temp_directory_path() / ("pixelsail_extend_benchmark_" + std::to_string(::getpid()));
};

TEST_F(ExtendBenchmark, IsAskedScoredAndReported) {
  const Json strict = report("");
  ASSERT_EQ(strict.at("jobs").size(), 1u);
  EXPECT_EQ(strict.at("jobs")[0].at("benchmark"), "counting");
  EXPECT_EQ(strict.at("jobs")[0].at("metrics")[0].at("value"), 0.0);
  EXPECT_EQ(strict.at("config").at("benchmarks")[0].at("prompt"), "{question} Answer with a number.");
  const Json lenient = report("    tolerance: 1\n");
  EXPECT_EQ(lenient.at("jobs")[0].at("score").at("accuracy"), 1.0);
  EXPECT_EQ(lenient.at("config").at("benchmarks")[0].at("tolerance"), 1);
}

TEST_F(ExtendBenchmark, IsCheckedWithoutACheckOfItsOwn) {
  EXPECT_FALSE(has_faults(std::vector{check_benchmark(config("").benchmarks[0])}));
  fs::remove(root_ / "data/counting/b.png");
  EXPECT_TRUE(has_faults(std::vector{check_benchmark(config("").benchmarks[0])}));
}

TEST_F(ExtendBenchmark, ItsOptionIsNoOptionOfOthers) {
  BenchmarkConfig config{.benchmark = "mme", .root = "x"};
  config.options.set("tolerance", "2");
  EXPECT_THROW(with_published_values(config), ConfigError);
}

}  // namespace
}  // namespace counting
