// pixelsail-eval: answers a benchmark with one or several checkpoints, scores the answers and writes a
// report.

#include "config/config.h"
#include "core/log.h"
#include "eval/evaluator.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Answers referring-segmentation benchmarks with a checkpoint, scores the answers and writes a report. "
      "An interrupted run is continued by the same command.",
      "pixelsail-eval"};
  std::filesystem::path config_file;
  std::string checkpoint, device, dtype;
  std::vector<std::string> overrides;
  int threads = -1;
  pixelsail::EvalRun run;
  app.add_option("config", config_file, "YAML file, e.g. configs/eval/refcoco.yaml")->required();
  app.add_option("--checkpoint", checkpoint, "checkpoint folder; replaces the list in the file");
  app.add_option("--out", run.out, "output folder: predictions.jsonl, report.json, report.md")->required();
  app.add_option("--set", overrides, "key.path=value, replaces a value of the file; may be repeated");
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N");
  app.add_option("--dtype", dtype, "f32, bf16, f16, int8 or int4")
      ->check(CLI::IsMember({"f32", "bf16", "f16", "int8", "int4"}));
  app.add_option("--threads", threads, "CPU threads; 0: one per core")->check(CLI::NonNegativeNumber);
  app.add_flag("--restart", run.restart, "discard the predictions of an earlier run");
  return pixelsail::run_program(app, argc, argv, [&] {
    auto config = pixelsail::load_config<pixelsail::EvalConfig>(config_file, overrides);
    if (!checkpoint.empty()) config.checkpoints = {{.name = {}, .dir = checkpoint}};
    if (!device.empty()) config.device = device;
    if (!dtype.empty()) config.dtype = dtype;
    if (threads >= 0) config.threads = threads;
    pixelsail::Logger log;
    const auto results = pixelsail::run_evaluation(config, run, pixelsail::open_session, log);
    std::cout << pixelsail::report_markdown(results);
  });
}
