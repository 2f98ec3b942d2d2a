#include "train/end_sentence.h"

#include <cstdio>

namespace pixelsail {
namespace {

std::string score_text(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}

std::string reason_text(const TrainingEnd& end, const WatchedScore& watched) {
  const std::string step = std::to_string(end.step);
  switch (end.reason) {
    case TrainingEnd::Reason::kStopped:
      return "stopped at step " + step + "; continue with --resume";
    case TrainingEnd::Reason::kNoImprovement: {
      std::string text = "ended after step " + step + " of " + std::to_string(end.steps) + ": " +
                         std::to_string(watched.patience) + " evaluations without a better " + watched.metric;
      if (watched.min_delta > 0) text += " by at least " + score_text(watched.min_delta);
      return text + " (eval.patience)";
    }
    case TrainingEnd::Reason::kAllSteps:
      break;
  }
  return "ended after all " + step + " steps";
}

}  // namespace

std::string end_sentence(const TrainingEnd& end, const WatchedScore& watched, const std::string& output_dir,
                         bool already_done) {
  std::string text = already_done ? "nothing is left to do: this training " : "";
  text += reason_text(end, watched);
  if (end.best_step > 0) {
    text += "; the best evaluation was that of step " + std::to_string(end.best_step) + " (" +
            watched.metric + " " + score_text(end.best_score) + "), its model is in " + output_dir + "/best";
  }
  return text;
}

}  // namespace pixelsail
