#include "train.h"

#include <pixelsail/error.h>
#include <pixelsail/train.h>

#include <cmath>
#include <filesystem>
#include <iostream>

namespace {

namespace fs = std::filesystem;

int check(bool condition, const char* what) {
  if (!condition) std::cerr << "consumer: " << what << '\n';
  return condition ? 0 : 1;
}

std::string configuration(const std::string& checkpoint, const fs::path& folder) {
  return "output_dir: " + (folder / "run").string() + "\ninit_from: " + checkpoint +
         "\ndevice: cpu\nthreads: 1\nmax_image_side: 64\ndata:\n  root: " + (folder / "data").string() +
         "\n  datasets:\n    - {kind: refcoco}\n"
         "synth: {write_if_missing: true, train: 4, val: 1, test_a: 1, test_b: 1}\n"
         "loss: {num_points: 64}\n"
         "train: {steps: 2, batch_size: 1, accumulate: 1, eval_every: 1}\n"
         "eval: {limit: 1, max_new_tokens: 2}\n";
}

}  // namespace

int train_two_steps(const std::string& checkpoint) {
  const fs::path folder = fs::temp_directory_path() / "pixelsail_consumer_train";
  fs::remove_all(folder);
  const auto job =
      pixelsail::TrainingJob::from_text(configuration(fs::absolute(checkpoint).string(), folder));
  int wrong = 0, evaluations = 0;
  std::int64_t steps = 0;
  pixelsail::TrainingOptions options{.log = false};
  options.on_step = [&](const pixelsail::TrainingReport& report) {
    steps = report.step;
    wrong += check(report.steps == 2 && std::isfinite(report.value("loss")), "a step reports no loss");
    std::cout << "step " << report.step << ": loss " << report.value("loss") << '\n';
    return false;
  };
  options.on_evaluation = [&](const pixelsail::TrainingReport& report) {
    ++evaluations;
    wrong += check(!report.values.empty(), "an evaluation has no numbers");
    return true;
  };
  pixelsail::TrainingEnd end;
  options.on_end = [&](const pixelsail::TrainingEnd& how) { end = how; };
  wrong += check(!job.run(options) && steps == 1, "the run was not stopped after its first step");
  wrong += check(end.reason == pixelsail::TrainingEnd::Reason::kStopped && end.step == 1 && end.steps == 2,
                 "a stopped run says something else of its end");
  options.resume = true;
  wrong += check(job.run(options) && steps == 2, "the run was not completed");
  wrong += check(end.reason == pixelsail::TrainingEnd::Reason::kAllSteps && end.best_step == 0,
                 "a whole run says something else of its end");
  std::cout << end.sentence << '\n';
  wrong += check(evaluations == 1, "the model was not evaluated between the steps");
  wrong +=
      check(fs::exists(fs::path(job.output_dir()) / "final" / "model.safetensors"), "there is no result");
  try {
    options.resume = false;
    job.run(options);
    wrong += check(false, "a folder with a finished run was taken");
  } catch (const pixelsail::ConfigError& error) {
    std::cout << "second run: " << error.what() << '\n';
  }
  try {
    pixelsail::TrainingJob::from_text("train: {stepz: 3}");
    wrong += check(false, "a misspelled key was taken");
  } catch (const pixelsail::ConfigError& error) {
    std::cout << "misspelled key: " << error.what() << '\n';
  }
  fs::remove_all(folder);
  return wrong;
}
