#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "metrics/meteor/meteor_data.h"
#include "metrics/meteor/meteor_score.h"
#include "pixelsail/error.h"
#include "support/temp_dir.h"

namespace pixelsail::test {

/// Small files in the layout of METEOR's resources, removed at the end.
class MeteorFolder : public TempDir {
 public:
  MeteorFolder() {
    write("function/english.words", "the\nof\na\nwas\non\nand\nalso\nas\ntwo\n'\n's\ns\n");
    write("nonbreaking/english.prefixes", "# comment\n\nvs\nMr\nno #NUMERIC_ONLY#\n");
    write("synonym/english.synsets",
          "automobile\n10\ncar\n10 11\nbig\n20\nlarge\n20 21\nhuge\n21\nwolf\n30\ngrey_wolf\n30\n"
          "canis\n30\nrun\n40\njog\n40\ndog\n50\n");
    write("synonym/english.exceptions", "wolf\nwolves\nrun\nran running\n");
  }
  std::filesystem::path write_gzip(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path() / name).parent_path());
    gzFile file = gzopen((path() / name).c_str(), "wb");
    if (file == nullptr) throw RunError("cannot write " + name);
    const int written = gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    if (gzclose(file) != Z_OK || written != static_cast<int>(text.size()))
      throw RunError("cannot write " + name);
    return path() / name;
  }

  /// With the paraphrases of `table` (text as in METEOR's file) where it is not empty.
  MeteorData load(const std::string& table = "") const {
    MeteorFiles files{.data_directory = path(), .paraphrases = {}};
    if (!table.empty()) files.paraphrases = write("table.txt", table);
    return MeteorData::load(files);
  }
};

inline double score_of(const MeteorData& data, const std::string& hypothesis, const std::string& reference) {
  const std::vector<MeteorSegment> segments{{.hypothesis = hypothesis, .references = {reference}}};
  return score_meteor(segments, data).scores.front();
}

/// `call` must throw `Expected` with `part` in its message.
template <class Expected = DataError, class Call>
void expect_error_with(Call call, const std::string& part) {
  try {
    call();
    ADD_FAILURE() << "no error; expected one with: " << part;
  } catch (const Expected& e) {
    EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
  }
}

}  // namespace pixelsail::test
