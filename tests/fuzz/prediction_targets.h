#pragma once

/// Predictions of a user, in the format of each benchmark; the first line of an input names the benchmark.

#include <string>

#include "mutator.h"

namespace pixelsail::fuzz {

/// Benchmarks whose answers are masks.
Material mask_predictions_material();
/// Benchmarks whose answers are texts.
Material text_predictions_material();
void run_predictions(const std::string& input);

/// Two files of scores of single samples, which pixelsail-score compares; an empty line divides them.
Material sample_scores_material();
void run_sample_scores(const std::string& input);

/// A list of questions for pixelsail-predict.
Material questions_material();
void run_questions(const std::string& input);

/// Tables of questions with pictures.
Material vqa_material();
void run_vqa(const std::string& input);

}  // namespace pixelsail::fuzz
