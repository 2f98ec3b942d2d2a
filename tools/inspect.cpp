// pixelsail-inspect: what a checkpoint is, without loading it.

#include "checkpoint/inspect.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "checkpoint/checksums.h"
#include "image_size.h"
#include "program.h"

namespace pixelsail {
namespace {

/// Says what was changed. Throws DataError when anything was.
void print_verification(const std::filesystem::path& folder, bool json) {
  if (!std::filesystem::is_directory(folder))
    throw DataError(folder.string() + ": --verify takes the folder of a checkpoint");
  const ChecksumReport report = verify_checksums(folder);
  if (json) {
    std::cout << nlohmann::ordered_json{{"path", folder.string()},
                                        {"verifiable", report.verifiable},
                                        {"files", report.files},
                                        {"tensors", report.tensors},
                                        {"faults", report.faults}}
                     .dump(2)
              << '\n';
  } else if (!report.verifiable) {
    std::cout << folder.string() << ": not verifiable (it has no checksums.json)\n";
  } else if (report.faults.empty()) {
    std::cout << folder.string() << ": " << report.files << " files and " << report.tensors
              << " tensors are as they were written\n";
  }
  if (report.faults.empty()) return;
  std::string message;
  for (const std::string& fault : report.faults) message += (message.empty() ? "" : "\n  ") + fault;
  throw DataError(message);
}

}  // namespace
}  // namespace pixelsail

int main(int argc, char** argv) {
  CLI::App app(
      "Shows a checkpoint's architecture, tensors, parameter counts, estimated memory, and what it lacks to "
      "be a\n"
      "Pixel-SAIL",
      "pixelsail-inspect");
  pixelsail::InspectOptions options;
  std::string path, config, image = "512x512";
  bool json = false, verify = false;
  app.add_option("path", path, "checkpoint folder, .safetensors, .pth or .bin file, or index.json")
      ->required();
  app.add_option("--config", config, "config.json or a folder with one, when none lies beside the tensors");
  app.add_option("--image", image, "WxH of the image that memory is estimated for");
  app.add_option("--batch", options.memory.batch, "samples at a time")->check(CLI::PositiveNumber);
  app.add_option("--text-tokens", options.memory.text_tokens, "tokens of question and answer")
      ->check(CLI::PositiveNumber);
  app.add_flag("--values", options.values, "read every tensor and name those with NaN or infinite values");
  app.add_flag(
      "--verify", verify,
      "compare every file and tensor of a checkpoint folder with its checksums.json, and nothing else; ends "
      "with 3 when something was changed");
  app.add_flag("--json", json, "one JSON object instead of a table");
  return pixelsail::run_program(app, argc, argv, [&] {
    if (verify) return pixelsail::print_verification(path, json);
    options.path = path;
    options.config = config;
    std::tie(options.memory.image_width, options.memory.image_height) = pixelsail::parse_image_size(image);
    const auto report = pixelsail::inspect_checkpoint(options);
    std::cout << (json ? report.dump(2) + "\n" : pixelsail::inspect_text(report));
  });
}
