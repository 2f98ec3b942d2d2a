#pragma once

/// Parameter names of each family of checkpoints and ours, both ways. One table a family, in its own file
/// (weights_names_*.cpp); adding a family is adding a table.

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
/// Qwen2ForCausalLM of Hugging Face.
const NameTable& qwen2_names();
/// MistralForCausalLM of Hugging Face.
const NameTable& mistral_names();
/// SAIL: a language model with vis_embed, on Mistral (SAIL-7B) or on Qwen2.5 (what Pixel-SAIL starts from).
const NameTable& sail_names();
/// SOLO-7B.
const NameTable& solo_names();
/// EVEv2 (EVE-7B-HD-v2.0).
const NameTable& eve_names();

/// All tables.
std::vector<const NameTable*> all_name_tables();

namespace detail {

/// Rows of a Hugging Face decoder: embedding, layers, final norm, output layer. `bias`: q, k and v have one.
std::vector<NameRow> decoder_rows(bool bias);
/// Appends.
void add_rows(std::vector<NameRow>& rows, std::vector<NameRow> more);

}  // namespace detail
}  // namespace pixelsail
