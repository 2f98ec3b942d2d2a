#include "train/run_folder.h"

#include <algorithm>
#include <optional>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStepPrefix = "step_";
/// Behind the names of folders that are being written (io/atomic_file.h) or removed.
constexpr const char* kUnfinished = ".tmp";

/// Number behind "step_", or nothing for any other name (also of unfinished folders).
std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kStepPrefix)) return std::nullopt;
  const std::string digits = name.substr(std::string(kStepPrefix).size());
  if (digits.empty() || digits.size() > 15 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(digits);
}

}  // namespace

fs::path checkpoint_folder(const fs::path& output_dir, std::int64_t step) {
  return output_dir / "checkpoints" / (kStepPrefix + std::to_string(step));
}

std::vector<fs::path> list_checkpoints(const fs::path& output_dir) {
  std::vector<fs::path> found;
  const fs::path folder = output_dir / "checkpoints";
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (step_of(entry.path())) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return *step_of(a) < *step_of(b); });
  return found;
}

void remove_checkpoint(const fs::path& folder) {
  fs::path unfinished = folder;
  unfinished += kUnfinished;
  fs::remove_all(unfinished);
  fs::rename(folder, unfinished);
  fs::remove_all(unfinished);
}

void remove_unfinished(const fs::path& output_dir) {
  const fs::path folder = output_dir / "checkpoints";
  if (!fs::is_directory(folder)) return;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kStepPrefix) && name.ends_with(kUnfinished)) found.push_back(entry.path());
  }
  for (const fs::path& one : found) fs::remove_all(one);
}

fs::path newest_checkpoint(const fs::path& output_dir) {
  const std::vector<fs::path> found = list_checkpoints(output_dir);
  return found.empty() ? fs::path() : found.back();
}

fs::path checkpoint_to_continue(const fs::path& output_dir, bool resume) {
  fs::path newest = newest_checkpoint(output_dir);
  if (!newest.empty() && !resume) {
    throw ConfigError(output_dir.string() + " already holds a run (" + newest.filename().string() +
                      "): continue it with --resume or choose another output_dir");
  }
  return newest;
}

}  // namespace pixelsail
