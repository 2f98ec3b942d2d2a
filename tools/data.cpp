// pixelsail-data: converts annotations, splits a data set, and looks at the data of a training before it begins.

#include <memory>

#include "core/log.h"
#include "core/progress.h"
#include "export/convert.h"
#include "export/split.h"
#include "jobs/training_data.h"
#include "program.h"
#include "survey/check_text.h"
#include "survey/feed_speed.h"
#include "survey/mix_stats.h"
#include "survey/preview.h"

namespace pixelsail {
namespace {

/// The configuration of a training, and where results go as JSON.
struct TrainingOptions {
  std::filesystem::path file, json;
  std::vector<std::string> overrides;

  void add(CLI::App& app) {
    app.add_option("config", file, "YAML file of a training, e.g. configs/train/own_data.yaml")->required();
    app.add_option("--set", overrides, "override a value: key.path=value")->allow_extra_args(false);
  }
  void add_json(CLI::App& app) { app.add_option("--json", json, "write the result to this file as JSON"); }
  TrainingData read(Logger& log) const { return read_training_data(file, overrides, &log); }
  void write(const OrderedJson& result) const {
    if (!json.empty()) write_json_atomic(json, result);
  }
};

/// One bar after another, each with a label of its own.
class Bars {
 public:
  void update(const std::string& label, std::int64_t done, std::int64_t total, const char* unit) {
    if (label != label_ || !bar_) {
      bar_.reset();
      bar_ = std::make_unique<Progress>(label, total, unit);
      label_ = label;
    }
    bar_->update(done);
  }
  void finish() { bar_.reset(); }

 private:
  std::string label_;
  std::unique_ptr<Progress> bar_;
};

void convert(ConvertOptions options) {
  Bars bars;
  options.reading = [&bars](std::int64_t done, std::int64_t total) {
    bars.update("reading", done, total, "record");
  };
  options.writing = [&bars](std::int64_t done, std::int64_t total) {
    bars.update("writing", done, total, "picture");
  };
  const ConversionReport report = convert_annotations(options);
  bars.finish();
  std::cout << report_to_text(report) << options.output.string() << '\n';
}

void split(const std::filesystem::path& folder, const SplitOptions& options) {
  const SplitCounts counts = split_folder(folder, options);
  std::cout << "train: " << counts.train_pictures << " pictures, " << counts.train_lines << " lines\n"
            << "val: " << counts.val_pictures << " pictures, " << counts.val_lines << " lines\n";
  if (counts.other_lines > 0) std::cout << "lines of other splits: " << counts.other_lines << '\n';
}

void check(const TrainingOptions& training, DataCheckOptions options) {
  Logger log;
  StopSignal::watch();
  const TrainingData data = training.read(log);
  if (options.threads == 0) options.threads = data.config.workers;
  options.stop = &StopSignal::requested();
  Bars bars;
  options.progress = [&bars](const std::string& name, std::int64_t done, std::int64_t total) {
    bars.update(name, done, total, "sample");
  };
  const DataCheck result = check_training_data(data, options);
  bars.finish();
  if (StopSignal::requested()) throw StopSignal::stopped();
  training.write(data_check_json(result));
  std::cout << data_check_text(result);
  if (result.has_faults()) throw DataError("the data have faults, see above");
}

void stats(const TrainingOptions& training, std::int64_t samples, std::int64_t lengths) {
  Logger log;
  const MixStats result = mix_stats(training.read(log), samples, lengths);
  training.write(mix_stats_json(result));
  std::cout << mix_stats_text(result);
}

void speed(const TrainingOptions& training, std::int64_t samples) {
  Logger log;
  const FeedSpeed result = feed_speed(training.read(log), samples);
  training.write(feed_speed_json(result));
  std::cout << feed_speed_text(result);
}

void preview(const TrainingOptions& training, const PreviewOptions& options) {
  Logger log;
  const PreviewResult result = write_preview(training.read(log), options);
  std::cout << result.shown << " samples shown, " << result.unusable << " cannot be used\n"
            << (options.out / "index.html").string() << '\n';
}

CLI::App* add_convert(CLI::App& app, ConvertOptions& options) {
  const std::vector<std::string> formats = annotation_format_names();
  std::string help = "converts annotations from one format to another; formats:";
  for (const AnnotationFormat& format : annotation_formats())
    help += "\n  " + std::string(format.name) + ": " + std::string(format.help);
  CLI::App* command = app.add_subcommand("convert", help);
  command->add_option("--from", options.from, "format that is read")
      ->required()
      ->check(CLI::IsMember(formats));
  command->add_option("--to", options.to, "format that is written")
      ->required()
      ->check(CLI::IsMember(formats));
  command->add_option("in", options.input, "file or folder with the annotations")->required();
  command->add_option("out", options.output, "folder to create")->required();
  command->add_option("--images", options.images,
                      "folder of the pictures, where they are not beside the annotations");
  command->add_option("--expression", options.expression, "how the name of a thing becomes an expression")
      ->capture_default_str();
  return command;
}

/// --val and --seed of a conversion: a share above 0 chooses.
struct ConvertCommand {
  ConvertOptions options;
  SplitOptions split{.val = 0};

