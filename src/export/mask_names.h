#pragma once

/// names.txt of a folder of masks: which value of a mask picture is which name. One line each: "3 cup" for a grey
/// value, "200,30,30 cup" for a colour, "* cup" for whatever is not black. "#" begins a comment.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "image/codec.h"

namespace pixelsail {

class MaskNames {
 public:
  using Value = std::array<std::uint8_t, 3>;

  MaskNames() = default;
  /// Throws DataError naming file and line.
  explicit MaskNames(const std::filesystem::path& file);

  bool empty() const { return names_.empty() && !any_; }
  /// The name of a value that is not black and not transparent; nothing when the file does not name it.
  std::optional<std::string> name_of(const Value& value) const;
  /// Whether all that is not black has one name.
  const std::optional<std::string>& any() const { return any_; }

 private:
  std::map<Value, std::string> names_;
  std::optional<std::string> any_;
};

/// The pixels of each value of a mask picture but black and what is transparent. Throws DataError for more than 256.
std::map<MaskNames::Value, Rle> masks_by_value(const RgbaImage& picture);

}  // namespace pixelsail
