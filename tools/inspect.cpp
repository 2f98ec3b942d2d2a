// pixelsail-inspect: what a checkpoint is, without loading it.

#include "checkpoint/inspect.h"

#include <nlohmann/json.hpp>

#include "image_size.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Shows a checkpoint's architecture, tensors, parameter counts, estimated memory, and what it lacks to "
      "be a\n"
      "Pixel-SAIL",
      "pixelsail-inspect");
  pixelsail::InspectOptions options;
  std::string path, config, image = "512x512";
  bool json = false;
  app.add_option("path", path, "checkpoint folder, .safetensors, .pth or .bin file, or index.json")
      ->required();
  app.add_option("--config", config, "config.json or a folder with one, when none lies beside the tensors");
  app.add_option("--image", image, "WxH of the image that memory is estimated for");
  app.add_option("--batch", options.memory.batch, "samples at a time")->check(CLI::PositiveNumber);
  app.add_option("--text-tokens", options.memory.text_tokens, "tokens of question and answer")
      ->check(CLI::PositiveNumber);
  app.add_flag("--values", options.values, "read every tensor and name those with NaN or infinite values");
  app.add_flag("--json", json, "one JSON object instead of a table");
  return pixelsail::run_program(app, argc, argv, [&] {
    options.path = path;
    options.config = config;
    std::tie(options.memory.image_width, options.memory.image_height) = pixelsail::parse_image_size(image);
    const auto report = pixelsail::inspect_checkpoint(options);
    std::cout << (json ? report.dump(2) + "\n" : pixelsail::inspect_text(report));
  });
}
