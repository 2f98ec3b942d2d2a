#pragma once

/// Runs a teacher over the pictures of a folder and keeps its features as src/data/teacher_cache.h reads them.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/log.h"
#include "data/teacher_folder.h"
#include "io/json.h"
#include "teach/picture_list.h"

namespace pixelsail {

struct TeachOptions {
  std::filesystem::path module, images, out;
  std::string device = "auto";
  bool bf16 = false;            ///< autocast, as a training with dtype: bf16 has it
  std::int64_t threads = 0;     ///< of torch on the CPU; 0: its default
  std::int64_t batch_size = 0;  ///< 0: 1 on the CPU, where features then do not depend on the company, else 8
  std::int64_t readers = 2;     ///< threads that decode pictures
  std::uint64_t shard_bytes = 256'000'000;
  TeacherPart part;
  bool progress = true;
  const std::atomic<bool>* stop = nullptr;  ///< ends the work after the pictures at hand; null: never
};

struct TeachResult {
  TeacherProgress progress;   ///< of all pictures of the folder, whoever worked on them
  std::int64_t computed = 0;  ///< by this process
  bool stopped = false;
};

/// What the folder is or will be filled with. Throws ConfigError, DataError.
TeacherIdentity teacher_identity(const std::filesystem::path& module);

/// Computes what is missing of the part. Pictures that cannot be used are named in the log and left out. Throws
/// ConfigError, DataError, RunError for everything else; what was computed until then is kept.
TeachResult compute_features(const TeachOptions& options, const TeacherPictures& pictures, Logger& log);

/// The result without new work: what is there of the pictures. Writes the index where nothing is missing.
TeacherProgress finish_features(const TeachOptions& options, const TeacherPictures& pictures);

/// {"teacher", "pictures", "done", "computed", "failed": [{"picture", "reason"}], "missing", "channels", "seconds",
/// "index": path or null}
OrderedJson teach_summary(const TeachOptions& options, const TeachResult& result, double seconds);

}  // namespace pixelsail
