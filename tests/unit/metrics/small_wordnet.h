#pragma once

/// A WordNet database of a few words, written by the tests, and the real one where it is installed.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "support/temp_dir.h"

namespace pixelsail::test {

inline const std::filesystem::path kInstalledWordNet = "/usr/share/wordnet";

/// A fresh folder with the twelve files; it goes away with the object. Files can be changed before they are
/// read.
class SmallWordNet : public TempDir {
 public:
  SmallWordNet() {
    for (const char* suffix : {"noun", "verb", "adj", "adv"}) {
      write(std::string("index.") + suffix, kLicence);
      write(std::string("data.") + suffix, kLicence);
      write(std::string(suffix) + ".exc", "");
    }
  }
  void append(const std::string& file, const std::string& text) const {
    std::ofstream(path() / file, std::ios::binary | std::ios::app) << text;
  }

  /// Appends a synset to data.SUFFIX; `fields` stand behind its offset, which is returned as the index has
  /// it.
  std::string add_synset(const std::string& suffix, const std::string& fields) const {
    std::string offset(9, '\0');
    std::snprintf(offset.data(), offset.size(), "%08ju",
                  static_cast<std::uintmax_t>(std::filesystem::file_size(path() / ("data." + suffix))));
    offset.pop_back();
    append("data." + suffix, offset + " " + fields + " | a gloss; \"an example\"  \n");
    return offset;
  }

 private:
  static constexpr const char* kLicence = "  1 A line of the licence.  \n  2 Another.  \n";
};

}  // namespace pixelsail::test
