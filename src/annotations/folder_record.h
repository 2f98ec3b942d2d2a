#pragma once

/// One line of samples.jsonl of a folder data set (docs/howto_dataset.md).

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sequence.h"
#include "io/json.h"

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

/// Number of [SEG] in a text.
std::size_t count_seg(std::string_view text);

}  // namespace pixelsail::detail
