#pragma once

/// A WordNet database of a few words, written by the tests, and the real one where it is installed.

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail::test {

inline const std::filesystem::path kInstalledWordNet = "/usr/share/wordnet";

/// A fresh folder with the twelve files; it goes away with the object. Files can be changed before they are
/// read.
class SmallWordNet {
 public:
  SmallWordNet() {
    std::string name = (std::filesystem::temp_directory_path() / "pixelsail_wordnet_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw RunError("cannot make " + name);
    path_ = name;
    for (const char* suffix : {"noun", "verb", "adj", "adv"}) {
      write(std::string("index.") + suffix, kLicence);
      write(std::string("data.") + suffix, kLicence);
      write(std::string(suffix) + ".exc", "");
    }
  }
  ~SmallWordNet() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SmallWordNet(const SmallWordNet&) = delete;
  SmallWordNet& operator=(const SmallWordNet&) = delete;
  const std::filesystem::path& path() const { return path_; }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(path_ / file, std::ios::binary) << text;
  }
  void append(const std::string& file, const std::string& text) const {
    std::ofstream(path_ / file, std::ios::binary | std::ios::app) << text;
  }

  /// Appends a synset to data.SUFFIX; `fields` stand behind its offset, which is returned as the index has
  /// it.
  std::string add_synset(const std::string& suffix, const std::string& fields) const {
    std::string offset(9, '\0');
    std::snprintf(offset.data(), offset.size(), "%08ju",
                  static_cast<std::uintmax_t>(std::filesystem::file_size(path_ / ("data." + suffix))));
    offset.pop_back();
    append("data." + suffix, offset + " " + fields + " | a gloss; \"an example\"  \n");
    return offset;
  }

 private:
  static constexpr const char* kLicence = "  1 A line of the licence.  \n  2 Another.  \n";
  std::filesystem::path path_;
};

}  // namespace pixelsail::test
