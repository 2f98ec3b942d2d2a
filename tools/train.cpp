// pixelsail-train: trains a model from a configuration file.

#include <filesystem>

#include "config_options.h"
#include "core/progress.h"
#include "eval/evaluator.h"
#include "infer/predictor.h"
#include "program.h"
#include "train/init_from.h"
#include "train/trainer.h"
#include "train_config.h"

namespace pixelsail {
namespace {

/// Scores the model in memory on the evaluation split; the answers are left in `file`.
nlohmann::ordered_json evaluate(const QuestionSet& set, const BenchmarkConfig& benchmark,
                                const TrainEvalConfig& config, const LoadedModel& loaded,
                                const std::filesystem::path& file) {
  const Predictor predictor{loaded};
  const AnswerOptions options{.max_new_tokens = config.max_new_tokens};
  const ScoreResult result = evaluate_once(
      benchmark, set, [&](std::span<const Query> queries) { return predictor.answer(queries); }, options,
      config.batch_size, file);
  nlohmann::ordered_json scores{
      {"benchmark", benchmark.benchmark}, {"split", benchmark.split}, {"samples", result.samples.size()}};
  for (const auto& [name, value] : metric_values(result)) scores[name] = value;
  return scores;
}

/// The configuration; init_from says what of the model the file leaves out.
TrainFile read_file(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  ConfigReader reader(file, overrides);
  TrainFile config;
  reader.read(config);
  const std::string init_from = config.trainer.init_from;
  if (init_from.empty()) {
    if (!reader.gives("model"))
      throw ConfigError(file.string() +
                        ": model: missing required key (there is no init_from to take it from)");
    if (config.trainer.tokenizer.empty())
      throw ConfigError(file.string() +
                        ": tokenizer: missing required key (there is no init_from to take it from)");
    return config;
  }
  config = {};
  config.trainer.model = init_model_config(init_from);
  reader.read(config);
  return config;
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

void run(const TrainFile& config, bool resume, bool dry_run) {
  Logger log;
  const std::string resolved = config_to_yaml(config);
  if (resume) check_same_config(config, std::filesystem::path(config.trainer.output_dir) / "config.yaml");
  write_if_missing(config.synth, config.trainer.data.root, log);
  TrainerHooks hooks{.log = &log, .stop = &StopSignal::requested()};
  if (config.trainer.train.eval_every > 0) {
    BenchmarkConfig benchmark{.benchmark = config.eval.benchmark,
                              .root = config.eval.root.empty() ? config.trainer.data.root : config.eval.root,
                              .split = config.eval.split};
    benchmark.limit = config.eval.limit;
    const auto set = std::make_shared<const QuestionSet>(load_questions(benchmark));
    const std::filesystem::path file =
        std::filesystem::path(config.trainer.output_dir) / "eval_predictions.jsonl";
    hooks.evaluate = [set, benchmark, file, eval = config.eval](const LoadedModel& loaded, std::int64_t) {
      return evaluate(*set, benchmark, eval, loaded, file);
    };
  }
  Trainer trainer(config.trainer, resolved, hooks);
  if (dry_run) {
    print(trainer.dry_run());
    return;
  }
  StopSignal::watch();
  if (!trainer.run(resume)) throw StopSignal::stopped();
  std::cout << config.trainer.output_dir << "/final\n";
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app("Trains Pixel-SAIL from a configuration file (configs/train/*.yaml)", "pixelsail-train");
  pixelsail::ConfigOptions options;
  std::vector<std::string> overrides;
  bool resume = false, dry_run = false;
  std::int64_t threads = -1;
  options.add(app, "YAML configuration, e.g. configs/train/demo.yaml");
  app.add_option("--set", overrides, "override a value: key.path=value")->allow_extra_args(false);
  app.add_flag("--resume", resume, "continue from the newest checkpoint in output_dir, or begin");
  app.add_flag("--dry-run", dry_run,
               "print parameters, memory and estimated time; write nothing but missing synthetic data");
  app.add_option("--threads", threads, "CPU threads of torch (the same as --set threads=N)")
      ->check(CLI::Range(0, 1024));
  return pixelsail::run_program(app, argc, argv, [&] {
    if (options.answered<pixelsail::TrainFile>("pixelsail-train")) return;
    if (threads >= 0) overrides.push_back("threads=" + std::to_string(threads));
    const pixelsail::TrainFile config = pixelsail::read_file(options.file, overrides);
    if (!options.printed(config)) pixelsail::run(config, resume, dry_run);
  });
}
