#include "families/name_table.h"

#include <algorithm>
#include <iterator>

namespace pixelsail {
namespace {

constexpr std::string_view kNumber = "{}";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// `name` rewritten from one pattern to the other; nullopt when it does not match.
std::optional<std::string> translate(std::string_view name, std::string_view pattern,
                                     std::string_view target) {
  std::vector<std::string_view> numbers;
  while (!pattern.empty()) {
    if (pattern.starts_with(kNumber)) {
      const auto end = std::find_if_not(name.begin(), name.end(), is_digit);
      const auto length = static_cast<std::size_t>(end - name.begin());
      if (length == 0) return std::nullopt;
      numbers.push_back(name.substr(0, length));
      name.remove_prefix(length);
      pattern.remove_prefix(kNumber.size());
    } else {
      if (name.empty() || name.front() != pattern.front()) return std::nullopt;
      name.remove_prefix(1);
      pattern.remove_prefix(1);
    }
  }
  if (!name.empty()) return std::nullopt;
  std::string result;
  for (const std::string_view number : numbers) {
    const std::size_t hole = target.find(kNumber);
    result += target.substr(0, hole);
    result += number;
    target.remove_prefix(hole + kNumber.size());
  }
  return result + std::string(target);
}

}  // namespace

std::optional<std::string> NameTable::to_ours(std::string_view theirs) const {
  for (const NameRow& row : rows) {
    if (auto name = translate(theirs, row.theirs, row.ours)) return name;
  }
  return std::nullopt;
}

std::optional<std::string> NameTable::from_ours(std::string_view ours) const {
  for (const NameRow& row : rows) {
    if (auto name = translate(ours, row.ours, row.theirs)) return name;
  }
  return std::nullopt;
}

namespace detail {

std::vector<NameRow> decoder_rows(bool bias) {
  std::vector<std::string> names{"model.embed_tokens.weight",
                                 "model.layers.{}.input_layernorm.weight",
                                 "model.layers.{}.post_attention_layernorm.weight",
                                 "model.layers.{}.self_attn.q_proj.weight",
                                 "model.layers.{}.self_attn.k_proj.weight",
                                 "model.layers.{}.self_attn.v_proj.weight",
                                 "model.layers.{}.self_attn.o_proj.weight",
                                 "model.layers.{}.mlp.gate_proj.weight",
                                 "model.layers.{}.mlp.up_proj.weight",
                                 "model.layers.{}.mlp.down_proj.weight",
                                 "model.norm.weight",
                                 "lm_head.weight"};
  if (bias) {
    for (const char* name : {"q_proj", "k_proj", "v_proj"})
      names.push_back(std::string("model.layers.{}.self_attn.") + name + ".bias");
  }
  std::vector<NameRow> rows;
  for (const std::string& name : names) rows.push_back({name, "single_transformer." + name});
  return rows;
}

void add_rows(std::vector<NameRow>& rows, std::vector<NameRow> more) {
  std::move(more.begin(), more.end(), std::back_inserter(rows));
}

}  // namespace detail
}  // namespace pixelsail
