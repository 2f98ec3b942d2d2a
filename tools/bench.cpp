// pixelsail-bench: speed of preprocessing, forward pass, decoding and training on random weights.

#include "perf/bench.h"
#include "perf/load_bench.h"
#include "perf/model_file.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "config/config.h"
#include "image_size.h"
#include "program.h"
#include "shared_file.h"

namespace pixelsail {
namespace {

const std::map<std::string, std::string> kShapes = {{"demo", "configs/model/demo.yaml"},
                                                    {"0.5b", "configs/model/sail_0_5b.yaml"},
                                                    {"3b", "configs/model/sail_3b.yaml"},
                                                    {"7b", "configs/model/eve_7b.yaml"}};

void print(const nlohmann::ordered_json& result, bool json) {
  if (json) {
    std::cout << result.dump() << '\n';
    return;
  }
  for (const auto& [key, value] : result.items()) std::cout << key << "  " << value << '\n';
}

/// The command line.
struct BenchArguments {
  BenchConfig config;
  LoadBenchConfig load;
  std::string shape = "demo", image = "128x128", file, checkpoint;
  std::int64_t vocabulary = 2048;
  bool train_only = false, json = false;

  void add_what(CLI::App& app) {
    app.add_option("--shape", shape, "demo, 0.5b, 3b or 7b: configs/model/*.yaml")
        ->check(CLI::IsMember(kShapes));
    app.add_option("--model", file, "another model configuration instead of --shape");
    app.add_option("--dtype", config.dtype, "f32, bf16, f16, int8 or int4");
    app.add_option("--image", image, "WIDTHxHEIGHT");
    app.add_option("--device", config.device, "auto, cpu, cuda, cuda:N");
    app.add_option("--vocabulary", vocabulary, "tokens");
    app.add_option("--text-tokens", config.text_tokens, "of a question turn, its [SEG] among them")
        ->check(CLI::Range(2, 100000));
    app.add_option("--decode-tokens", config.decode_tokens, "tokens that are decoded")
        ->check(CLI::Range(2, 100000));
    app.add_flag("!--no-graphs", config.graphs, "decode without CUDA graphs");
    app.add_option("--load", checkpoint,
                   "measure nothing but loading this checkpoint, beside threads that read its files");
  }

  void add_training(CLI::App& app) {
    app.add_flag("--train", config.train, "also time a train step");
    app.add_flag("--train-only", train_only, "time a train step and nothing else");
    app.add_option("--repeat", config.repeat_steps,
                   "train so many steps twice from one seed and compare, and nothing else")
        ->check(CLI::Range(1, 100000));
    app.add_option("--train-batch", config.train_batch, "samples of a train step")
        ->check(CLI::Range(1, 4096));
    app.add_option("--train-turns", config.train_turns, "question turns of a sample")
        ->check(CLI::Range(1, 64));
    app.add_flag("--recompute", config.recompute, "train with layers computed again for their gradients");
    app.add_option("--num-points", config.loss.num_points, "points per mask")->check(CLI::Range(1, 1000000));
    app.add_option("--teacher-channels", config.loss.distill.mask2former_channels, "0: no distillation")
        ->check(CLI::Range(0, 4096));
    app.add_option("--sam2-channels", config.loss.distill.sam2_channels, "of the second teacher; 0: none")
        ->check(CLI::Range(0, 4096));
  }

  void add_how(CLI::App& app) {
    app.add_option("--runs", config.runs, "timed runs")->check(CLI::Range(3, 1000));
    app.add_option("--peak-tflops", config.peak_tflops,
                   "what the device can do in the training type: reports the share of it that is used (MFU); "
                   "known of common GPUs")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--peak-gb-s", config.peak_gb_s,
                   "what the device can read from its memory: reports the share of it that decoding uses; "
                   "known of common GPUs")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--threads", config.threads, "CPU threads of torch; 0: its default")
        ->check(CLI::Range(0, 1024));
    app.add_flag("--json", json, "one JSON object");
  }

  nlohmann::ordered_json run() {
    if (!checkpoint.empty()) {
      load.checkpoint = checkpoint;
      load.dtype = config.dtype;
      load.runs = config.runs;
      if (config.threads > 0) load.threads = config.threads;
      return run_load_bench(load);
    }
    if (train_only) config.train = true;
    if (train_only || config.repeat_steps > 0) config.infer = false;
    const auto [width, height] = parse_image_size(image);
    config.image_width = static_cast<int>(width);
    config.image_height = static_cast<int>(height);
    config.model =
        load_config<ModelFile>(file.empty() ? shared_file(kShapes.at(shape)).string() : file).model;
    config.model.vocab_size = vocabulary;
    nlohmann::ordered_json result{{"shape", file.empty() ? shape : file}};
    result.update(run_bench(config));
    return result;
  }
};

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app("Measures speed on random weights (medians after a warm-up)", "pixelsail-bench");
  pixelsail::BenchArguments arguments;
  arguments.add_what(app);
  arguments.add_training(app);
  arguments.add_how(app);
  return pixelsail::run_program(app, argc, argv, [&] { pixelsail::print(arguments.run(), arguments.json); });
}
