#pragma once

/// Tables of visual questions in the format of VLMEvalKit: one record a question, read as io/tables/tsv.h and
/// io/tables/tsv_column.h say.
///
///   index        names the question; of a rolled question (MMBench) index % 1e6 names the one it is made of
///   question     text
///   answer       "Yes" / "No" (MME) or the letter of an option
///   A .. Z       options; a missing cell is no option
///   hint, category, l2-category or l2_category, split, image_path, g_index   optional
///   image        optional: base64 of an image file, the index of another record that holds it (at most 64
///                characters), or a Python list of base64 strings

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "io/tables/tsv.h"

namespace pixelsail {

struct VqaQuestion {
  std::string index;
  std::string question;
  std::optional<std::string> hint, answer, category, l2_category, split, image_path, g_index;
  /// Letter and text, in the order of the alphabet.
  std::vector<std::pair<char, std::string>> options;
  /// Record of the table.
  std::size_t row = 0;
};

class VqaTable {
 public:
  /// Throws DataError for a table that cannot be read, lacks a column "index" or "question", has a record
  /// without index, or an index twice. Records without an image are left out when there is a column "image",
  /// as VLMEvalKit leaves them out.
  static VqaTable load(const std::filesystem::path& path);
  explicit VqaTable(TsvTable table);

  const std::string& name() const { return table_.name(); }
  const std::vector<VqaQuestion>& questions() const { return questions_; }
  /// Records left out because they have no image.
  std::size_t without_image() const { return without_image_; }
  bool has_column(std::string_view name) const { return table_.find_column(name).has_value(); }
  /// "file:line: question 12"
  std::string where(const VqaQuestion& question) const;

  /// The image files of a question, as they were before base64 (JPEG, PNG; see decode_image()). Throws
  /// DataError naming the record when it has no image, is not base64, or names no record that holds one.
  std::vector<std::vector<std::byte>> image_bytes(const VqaQuestion& question) const;
  /// Place in questions() of the one that holds the image: its own, or that of the record it names. Throws as
  /// image_bytes() when there is none.
  std::size_t image_holder(const VqaQuestion& question) const;

 private:
  TsvTable table_;
  std::vector<VqaQuestion> questions_;
  std::unordered_map<std::string, std::size_t> places_;  ///< by index, in questions_
  std::size_t without_image_ = 0;
  std::optional<std::size_t> image_column_;
};

/// The table of a benchmark ("mme", "mmbench", "seedbench", "mmstar") below `root`: the file `root` itself,
/// ROOT/<name>/<name>.tsv, ROOT/<name>.tsv, or one of the published file names (MME.tsv, MMBench_DEV_EN.tsv,
/// SEEDBench_IMG.tsv, MMStar.tsv, ...) in either folder. Throws DataError when there is none or more than
/// one.
std::filesystem::path find_vqa_table(const std::filesystem::path& root, const std::string& benchmark);

/// Strings of a Python list of plain strings ("['a', \"b\"]"), or the text itself when it is no list. Throws
/// DataError for a list that is anything else.
std::vector<std::string_view> list_cell(std::string_view text);

}  // namespace pixelsail
