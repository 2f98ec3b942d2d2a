// pixelsail-golden: computes tensors with this library so that numerics can be compared: those of a parity
// case, or logits and greedy tokens of a checkpoint.

#include "model/device.h"
#include "parity/checkpoint_case.h"
#include "parity/parity.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Computes every tensor of a parity case folder (--case), or the logits of a checkpoint for lists of "
      "token\n"
      "ids (--checkpoint, --ids), and writes them to a safetensors file",
      "pixelsail-golden");
  std::string folder, checkpoint, ids, out, dtype = "f32", device = "cpu";
  std::int64_t generate = 0;
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
  app.add_option("--device", device, "auto, cpu, cuda or cuda:N (with --checkpoint)")
      ->needs(checkpoint_option);
  app.add_option("--out", out, "safetensors file to write")->required();
  return pixelsail::run_program(app, argc, argv, [&] {
    if (folder.empty() && checkpoint.empty())
      throw pixelsail::ConfigError("--case or --checkpoint is needed");
    const pixelsail::Trace trace =
        checkpoint.empty() ? pixelsail::run_parity_case(folder)
                           : pixelsail::run_checkpoint_case({.checkpoint = checkpoint,
                                                             .ids = ids,
                                                             .dtype = pixelsail::resolve_dtype(dtype),
                                                             .device = pixelsail::resolve_device(device),
                                                             .generate = generate});
    pixelsail::write_tensors(out, {trace.begin(), trace.end()});
  });
}
