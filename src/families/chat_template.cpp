#include "families/chat_template.h"

#include <algorithm>

#include "families/family.h"
#include "pixelsail/error.h"

namespace pixelsail {

bool ChatTemplate::has_separator(int row, int grid_h) const {
  return row_separators == RowSeparators::kAfterEach ||
         (row_separators == RowSeparators::kBetween && row + 1 < grid_h);
}

std::int64_t ChatTemplate::image_tokens(int grid_h, int grid_w) const {
  if (grid_h < 1 || grid_w < 1) return 0;
  std::int64_t count = std::int64_t{grid_h} * grid_w;
  if (row_separators != RowSeparators::kNone)
    count += has_separator(grid_h - 1, grid_h) ? grid_h : grid_h - 1;
  return count + (!image_has_tokens || !image_begin.empty() ? 1 : 0) + (image_end.empty() ? 0 : 1);
}

ChatTemplate pixelsail_chat() {
  ChatTemplate chat;
  chat.name = "pixelsail";
  chat.question_begin = "<|im_start|>user\n";
  chat.question_end = "<|im_end|>\n";
  chat.answer_end = "<|endoftext|>";
  chat.stops = {"<|endoftext|>", "<|im_end|>"};
  chat.image_begin = "<vision>";
  chat.patch = "<vpatch>";
  chat.image_end = "</vision>";
  chat.grid_positions = true;
  return chat;
}

const std::vector<ChatTemplate>& chat_templates() {
  static const std::vector<ChatTemplate> kTemplates = [] {
    std::vector<ChatTemplate> ours, published, of_texts;
    for (const BackboneFamily* family : all_families()) {
      if (family->pixelsail_chat) ours.push_back(*family->pixelsail_chat);
      if (family->chat) (family->traits ? published : of_texts).push_back(*family->chat);
    }
    ours.insert(ours.end(), published.begin(), published.end());
    ours.insert(ours.end(), of_texts.begin(), of_texts.end());
    return ours;
  }();
  return kTemplates;
}

const ChatTemplate& chat_template(std::string_view name) {
  const std::vector<ChatTemplate>& all = chat_templates();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& chat) { return chat.name == name; });
  if (found != all.end()) return *found;
  std::string known;
  for (const ChatTemplate& chat : all) known += (known.empty() ? "" : ", ") + chat.name;
  throw ConfigError("there is no chat template \"" + std::string(name) + "\"; known are " + known);
}

}  // namespace pixelsail
