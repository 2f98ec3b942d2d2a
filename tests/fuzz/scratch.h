#pragma once

/// A folder for readers that want files. It lies below TMPDIR, which tools/fuzz.sh sets to one in memory.

#include <filesystem>
#include <string>
#include <string_view>

namespace pixelsail::fuzz {

class Scratch {
 public:
  /// Throws RunError when there is no place for it.
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& root() const { return root_; }
  /// Writes a file below the folder, in place of what it held, and returns its path. Folders are made. Throws
  /// RunError when that fails.
  std::filesystem::path put(const std::string& name, std::string_view bytes) const;

 private:
  std::filesystem::path root_;
};

}  // namespace pixelsail::fuzz
