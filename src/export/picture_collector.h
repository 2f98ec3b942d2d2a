#pragma once

/// What all readers do with a picture and a thing that a file names: look for it, check it, count it.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "export/annotation_set.h"
#include "export/conversion_report.h"
#include "export/picture_folder.h"
#include "image/image_size.h"

namespace pixelsail {

class PictureCollector {
 public:
  explicit PictureCollector(ConversionReport& report) : report_(report) {}

  /// The number of a picture that was found; the same one for the same file. Nothing, and a line in the report, when
  /// it is missing (`found` empty), cannot be read, has another size than `stated`, or could be one of several.
  std::optional<std::size_t> picture(const std::optional<PictureFolder::Found>& found,
                                     const std::optional<ImageSize>& stated, const std::string& split,
                                     const RecordPlace& place);
  const AnnotatedPicture& at(std::size_t picture) const { return set_.pictures[picture]; }

  /// A thing, unless its name says nothing, its shape is broken, or it covers no pixel. `kind`: what it came as.
  void add(std::size_t picture, AnnotatedThing thing, std::string_view kind, const RecordPlace& place);

  /// All pictures, those without a thing too. Throws DataError naming `input` when there is none.
  AnnotationSet take(const std::filesystem::path& input);

 private:
  std::optional<std::size_t> new_picture(const PictureFolder::Found& found, const std::string& split,
                                         const RecordPlace& place);

  ConversionReport& report_;
  AnnotationSet set_;
  struct Known {
    std::optional<std::size_t> picture;
    std::string said;
  };
  std::map<std::filesystem::path, Known> by_file_;
  std::map<std::string, std::size_t> by_name_;
};

/// Whether a name says something: valid UTF-8 with a character that is no white space.
bool is_usable_name(std::string_view name);

}  // namespace pixelsail
