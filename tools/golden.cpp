// pixelsail-golden: computes tensors with this library so that numerics can be compared: those of a golden
// case, or logits and greedy tokens of a checkpoint.

#include <iostream>

#include "data/data_case.h"
#include "golden/checkpoint_golden.h"
#include "golden/golden.h"
#include "io/json.h"
#include "model/device.h"
#include "program.h"

namespace {

void run_data_case(const std::string& file, const std::string& tokenizer, const std::string& out) {
  const auto [lines, departed] = pixelsail::run_data_case(file, tokenizer, out);
  std::cout << lines << " lines, " << departed << " of them with other choices than recorded\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Computes every tensor of a golden folder (--case), or the logits of a checkpoint for lists of "
      "token\n"
      "ids (--checkpoint, --ids), and writes them to a safetensors file; learning rates (--schedule) as "
      "JSON;\n"
      "or recorded samples of the training data (--data-case) as a JSON object a line",
      "pixelsail-golden");
  std::string folder, checkpoint, ids, schedule, data_case, tokenizer, out, dtype = "f32", device = "cpu";
  std::int64_t generate = 0;
  int threads = 0;
  auto* case_option =
      app.add_option("--case", folder, "folder with config.json and inputs.safetensors, or cases.json");
  auto* checkpoint_option =
      app.add_option("--checkpoint", checkpoint,
                     "checkpoint folder: Pixel-SAIL, or a plain Qwen2 or Mistral one of Hugging Face")
          ->excludes(case_option);
  auto* ids_option = app.add_option("--ids", ids, "JSON file with lists of token ids; writes logits_<i>")
                         ->needs(checkpoint_option);
  checkpoint_option->needs(ids_option);
  app.add_option("--generate", generate, "greedy tokens after each list; writes tokens_<i>")
      ->needs(checkpoint_option)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--dtype", dtype, "f32, bf16 or f16 (with --checkpoint)")->needs(checkpoint_option);
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", threads, "CPU threads; 0: one per core")->check(CLI::NonNegativeNumber);
  app.add_option("--schedule", schedule, "JSON list of learning rate schedules; writes it with their rates")
      ->excludes(case_option)
      ->excludes(checkpoint_option);
  auto* data_option = app.add_option("--data-case", data_case,
                                     "ROOT/FOLDER/expected/NAME.jsonl: samples with their random choices")
                          ->excludes(case_option)
                          ->excludes(checkpoint_option);
  data_option->needs(app.add_option("--tokenizer", tokenizer, "folder of the tokenizer (with --data-case)")
                         ->needs(data_option));
  app.add_option("--out", out,
                 "file to write: safetensors, JSON with --schedule, JSON lines with --data-case")
      ->required();
  return pixelsail::run_program(app, argc, argv, [&] {
    if (folder.empty() && checkpoint.empty() && schedule.empty() && data_case.empty())
      throw pixelsail::ConfigError("--case, --checkpoint, --schedule or --data-case is needed");
    if (!data_case.empty()) return run_data_case(data_case, tokenizer, out);
    if (!schedule.empty()) {
      pixelsail::write_json_atomic(out, pixelsail::run_schedule_golden(schedule));
      return;
    }
    pixelsail::set_threads(threads);
    const torch::Device chosen = pixelsail::resolve_device(device);
    const pixelsail::Trace trace =
        checkpoint.empty() ? pixelsail::run_golden(folder, chosen)
                           : pixelsail::run_checkpoint_golden({.checkpoint = checkpoint,
                                                               .ids = ids,
                                                               .dtype = pixelsail::resolve_dtype(dtype),
                                                               .device = chosen,
                                                               .generate = generate});
    pixelsail::write_tensors(out, {trace.begin(), trace.end()});
  });
}
