// pixelsail-synth: writes the synthetic referring-segmentation data set and evaluation benchmarks.

#include "synth/synth.h"

#include "program.h"
#include "synth/benchmarks.h"

namespace {

void add_benchmarks(CLI::App& app, pixelsail::SynthBenchmarkConfig& benchmarks) {
  std::vector<std::string> names = pixelsail::synth_benchmark_names();
  names.emplace_back("all");
  app.add_option("--benchmarks", benchmarks.names,
                 "evaluation benchmarks and training data (perbench_train, llava) to write beside the data "
                 "set, also one that is there already")
      ->check(CLI::IsMember(names));
  app.add_option("--benchmark-scenes", benchmarks.scenes, "scenes of val in each benchmark, at most")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--reasonseg-train", benchmarks.reasonseg_train,
                 "scenes of train in ReasonSeg's training part, at most")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--train-scenes", benchmarks.train_scenes,
                 "scenes of train in perbench_train and llava, at most; 0: all")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
}

void add_more_scenes(CLI::App& app, pixelsail::SynthConfig& config) {
  app.add_option("--nameless", config.nameless,
                 "folders with cut-outs of anything else, which expressions do not name");
  app.add_option("--train-nameless", config.train_nameless,
                 "training scenes that show pictures of --nameless alone")
      ->capture_default_str();
  app.add_option("--frequent", config.frequent, "things that --train-frequent is about, comma between")
      ->delimiter(',');
  app.add_option("--train-frequent", config.train_frequent,
                 "more training scenes, which show the things of --frequent alone")
      ->capture_default_str();
  app.add_option(
         "--frequent-strangers", config.frequent_strangers,
         "share of the scenes of --frequent in which about half of the things are of --nameless instead")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--restyled", config.restyled,
                 "share of the things in training scenes that are drawn in another manner")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Writes a synthetic referring-segmentation data set in the RefCOCO and gRefCOCO file formats",
               "pixelsail-synth"};
  pixelsail::SynthConfig config;
  std::string out;
  app.add_option("--out", out, "folder to create")->required();
  app.add_option("--seed", config.seed, "random seed; the same seed gives the same bytes")
      ->capture_default_str();
  app.add_option("--train", config.train, "training scenes")->capture_default_str();
  app.add_option("--val", config.val, "validation scenes")->capture_default_str();
  app.add_option("--test-a", config.test_a, "testA scenes")->capture_default_str();
  app.add_option("--test-b", config.test_b, "testB scenes")->capture_default_str();
  app.add_option("--max-side", config.max_side, "longest image side in pixels, 64 to 1024")
      ->capture_default_str();
  app.add_option("--mix", config.mix,
                 "training scenes, at most, that are written in every layout of the published training mix")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  const std::vector<std::string> known = pixelsail::shape_names(pixelsail::all_shapes());
  app.add_option("--shapes", config.shapes, "shapes that objects are drawn from, comma between")
      ->delimiter(',')
      ->check(CLI::IsMember(known))
      ->capture_default_str();
  app.add_option("--focus", config.focus,
                 "the shape that every expression names and means (default: all shapes)")
      ->check(CLI::IsMember(known));
  app.add_option("--world", config.world, "what the scenes are made of: simple shapes, or pictures of things")
      ->check(CLI::IsMember({"shapes", "things"}))
      ->capture_default_str();
  std::vector<std::string> more;
  app.add_option(
      "--things", more,
      "more folders with pictures of things, beside data/things: X.png with the name in X.txt or in X");
  app.add_option("--nouns", config.nouns, "things that the scenes show, comma between (default: all)")
      ->delimiter(',');
  add_more_scenes(app, config);
  app.add_option("--threads", config.threads, "threads; 0: all cores")->capture_default_str();
  pixelsail::SynthBenchmarkConfig benchmarks;
  add_benchmarks(app, benchmarks);
  return pixelsail::run_program(app, argc, argv, [&] {
    pixelsail::Logger log;
    config.things.insert(config.things.end(), more.begin(), more.end());
    pixelsail::write_synthetic_dataset(config, out, &log);
    pixelsail::write_synthetic_benchmarks(benchmarks, config, out, &log);
    std::cout << out << '\n';
  });
}
