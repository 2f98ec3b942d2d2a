#pragma once

/// The output folder of a run and its checkpoints: output_dir/checkpoints/step_<n>.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace pixelsail {

/// Where the checkpoint of a step lies.
std::filesystem::path checkpoint_folder(const std::filesystem::path& output_dir, std::int64_t step);

/// Complete checkpoints of a run, oldest first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& output_dir);

/// The newest of them, empty when there is none.
std::filesystem::path newest_checkpoint(const std::filesystem::path& output_dir);

/// Removes a checkpoint. It loses its name first: a run that is killed meanwhile leaves no half one.
void remove_checkpoint(const std::filesystem::path& folder);

/// Removes what a killed run left of checkpoints that it was writing or removing. Nobody else may be writing.
void remove_unfinished(const std::filesystem::path& output_dir);

/// The checkpoint that a run begins with: the newest, empty when there is none. Throws ConfigError when there
/// is one and the run is not to `resume`.
std::filesystem::path checkpoint_to_continue(const std::filesystem::path& output_dir, bool resume);

}  // namespace pixelsail
