// pixelsail-train: trains a model from a configuration file.

#include <atomic>
#include <csignal>
#include <filesystem>

#include "config/config.h"
#include "core/progress.h"
#include "eval/answer_refer.h"
#include "infer/answerer.h"
#include "program.h"
#include "train/trainer.h"
#include "train_config.h"

namespace pixelsail {
namespace {

std::atomic<bool> stop_requested{false};

void request_stop(int) {
  stop_requested = true;
}

/// Scores the model in memory on the evaluation split.
nlohmann::ordered_json evaluate(const ReferData& data, const TrainEvalConfig& config,
                                const LoadedModel& loaded) {
  const Answerer answerer{loaded};
  const AnswerOptions options{.max_new_tokens = config.max_new_tokens, .batch_size = config.batch_size};
  const ReferEvaluation result =
      evaluate_refer(data, config.split, first_expressions(data, config.limit),
                     [&](std::span<const Query> queries) { return answerer.answer(queries); }, options, {});
  const nlohmann::ordered_json score = score_to_json(result.score);
  return {{"benchmark", score.at("benchmark")},
          {"split", score.at("split")},
          {"samples", score.at("samples")},
          {"ciou", score.at("ciou")},
          {"giou", score.at("giou")}};
}

/// Resuming with another configuration would not continue the same run.
void check_same_config(const TrainFile& config, const std::filesystem::path& saved) {
  if (!std::filesystem::exists(saved)) return;
  const std::vector<std::string> differences = config_differences(load_config<TrainFile>(saved), config);
  if (differences.empty()) return;
  std::string message = saved.string() + ": --resume with a changed configuration:";
  for (const std::string& difference : differences) message += "\n  " + difference;
  throw ConfigError(message);
}

void print(const DryRunReport& report) {
  const double share = 100.0 * static_cast<double>(report.trained) / static_cast<double>(report.parameters);
  std::cout << "parameters      " << report.parameters << '\n'
            << "trained         " << report.trained << " (" << share << " %)\n";
  for (const auto& [name, size] : report.dataset_sizes)
    std::cout << "samples         " << size << "  " << name << '\n';
  std::cout << "steps           " << report.steps << '\n'
            << "time of a step  " << report.step_s << " s\n"
            << "time in all     " << format_duration(report.total_s) << " (estimate, without evaluation)\n"
            << "peak memory     " << (report.peak_memory >> 20) << " MiB\n";
}

void run(TrainFile config, bool resume, bool dry_run) {
  Logger log;
  const std::string resolved = config_to_yaml(config);
  if (resume) check_same_config(config, std::filesystem::path(config.trainer.output_dir) / "config.yaml");
  if (config.synth.write_if_missing) {
    write_synthetic_dataset(config.synth.options, config.trainer.data.root, &log);
    write_synthetic_benchmarks(config.synth.benchmarks, config.synth.options, config.trainer.data.root, &log);
  }
  TrainerHooks hooks{.log = &log, .stop = &stop_requested};
  if (config.trainer.train.eval_every > 0) {
    const std::string root = config.eval.root.empty() ? config.trainer.data.root : config.eval.root;
    const auto data =
        std::make_shared<ReferData>(ReferData::load(root, config.eval.benchmark, config.eval.split));
    hooks.evaluate = [data, eval = config.eval](const LoadedModel& loaded, std::int64_t) {
      return evaluate(*data, eval, loaded);
    };
  }
  Trainer trainer(config.trainer, resolved, hooks);
  if (dry_run) {
    print(trainer.dry_run());
    return;
  }
  std::signal(SIGTERM, request_stop);
  std::signal(SIGINT, request_stop);
  if (trainer.run(resume)) std::cout << config.trainer.output_dir << "/final\n";
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app("Trains Pixel-SAIL from a configuration file (configs/train/*.yaml)", "pixelsail-train");
  std::string file;
  std::vector<std::string> overrides;
  bool resume = false, dry_run = false;
  std::int64_t threads = -1;
  app.add_option("config", file, "YAML configuration")->required();
  app.add_option("--set", overrides, "override a value: key.path=value")->allow_extra_args(false);
  app.add_flag("--resume", resume, "continue from the newest checkpoint in output_dir, or begin");
  app.add_flag("--dry-run", dry_run,
               "print parameters, memory and estimated time; write nothing but missing synthetic data");
  app.add_option("--threads", threads, "CPU threads of torch (the same as --set threads=N)")
      ->check(CLI::Range(0, 1024));
  return pixelsail::run_program(app, argc, argv, [&] {
    if (threads >= 0) overrides.push_back("threads=" + std::to_string(threads));
    pixelsail::run(pixelsail::load_config<pixelsail::TrainFile>(file, overrides), resume, dry_run);
  });
}
