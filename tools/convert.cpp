// pixelsail-convert: a checkpoint of one family written as one of another.

#include "checkpoint/convert.h"

#include <nlohmann/json.hpp>

#include "io/parse_size.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Reads a checkpoint of any known family (Pixel-SAIL, mmengine .pth, Qwen2, Mistral, SAIL, SOLO, EVEv2) "
      "and\n"
      "writes it in another layout. Prints a JSON summary.",
      "pixelsail-convert");
  pixelsail::ConvertOptions options;
  std::string from, to, config, tokenizer, shard_size, merge_lora;
  app.add_option("--from", from, "folder, .safetensors, .pth or .bin file, or index.json")->required();
  app.add_option("--to", to, "folder to write; must not exist yet")->required();
  app.add_option("--layout", options.layout,
                 "pixelsail (default), mmengine (a .pth file), qwen2, mistral, sail, solo or eve");
  std::vector<std::string> average;
  app.add_option("--config", config, "config.json or a folder with one, when none lies beside the tensors");
  app.add_option("--tokenizer", tokenizer, "tokenizer folder or file, when none lies beside the tensors");
  app.add_option("--dtype", options.dtype,
                 "f32, bf16 or f16 for every floating-point tensor; int8 or int4 for linear layers;\n"
                 "default: as stored");
  app.add_option("--shard-size", shard_size, "largest file, such as 5GB or 500MiB; default: one file");
  app.add_option("--init-missing", options.init_missing,
                 "groups of parameters that may be missing and are drawn at random: vis_embed, vp_embed,\n"
                 "mask_head, lm_head, ...")
      ->delimiter(',');
  app.add_option("--drop", options.drop, "groups, or prefixes of tensor names, that may be left out")
      ->delimiter(',');
  app.add_option("--average", average,
                 "checkpoints of the same model: the mean of their weights and those of --from")
      ->delimiter(',');
  app.add_option("--merge-lora", merge_lora,
                 "folder of an adapter (adapter_config.json) to add to the weights it was trained for");
  app.add_option("--seed", options.seed, "of what is drawn at random");
  app.add_option(
         "--patch-size", options.patch_size,
         "image pixels along a patch: of a Pixel-SAIL that starts from a language model (16), or the patch\n"
         "embedding of another is resized, mask features with it")
      ->check(CLI::PositiveNumber);
  app.add_option("--mask-stride", options.mask_stride, "image pixels per mask feature of a new mask head")
      ->check(CLI::PositiveNumber);
  app.add_option("--mask-features", options.mask_features, "size of the mask features of a new mask head")
      ->check(CLI::PositiveNumber);
  return pixelsail::run_program(app, argc, argv, [&] {
    options.from = from;
    options.to = to;
    options.config = config;
    options.tokenizer = tokenizer;
    options.merge_lora = merge_lora;
    options.average.assign(average.begin(), average.end());
    if (!shard_size.empty()) options.shard_size = pixelsail::parse_size(shard_size);
    pixelsail::Logger log;
    std::cout << pixelsail::convert_checkpoint(options, log).dump(2) << '\n';
  });
}
