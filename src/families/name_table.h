#pragma once

/// Parameter names of a family of checkpoints and ours, both ways.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// "{}" stands for a number, in the same order on both sides.
struct NameRow {
  std::string theirs, ours;
};

struct NameTable {
  std::string family;
  std::vector<NameRow> rows;

  /// nullopt for a name that the family does not have, or that it has and we have not.
  std::optional<std::string> to_ours(std::string_view theirs) const;
  std::optional<std::string> from_ours(std::string_view ours) const;
};

/// Pixel-SAIL: the names of the public code, which are ours; .pth files of mmengine have them too.
const NameTable& pixelsail_names();

/// Those of all families.
std::vector<const NameTable*> all_name_tables();

namespace detail {

/// Rows of a Hugging Face decoder: embedding, layers, final norm, output layer. `bias`: q, k and v have one.
std::vector<NameRow> decoder_rows(bool bias);
/// Appends.
void add_rows(std::vector<NameRow>& rows, std::vector<NameRow> more);

}  // namespace detail
}  // namespace pixelsail
