#pragma once

/// Golden cases, compared with the published code: a folder with inputs and weights -> every tensor that it
/// computes from them, under the same names. What a folder holds decides what is computed:
///   config.json + inputs.safetensors   a model case: intermediate tensors, losses and gradients; a batch of samples;
///                                      or greedy generation (config.json has max_new_tokens),
///                                      or weights after optimizer steps (config.json has steps)
///   cases.json + images/               image preprocessing and prompts
///   cases.json + num_points            point selection and reading
///   *.jsonl + a tokenizer              token ids of each line's text

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "loss/objective.h"
#include "model/trace.h"
#include "model/weights.h"

namespace pixelsail {

/// Model cases are computed on `device`; the result lies on the CPU. Throws DataError when the folder is none
/// of these or a part of it is missing or malformed.
Trace run_golden(const std::filesystem::path& folder, torch::Device device = torch::kCPU);

/// Learning rates: `file` is a JSON list of {"lr", "micro_batches", "accumulate", "warmup_fraction",
/// "warmup_start_factor" or "warmup_start_lr", "final_lr", "schedule_unit"} (each but the first three
/// optional), returned with "rates", one for each optimizer update. An update follows every `accumulate`
/// micro-batches and the last one. Throws DataError naming the case.
nlohmann::ordered_json run_schedule_golden(const std::filesystem::path& file);

namespace detail {

/// A model case: what config.json and the weights say.
struct GoldenModel {
  std::filesystem::path folder;
  nlohmann::json config;
  std::shared_ptr<PixelSailImpl> model;
  std::map<std::string, torch::Tensor> weights, inputs;
};

/// One sample of a model case from its input tensors; `row` is its row where they have a batch axis.
SequenceInput sequence_from_inputs(const GoldenModel& c, std::int64_t row, std::int64_t patch_offset);

/// The same from pixel_values and ids with one placeholder for the whole image, and the labels of that
/// sequence.
SequenceInput sequence_from_pixels(const GoldenModel& c);
std::vector<std::int64_t> labels_from_pixels(const GoldenModel& c);

/// The samples of a training case, what they are to learn and by which losses.
struct TrainingData {
  std::vector<SequenceInput> samples;
  std::vector<SampleTarget> targets;
};
TrainingData training_data(const GoldenModel& c);
Objective training_objective(const GoldenModel& c);

Trace run_training_golden(const GoldenModel& c);
/// As many updates as config.json's `steps` says by the train room's own step and optimizer, on the same
/// samples each time: "after/<name>" of every parameter that had a gradient, "step_loss", "step_grad_norm".
Trace run_steps_golden(const GoldenModel& c);
Trace run_generation_golden(const GoldenModel& c);
Trace run_preprocess_golden(const std::filesystem::path& folder, const nlohmann::json& cases);
Trace run_points_golden(const std::filesystem::path& folder, const nlohmann::json& cases);
/// "<file>.<line>.ids", lines from 0; <file>.model is the tokenizer of <file>.jsonl when it is there, else
/// the folder is.
Trace run_tokenizer_golden(const std::filesystem::path& folder);
bool is_tokenizer_golden(const std::filesystem::path& folder);

}  // namespace detail
}  // namespace pixelsail
