#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace pixelsail {

/// A file of the repository ("configs/model/demo.yaml") as it lies from here, or beside the installed program: in
/// share/pixelsail of the folder above bin, or above lib/pixelsail/programs of a package. `name` where it is in none of
/// them.
inline std::filesystem::path shared_file(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(name, ignored)) return name;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const char* up : {"..", "../../.."}) {
    const fs::path file = (folder / up / "share" / "pixelsail" / name).lexically_normal();
    if (fs::exists(file, ignored)) return file;
  }
  return name;
}

}  // namespace pixelsail
