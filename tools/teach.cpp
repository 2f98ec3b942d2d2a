// pixelsail-teach: features of an exported teacher for the pictures of a folder, as a training reads them.

#include <chrono>
#include <thread>

#include "child_processes.h"
#include "core/log.h"
#include "core/part.h"
#include "distributed/launch.h"
#include "io/parse_size.h"
#include "model/device.h"
#include "model/matmul.h"
#include "program.h"
#include "teach/compute_features.h"

namespace pixelsail {
namespace {

struct Arguments {
  TeachOptions options;
  std::string dtype = "f32", shard, shard_size = "256MB";
  std::filesystem::path json;
  int jobs = 1;
};

/// --shard, else the place that a launcher has given this process.
TeacherPart part_of(const std::string& shard) {
  if (!shard.empty()) {
    const auto [index, count] = parse_part(shard);
    return {.index = index, .count = count};
  }
  const LaunchEnvironment launch = launch_environment();
  return {.index = launch.rank, .count = launch.world_size};
}

/// The summary, and the exit code of broken data where pictures were left out.
void report(const Arguments& arguments, const TeachResult& result, double seconds, Logger& log) {
  const TeacherProgress& progress = result.progress;
  if (!arguments.json.empty())
    write_json_atomic(arguments.json, teach_summary(arguments.options, result, seconds));
  const std::size_t failed = progress.failed.size();
  std::cout << progress.done << " pictures done, " << result.computed << " of them now; " << failed
            << " left out, " << progress.missing << " missing\n";
  if (result.stopped || StopSignal::requested()) {
    log.info("stopped; the same command goes on");
    throw StopSignal::stopped();
  }
  if (progress.missing > 0) {
    log.info("index.json is written by the process that ends last; " + std::to_string(progress.missing) +
             " pictures are those of others");
  } else if (progress.done > 0) {
    std::cout << (arguments.options.out / "index.json").string() << '\n';
  }
  if (failed == 0) return;
  const auto& [key, reason] = *progress.failed.begin();
  throw DataError(std::to_string(failed) + " pictures were left out, among them " + key + ": " + reason);
}

/// What a process does that works alone or is one of several.
TeachResult compute(Arguments& arguments, const TeacherPictures& pictures, Logger& log) {
  TeachOptions& options = arguments.options;
  options.bf16 = arguments.dtype == "bf16" ||
                 (arguments.dtype == "auto" && computes_in(torch::kBFloat16, resolve_device(options.device)));
  return compute_features(options, pictures, log);
}

/// Processes of the program's own, which share the cores.
std::optional<TeachResult> compute_in_processes(Arguments& arguments, const TeacherPictures& pictures,
                                                Logger& log) {
  TeachOptions& options = arguments.options;
  const TeacherProgress before = finish_features(options, pictures);
  if (options.threads == 0) {
    const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    options.threads = std::max<std::int64_t>(1, cores / arguments.jobs);
  }
  ChildProcesses children;
  if (const std::optional<int> number = children.start(arguments.jobs)) {
    options.part = {.index = *number, .count = arguments.jobs};
    options.progress = *number == 0;  // one bar stands for all: the parts are of about one size
    const TeachResult mine = compute(arguments, pictures, log);
    if (mine.stopped) throw StopSignal::stopped();
    return std::nullopt;
  }
  const ChildrenEnded ended = children.wait();
  TeachResult result{.progress = finish_features(options, pictures), .stopped = StopSignal::requested()};
  result.computed = result.progress.done - before.done;
  if (ended.exit_code != 0 && !result.stopped) {
    const std::string what = "a process of --jobs failed, see above (exit code " +
                             std::to_string(ended.exit_code) + "); the same command goes on";
    if (ended.exit_code == 2) throw ConfigError(what);
    if (ended.exit_code == 3) throw DataError(what);
    throw RunError(what);
  }
  return result;
}

void teach(Arguments arguments, bool has_shard) {
  TeachOptions& options = arguments.options;
  if (arguments.jobs > 1 && has_shard)
    throw ConfigError("--jobs and --shard exclude each other: the processes of --jobs are all parts");
  options.shard_bytes = parse_size(arguments.shard_size);
  Logger log;
  StopSignal::watch();
  options.stop = &StopSignal::requested();
  const auto begin = std::chrono::steady_clock::now();
  teacher_identity(options.module);  // what is wrong with it is said once, before anything is started
  const TeacherPictures pictures = list_teacher_pictures(options.images);
  if (!pictures.left_out.empty())
    log.warning(options.images.string() + ": " + std::to_string(pictures.left_out.size()) +
                " files are no pictures and left out, the first is " + pictures.left_out.front().string());
  std::optional<TeachResult> result;
  if (arguments.jobs > 1) {
    result = compute_in_processes(arguments, pictures, log);
  } else {
    options.part = part_of(arguments.shard);
    result = compute(arguments, pictures, log);
  }
  if (!result) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  report(arguments, *result, seconds, log);
}

void add_options(CLI::App& app, Arguments& arguments) {
  TeachOptions& options = arguments.options;
  app.add_option(
         "--module", options.module,
         "exported teacher: a TorchScript module (.pt) or an AOTInductor package (.pt2), with a .yaml "
         "beside it; it runs as a program, so take it from who you trust")
      ->required();
  app.add_option("--images", options.images, "folder of pictures; those in folders below it count")
      ->required();
  app.add_option("--out", options.out, "folder of features, for data.teachers[].dir of a training")
      ->required();
  app.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--dtype", arguments.dtype,
                 "f32, bf16 (autocast) or auto: bf16 on a device that computes in it")
      ->check(CLI::IsMember({"f32", "bf16", "auto"}))
      ->capture_default_str();
  app.add_option("--threads", options.threads, "CPU threads of torch; 0: its default, shared by --jobs")
      ->check(CLI::Range(0, 1024));
  app.add_option("--batch-size", options.batch_size, "pictures together; 0: 1 on the CPU, 8 on a GPU")
      ->check(CLI::Range(0, 4096));
  app.add_option("--readers", options.readers, "threads that decode pictures")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--shard-size", arguments.shard_size, "a file is closed when it has so many bytes")
      ->capture_default_str();
  app.add_option("--jobs", arguments.jobs, "processes on this machine")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--json", arguments.json, "write the summary to this file as JSON");
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app(
      "Computes the features of an exported teacher for a folder of pictures. What is there already is kept: "
      "an "
      "interrupted run is continued by the same command. Exit code 3 when pictures were left out.",
      "pixelsail-teach");
  pixelsail::Arguments arguments;
  pixelsail::add_options(app, arguments);
  CLI::Option* shard = app.add_option("--shard", arguments.shard,
                                      "i/n: this process computes the i-th of n parts (also from RANK and "
                                      "WORLD_SIZE); who ends last writes the index");
  return pixelsail::run_program(app, argc, argv, [&] { pixelsail::teach(arguments, shard->count() > 0); });
}
