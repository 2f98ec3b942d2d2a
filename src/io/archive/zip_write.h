#pragma once

/// Zip archives of stored entries.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace pixelsail::detail {

struct ZipEntry {
  /// ASCII.
  std::string name;
  std::uint64_t size = 0;
  /// As LazyTensor::fill.
  std::function<void(std::uint64_t offset, std::span<std::byte> out)> fill;
};

/// Writes the archive atomically. Every entry has the same date: the bytes depend on the arguments only.
/// Entries above 4 GB are written as zip64 has it. Throws RunError when the disk is full, or what `fill`
/// throws.
void write_zip(const std::filesystem::path& path, const std::vector<ZipEntry>& entries);

}  // namespace pixelsail::detail
