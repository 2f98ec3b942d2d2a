// pixelsail-train: trains a model from a configuration file.

#include <filesystem>
#include <iomanip>

#include "config_options.h"
#include "core/progress.h"
#include "jobs/train_job.h"
#include "program.h"

namespace pixelsail {
namespace {

void print(const DryRunReport& report) {
  const double share = 100.0 * static_cast<double>(report.trained) / static_cast<double>(report.parameters);
  std::cout << "parameters      " << report.parameters << '\n'
            << "trained         " << report.trained << " (" << share << " %)\n";
  for (const auto& [name, size] : report.dataset_sizes)
    std::cout << "samples         " << size << "  " << name << '\n';
  if (!report.length.empty()) std::cout << "length          " << report.length << '\n';
  std::cout << "steps           " << report.steps << '\n'
            << "time of a step  " << report.step_s << " s\n"
            << "time in all     " << format_duration(report.total_s) << " (estimate, without evaluation)\n"
            << "peak memory     " << (report.peak_memory >> 20) << " MiB; foreseen on a device:\n";
  for (const MemoryPart& part : report.memory)
    std::cout << "  " << std::left << std::setw(20) << part.name << (part.bytes >> 20) << " MiB\n";
}

void run(const TrainJob& job, RunStart start, bool dry_run) {
  Logger log;
  const RunContext context{.log = &log, .stop = &StopSignal::requested()};
  if (dry_run) {
    print(dry_run_train_job(job, start, context));
    return;
  }
  StopSignal::watch();
  std::string sentence;
  const auto keep = [&sentence](const TrainingEnd& end) { sentence = end.sentence; };
  if (!run_train_job(job, start, context, {.on_end = keep})) throw StopSignal::stopped();
  std::cout << sentence << '\n' << job.run.output_dir << "/final\n";
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
    if (options.answered<pixelsail::TrainJob>("pixelsail-train")) return;
    if (threads >= 0) overrides.push_back("threads=" + std::to_string(threads));
    const pixelsail::TrainJob job = pixelsail::read_train_job(options.file, overrides);
    if (options.printed(job)) return;
    pixelsail::run(job, resume ? pixelsail::RunStart::kResume : pixelsail::RunStart::kFresh, dry_run);
  });
}
