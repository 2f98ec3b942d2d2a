#pragma once

/// What a conversion took and what it left out, with the place of each thing that was left out.

#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/json.h"

namespace pixelsail {

/// Where something stands in the files that are read.
struct RecordPlace {
  std::string file;    ///< relative to what is converted: "annotations/a.json"
  std::string record;  ///< "annotations[12]", "line 3"; empty: the file as a whole
};

class ConversionReport {
 public:
  struct Item {
    RecordPlace place;
    std::string kind, why;
  };

  /// A thing is in: `kind` is the shape it came as ("polygon", "box", "mask").
  void took(std::string_view kind) { ++taken_[std::string(kind)]; }
  void took_picture() { ++pictures_; }
  /// Something is left out. `kind` names the reason ("rotated_box", "picture_missing"); `why` may say more.
  void left_out(RecordPlace place, std::string kind, std::string why = {});
  /// Something odd that harms nothing: counted.
  void noted(std::string_view kind) { ++notes_[std::string(kind)]; }

  std::int64_t pictures() const { return pictures_; }
  std::int64_t things() const;
  const std::map<std::string, std::int64_t>& taken() const { return taken_; }
  const std::map<std::string, std::int64_t>& left_out() const { return counts_; }
  const std::map<std::string, std::int64_t>& notes() const { return notes_; }
  const std::vector<Item>& items() const { return items_; }

 private:
  std::int64_t pictures_ = 0;
  std::map<std::string, std::int64_t> taken_, counts_, notes_;
  std::vector<Item> items_;
};

/// What an error says, without the path of the file that it begins with.
std::string why_of(const std::exception& error, const std::filesystem::path& file);

/// The counts, and the first of what was left out.
std::string report_to_text(const ConversionReport& report);
/// All of it: pictures, things, taken, left_out (counts by kind), notes, items.
OrderedJson report_to_json(const ConversionReport& report);

}  // namespace pixelsail
