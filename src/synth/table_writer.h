#pragma once

/// Writes tab-separated tables of visual questions (data/vqa.h reads them).

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "synth/write_benchmark.h"

namespace pixelsail {

class TableWriter {
 public:
  explicit TableWriter(const std::vector<std::string>& columns);
  /// As many cells as columns; quoted where tabs, line ends or quotes ask for it.
  void add(const std::vector<std::string>& cells);
  void write(const std::filesystem::path& path) const;

 private:
  std::size_t columns_;
  std::string text_;
};

/// The image file of a scene as base64, as the column "image" holds it.
std::string image_cell(const BenchmarkScene& scene);

}  // namespace pixelsail
