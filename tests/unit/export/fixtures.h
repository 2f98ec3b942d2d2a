#pragma once

/// Small files of annotation tools, and what a reader makes of them.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "export/format.h"
#include "pixelsail/error.h"
#include "support/messages.h"
#include "support/temp_dir.h"

namespace pixelsail::test {

/// A PNG, whatever the file is called.
std::filesystem::path write_picture(const TempDir& dir, const std::string& name, int height, int width);
std::filesystem::path write_mask(const TempDir& dir, const std::string& name, const Mask& mask);

/// '#' is set.
Mask mask_of(const std::vector<std::string>& rows);
Mask pixels(const AnnotatedPicture& picture, std::size_t thing);

/// "rotated_box 1, point 2": what was left out.
std::string counts(const std::map<std::string, std::int64_t>& kinds);

struct ReadResult {
  AnnotationSet set;
  ConversionReport report;
  std::string left_out() const { return counts(report.left_out()); }
};
ReadResult read(const std::string& format, const std::filesystem::path& input,
                const std::filesystem::path& images = {});

}  // namespace pixelsail::test