  void add(CLI::App& app) {
    CLI::App* command = add_convert(app, options);
    command->add_flag("--join", options.join,
                      "things of one name on a picture become one mask; else each has a mask of its own");
    command->add_option("--val", split.val,
                        "share of the pictures that is kept for validation (--to folder)");
    command->add_option("--seed", split.seed, "another choice of them")->capture_default_str();
  }
  void run() {
    if (split.val != 0) options.split = split;
    convert(options);
  }
};

/// The commands that read the first samples of a training.
struct StreamCommands {
  TrainingOptions& training;
  std::int64_t samples = 10000, lengths = 200, timed = 200;

  void add(CLI::App& app) {
    CLI::App* stats = app.add_subcommand("stats", "counts, planned and drawn shares, lengths");
    training.add(*stats);
    training.add_json(*stats);
    stats->add_option("--samples", samples, "first samples of the stream whose shares are counted")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
    stats->add_option("--lengths", lengths, "first samples that are made, for their lengths")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    CLI::App* speed = app.add_subcommand(
        "speed", "how fast annotations load, and how many samples a second data.workers threads make");
    training.add(*speed);
    training.add_json(*speed);
    speed->add_option("--samples", timed, "samples that are timed")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
  }
};

void add_split(CLI::App& app, std::filesystem::path& folder, SplitOptions& options) {
  CLI::App* command =
      app.add_subcommand("split", "chooses the pictures of a folder data set that are kept for validation");
  command->add_option("in", folder, "folder with samples.jsonl")->required();
  CLI::Option* share =
      command->add_option("--val", options.val, "share of the pictures")->capture_default_str();
  command->add_option("--seed", options.seed, "another choice")->capture_default_str();
  command->add_option("--val-list", options.val_list, "file with the names of the pictures, one a line")
      ->excludes(share);
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app("Prepares data for a training: converts annotations, splits, checks and shows them",
               "pixelsail-data");
  app.require_subcommand(1);
  pixelsail::ConvertCommand convert;
  convert.add(app);
  std::filesystem::path folder;
  pixelsail::SplitOptions split;
  pixelsail::add_split(app, folder, split);
  pixelsail::TrainingOptions training;
  CLI::App* check_command =
      app.add_subcommand("check", "looks through the data of a training; exit code 3 when there is a fault");
  training.add(*check_command);
  training.add_json(*check_command);
  pixelsail::DataCheckOptions check{.threads = 0};
  check_command->add_option("--limit", check.limit, "only the first n samples of each data set; 0: all")
      ->check(CLI::NonNegativeNumber);
  check_command->add_option("--threads", check.threads, "threads; 0: data.workers of the file")
      ->check(CLI::Range(0, 256));
  pixelsail::StreamCommands stream{training};
  stream.add(app);
  CLI::App* preview_command = app.add_subcommand("preview", "writes sheets of what the model will see");
  training.add(*preview_command);
  pixelsail::PreviewOptions preview;
  preview_command->add_option("--out", preview.out, "folder to create")->required();
  preview_command->add_option("--samples", preview.samples, "samples of each data set")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  return pixelsail::run_program(app, argc, argv, [&] {
    if (app.got_subcommand("convert")) return convert.run();
    if (app.got_subcommand("split")) return pixelsail::split(folder, split);
    if (app.got_subcommand(check_command)) return pixelsail::check(training, check);
    if (app.got_subcommand("stats")) return pixelsail::stats(training, stream.samples, stream.lengths);
    if (app.got_subcommand("speed")) return pixelsail::speed(training, stream.timed);
    pixelsail::preview(training, preview);
  });
}
