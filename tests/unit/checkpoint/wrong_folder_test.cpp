#include "checkpoint/wrong_folder.h"

#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

std::string fault(const std::filesystem::path& folder) {
  try {
    load_checkpoint(folder, WeightOptions{});
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(WrongFolder, SaysWhatItIsAndWhatToDo) {
  const test::TempDir dir;
  const auto write = [&](const std::string& file, const std::string& text) {
    write_file_atomic(dir.path() / file, text);
    return (dir.path() / file).parent_path();
  };
  for (const char* config : {R"({"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2"})",
                             R"({"model_type": "mistral"})"}) {
    const std::string said = fault(write("lm/config.json", config));
    EXPECT_TRUE(has(said, "config.json: is of ") && has(said, "a language model, not of a Pixel-SAIL model"))
        << said;
    EXPECT_TRUE(has(said, "pixelsail-convert --from " + (dir.path() / "lm").string())) << said;
  }
  EXPECT_TRUE(has(fault(write("vit/config.json", R"({"architectures": ["CLIPModel"]})")),
                  "CLIPModel, another model"));
  EXPECT_TRUE(has(fault(write("lora/adapter_config.json", "{}")), "LoRA adapter, not of a model"));
  EXPECT_TRUE(has(fault(write("run/final/config.json", "{}").parent_path()),
                  "its model is " + (dir.path() / "run" / "final").string()));
  EXPECT_TRUE(has(fault(write("open/checkpoints/x", "").parent_path()), "has not ended"));
  write("x.pth", "");
  EXPECT_TRUE(has(fault(dir.path() / "x.pth"), "x.pth: is a file, a checkpoint is a folder"));
  EXPECT_TRUE(has(fault(dir.path() / "none"), "no such checkpoint folder"));
  // A configuration of this project that lacks something says what.
  EXPECT_TRUE(has(fault(write("own/config.json", R"({"model_type": "pixelsail"})")), "is missing"));
}

}  // namespace
}  // namespace pixelsail
