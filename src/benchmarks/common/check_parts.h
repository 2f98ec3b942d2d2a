#pragma once

/// What the checks of benchmarks are made with.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/check.h"
#include "io/json.h"
#include "io/rle.h"

namespace pixelsail {

/// Regions that one question may show, <Prompt0> to <Prompt14>.
inline constexpr int kMostPrompts = 15;

/// Whether there is nothing but white space.
bool is_blank(const std::string& text);

/// Runs `read`; an error it throws is a fault of kind `what`. False when it threw.
bool guarded(BenchmarkCheck& check, const std::string& what, const std::function<void()>& read);

/// Pictures are collected first and looked at once each.
class PictureCheck {
 public:
  PictureCheck(BenchmarkCheck& check, const CheckOptions& options) : check_(check), options_(options) {}

  /// Size as the annotations say, 0: they do not.
  void add(const std::filesystem::path& path, int height, int width);
  /// A picture in memory, looked at right away; `name` for messages.
  void look(std::span<const std::byte> bytes, const std::string& name);
  /// Looks at all that were added and counts them as "images".
  void run();

 private:
  void look_at(const std::filesystem::path& path, int height, int width);

  BenchmarkCheck& check_;
  const CheckOptions& options_;
  std::map<std::string, std::pair<int, int>> pictures_;
};

enum class MaskUse {
  kTarget,  ///< to be found; that it is empty is noted
  kRegion,  ///< shown to the model; must not be empty
  kUnknown  ///< one of them; an empty one is the caller's to judge
};

/// Whether it is noted what the ways to merge polygons change: where option gt_merge decides about the masks.
enum class MergeNotes { kNone, kWanted };

/// Masks, which are decoded, and counted at the end.
class MaskCheck {
 public:
  explicit MaskCheck(BenchmarkCheck& check, MergeNotes merges = MergeNotes::kNone)
      : check_(check), merges_(merges) {}

  /// A COCO segmentation of a picture of that size (0: a run-length object of any size). Returns its size, or
  /// nothing when it is broken.
  std::optional<std::pair<int, int>> add(const Json& segmentation, int height, int width, MaskUse use,
                                         const std::string& where);
  /// Counts "masks", and what the ways to merge polygons change.
  void finish();

 private:
  /// Notes what is odd about it and can be decoded nevertheless; false when the size is another.
  bool look_at_parts(const Json& segmentation, int height, int width, const std::string& where);
  void look_at_merges(const Json& segmentation, const Rle& joined, const std::string& where);

  BenchmarkCheck& check_;
  MergeNotes merges_;
  std::int64_t masks_ = 0, overlapping_ = 0, lisa_sum_ = 0, sa2va_rle_ = 0;
};

/// Height or width of a picture. Throws DataError for what can be none.
int side_member(const Json& object, const char* key, const std::string& where);

/// Member that is a text of more than blanks, else a fault of kind `what` (and an empty text).
std::string text_member(const Json& object, const char* key, BenchmarkCheck& check, const std::string& what,
                        const std::string& where);

}  // namespace pixelsail
