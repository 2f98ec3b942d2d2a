// pixelsail-eval: answers benchmarks with one or several checkpoints, scores the answers and writes a report.

#include "benchmarks/check.h"
#include "config_options.h"
#include "core/log.h"
#include "core/progress.h"
#include "distributed/launch.h"
#include "eval/evaluator.h"
#include "eval_file.h"
#include "model/answer_dtype.h"
#include "predict/open_session.h"
#include "program.h"
#include "report/report.h"

namespace pixelsail {
namespace {

struct Options {
  ConfigOptions config;
  std::string checkpoint, device, dtype, shard;
  std::vector<std::string> overrides;
  int threads = -1;
  bool check = false, deep = false, json = false;
  EvalRun run;
};

/// --shard, else the place that a launcher has given this process.
Shard shard_of(const std::string& option) {
  if (!option.empty()) return parse_shard(option);
  const LaunchEnvironment launch = launch_environment();
  return parse_shard(std::to_string(launch.rank) + "/" + std::to_string(launch.world_size));
}

EvalFile read_file(const Options& options) {
  auto file = load_config<EvalFile>(options.config.file, options.overrides);
  EvalConfig& config = file.eval;
  if (!options.checkpoint.empty())
    config.checkpoints = {{.name = {}, .dir = options.checkpoint, .adapter = {}}};
  if (!options.device.empty()) config.session.device = options.device;
  if (!options.dtype.empty()) config.session.dtype = options.dtype;
  if (options.threads >= 0) config.session.threads = options.threads;
  return file;
}

/// Looks through the data of all benchmarks; faults end the program with the exit code of broken data.
void check(const EvalConfig& config, const Options& options) {
  std::vector<BenchmarkCheck> checks;
  for (const BenchmarkConfig& benchmark : config.benchmarks) {
    Progress progress(benchmark.benchmark + " " + benchmark.split, 0, "picture");
    CheckOptions check_options{.deep = options.deep};
    check_options.progress = [&](std::int64_t done, std::int64_t) { progress.update(done); };
    checks.push_back(check_benchmark(benchmark, check_options));
    progress.finish();
  }
  std::cout << (options.json ? check_to_json(checks).dump(2) + "\n" : check_to_text(checks));
  if (has_faults(checks)) throw DataError("the data have faults, see above");
}

void evaluate(const Options& options, EvalFile file) {
  Logger log;
  write_if_missing(file.synth.section, file.synth.root, &log);
  if (options.check) {
    check(file.eval, options);
    return;
  }
  if (options.run.out.empty()) throw ConfigError("--out is missing: the folder for answers and reports");
  // Answers of a run that goes on are of one type.
  file.eval.session.dtype = answer_dtype(file.eval.session.dtype, file.eval.session.device);
  StopSignal::watch();
  EvalRun run = options.run;
  run.shard = shard_of(options.shard);
  run.stop = &StopSignal::requested();
  const EvalOutcome outcome = run_evaluation(
      file.eval, run,
      [&log](const CheckpointConfig& checkpoint, const EvalConfig& config) {
        return open_session(checkpoint, config.session, log);
      },
      log);
  if (outcome.complete) {
    std::cout << report_markdown(outcome.report);
    log.info("report: " + (run.out / "report.html").string());
  } else if (StopSignal::requested()) {
    log.info("stopped; the same command goes on");
    throw StopSignal::stopped();
  }
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app{
      "Answers benchmarks with a checkpoint, scores the answers and writes a report. An interrupted run is "
      "continued "
      "by the same command.",
      "pixelsail-eval"};
  pixelsail::Options options;
  options.config.add(app, "YAML file, e.g. configs/eval/refcoco.yaml");
  app.add_option("--checkpoint", options.checkpoint, "checkpoint folder; replaces the list in the file");
  app.add_option("--out", options.run.out, "output folder: predictions, report.json, report.md, report.html");
  app.add_option("--set", options.overrides, "key.path=value, replaces a value of the file; may be repeated");
  app.add_option("--device", options.device, "auto, cpu, cuda or cuda:N");
  app.add_option("--dtype", options.dtype, "auto, f32, bf16, f16, int8 or int4")
      ->check(CLI::IsMember(pixelsail::answer_dtype_names()));
  app.add_option("--threads", options.threads, "CPU threads; 0: one per core")->check(CLI::NonNegativeNumber);
  app.add_option(
      "--shard", options.shard,
      "i/n: this process answers the i-th of n parts (also from RANK and WORLD_SIZE); who ends last reports");
  app.add_flag("--restart", options.run.restart, "discard the answers of an earlier run");
  app.add_flag("--check", options.check,
               "only look through the data: counts, missing pictures, broken masks");
  app.add_flag("--deep", options.deep, "with --check: decode every picture")->needs("--check");
  app.add_flag("--json", options.json, "with --check: print JSON")->needs("--check");
  return pixelsail::run_program(app, argc, argv, [&] {
    if (options.config.answered<pixelsail::EvalFile>("pixelsail-eval")) return;
    const pixelsail::EvalFile file = pixelsail::read_file(options);
    if (!options.config.printed(file)) pixelsail::evaluate(options, file);
  });
}
