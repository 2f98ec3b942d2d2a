#pragma once

/// A folder of cached features while it is written (teacher_cache.h says how it is read). Shards appear under their names
/// when they are complete, and the index names the pictures when there is nothing left to do. Beside them ".parts" has a
/// lock for each part of the work and what could not be read.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/atomic_file.h"
#include "io/tensors/safetensors.h"

namespace pixelsail {

/// What all shards of a folder have in common.
struct TeacherIdentity {
  std::string name;
  std::string fingerprint;  ///< of the module and of what stands beside it
  std::int64_t channels = 0, stride = 0;
};

/// A process's part of the work: `index` of `count`.
struct TeacherPart {
  std::int64_t index = 0, count = 1;
  /// Whether a picture is this part's: it depends on its key alone, so that parts of one count never meet.
  bool has(const std::string& key) const;
};

/// What a folder holds of a list of pictures.
struct TeacherProgress {
  std::int64_t done = 0;
  std::map<std::string, std::string> failed;  ///< key -> reason
  std::int64_t missing = 0;                   ///< neither
};

class TeacherFolder {
 public:
  /// Creates the folder where it is missing and reads which pictures it has. Throws ConfigError for one with features of
  /// another teacher, DataError for a broken shard, RunError where it cannot be written.
  TeacherFolder(std::filesystem::path folder, TeacherIdentity identity);

  /// Keys of pictures whose features are there.
  const std::set<std::string>& done() const { return done_; }

  /// Takes a part of the work for this process; throws RunError when another one has it.
  void take(TeacherPart part);
  /// Writes a shard of the part, [channels, h, w] each.
  void add_shard(const std::vector<std::pair<std::string, TensorView>>& maps);
  /// Leaves word of the part's pictures that have no features.
  void set_failed(const std::map<std::string, std::string>& reasons);

  /// What all processes together have made of these pictures. When none is missing, the index is written.
  TeacherProgress finish(const std::vector<std::string>& pictures);

 private:
  /// Keys and the shard of each.
  std::map<std::string, std::string> read_shards() const;
  std::map<std::string, std::string> read_failed() const;
  std::filesystem::path failed_file() const;
  void write_index(const std::map<std::string, std::string>& shard_of) const;

  std::filesystem::path folder_, parts_;
  TeacherIdentity identity_;
  std::set<std::string> done_;
  TeacherPart part_;
  std::unique_ptr<DirectoryLock> lock_;
  std::int64_t next_ = 0;  ///< number of the part's next shard
};

}  // namespace pixelsail
