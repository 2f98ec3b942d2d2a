#pragma once

/// The formats that annotations are read from and written to, a row each.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "export/annotation_set.h"
#include "export/conversion_report.h"

namespace pixelsail {

/// Called while work goes on with what is done and, where known, of how much (else 0).
using ConversionProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// The name of the report in a folder that was written.
inline constexpr const char* kConversionFile = "conversion.json";

struct ReadSource {
  std::filesystem::path input;            ///< a file or a folder, as the format has it
  std::filesystem::path images;           ///< where the pictures are; empty: where the format puts them
  std::string expression = "the {name}";  ///< how a name stands in an expression (folder)
  ConversionProgress progress;
};

struct WriteTarget {
  std::filesystem::path out;  ///< an empty folder
  std::string expression = "the {name}";
  ConversionProgress progress;
};

struct AnnotationFormat {
  std::string_view name;  ///< "labelme"
  std::string_view help;
  /// What the files hold, without what cannot be expressed or is broken: that goes into the report. Throws DataError
  /// when a file that all of it depends on cannot be read.
  AnnotationSet (*read)(const ReadSource& source, ConversionReport& report);
  /// Writes the pictures too. What the format cannot hold goes into the report. Throws RunError.
  void (*write)(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
};

std::span<const AnnotationFormat> annotation_formats();
std::vector<std::string> annotation_format_names();
/// Throws ConfigError naming the known ones.
const AnnotationFormat& annotation_format(std::string_view name);

AnnotationSet read_folder_format(const ReadSource& source, ConversionReport& report);
AnnotationSet read_coco(const ReadSource& source, ConversionReport& report);
AnnotationSet read_labelme(const ReadSource& source, ConversionReport& report);
AnnotationSet read_yolo(const ReadSource& source, ConversionReport& report);
AnnotationSet read_label_studio(const ReadSource& source, ConversionReport& report);
AnnotationSet read_cvat(const ReadSource& source, ConversionReport& report);
AnnotationSet read_mask_folder(const ReadSource& source, ConversionReport& report);

void write_folder_format(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
void write_coco(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
void write_labelme(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
void write_yolo(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
void write_label_studio(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
void write_cvat(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);
void write_mask_folder(const AnnotationSet& set, const WriteTarget& target, ConversionReport& report);

}  // namespace pixelsail
