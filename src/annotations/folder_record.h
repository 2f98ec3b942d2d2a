#pragma once

/// One line of samples.jsonl of a folder data set (docs/howto_dataset.md).

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/sequence.h"
#include "io/json.h"
#include "pixelsail/region.h"

namespace pixelsail::detail {

inline constexpr std::size_t kMaxRegions = kPromptTokens;

struct FolderRecord {
  std::size_t line = 0;
  std::string image;  ///< as written; empty: text only
  std::string split = "train";
  std::string question, answer;
  std::optional<std::vector<Json>> masks;  ///< RLE object, polygon(s), or a file name; empty: no target
  std::vector<Json> regions;               ///< RLE object or a region text
};

/// Checks everything that can be checked without opening other files and fills in the question of an
/// expression and the default answers. Throws DataError without file and line (the caller knows them).
FolderRecord parse_folder_record(Json&& object, std::size_t line);

/// `text` with every <PromptN> written as <Prompt(N + offset)>. Throws DataError for N >= count.
std::string shift_prompts(std::string_view text, std::size_t offset, std::size_t count);

/// The picture that a record names: ROOT/NAME where that is a file, else ROOT/images/NAME.
std::filesystem::path folder_image(const std::filesystem::path& root, const std::string& name);

/// A mask picture that a record names, below ROOT. Throws DataError when it is none.
Mask folder_mask_file(const std::filesystem::path& root, const std::string& name);

/// A region of a record: of an RLE or a mask picture its mask, else the parsed text. Throws DataError or ConfigError.
Region folder_region(const std::filesystem::path& root, const Json& region);

/// The polygons of a mask that is none of RLE and file name, as a list of them.
Json folder_polygons(const Json& mask);

/// " (other splits there: test, train)", for messages; empty when there are none.
std::string other_splits_text(const std::set<std::string>& names);

/// Number of [SEG] in a text.
std::size_t count_seg(std::string_view text);

}  // namespace pixelsail::detail
