#include <torch/torch.h>

#include "golden/golden.h"
#include "io/json.h"
#include "text/tokenizer.h"

namespace pixelsail::detail {

Trace run_tokenizer_golden(const std::filesystem::path& folder) {
  Trace trace;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".jsonl") continue;
    // A sentencepiece model lies beside its texts under the same name; else the folder is the tokenizer.
    std::filesystem::path model = entry.path();
    model.replace_extension(".model");
    const auto tokenizer = load_tokenizer(std::filesystem::exists(model) ? model : folder);
    const std::string prefix = entry.path().stem().string() + ".";
    read_jsonl(entry.path(), [&](Json&& line, std::size_t number) {
      const std::string where = entry.path().string() + ":" + std::to_string(number);
      trace[prefix + std::to_string(number - 1) + ".ids"] =
          torch::tensor(tokenizer->encode(json_string(line, "text", where)), torch::kInt64);
    });
  }
  return trace;
}

bool is_tokenizer_golden(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return false;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") return true;
  }
  return false;
}

}  // namespace pixelsail::detail
