#include "text/chat_template.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using ImagePlace = ChatTemplate::ImagePlace;
using RowSeparators = ChatTemplate::RowSeparators;

// Pixel-SAIL: no system text, no header of the assistant, nothing between turns.
ChatTemplate pixelsail() {
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

// Mistral-7B-Instruct, version 0.1.
ChatTemplate mistral() {
  ChatTemplate chat;
  chat.name = "mistral";
  chat.bos = "<s>";
  chat.question_begin = "[INST] ";
  chat.question_end = " [/INST]";
  chat.answer_end = "</s>";
  chat.stops = {"</s>"};
  chat.image_place = ImagePlace::kAfterBos;
  chat.image_begin = "<vision>";
  chat.patch = "<vpatch>";
  chat.image_end = "</vision>";
  return chat;
}

// github.com/bytedance/SAIL, example.py: image tokens, then what Mistral makes of the question.
ChatTemplate sail() {
  ChatTemplate chat = mistral();
  chat.name = "sail";
  chat.image_place = ImagePlace::kFirst;
  chat.grid_positions = true;
  return chat;
}

// github.com/Yangyi-Chen/SOLO, src/data/instruction_tuning.py. The image is closed by the token that opened
// it, and positions are those of Mistral.
ChatTemplate solo() {
  ChatTemplate chat = mistral();
  chat.name = "solo";
  chat.strip_question = true;
  chat.image_place = ImagePlace::kFirst;
  chat.image_end = "<vision>";
  chat.row_separator = "<vrow_sep>";
  chat.row_separators = RowSeparators::kBetween;
  return chat;
}

// Pixel-SAIL with the image of SOLO. Of this combination only results are published; the text is that of
// Pixel-SAIL.
ChatTemplate pixelsail_solo() {
  const ChatTemplate image = solo();
  ChatTemplate chat = pixelsail();
  chat.name = "pixelsail_solo";
  chat.image_place = image.image_place;
  chat.image_begin = image.image_begin;
  chat.patch = image.patch;
  chat.image_end = image.image_end;
  chat.row_separator = image.row_separator;
  chat.row_separators = image.row_separators;
  chat.grid_positions = image.grid_positions;
  return chat;
}

// github.com/baaivision/EVE, EVEv2/eve/conversation.py (qwen2). There the image is a run of vectors: one for
// the whole, and one behind each row of patches.
ChatTemplate eve() {
  ChatTemplate chat;
  chat.name = "eve";
  chat.system =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, "
      "detailed, and polite answers to the user's questions. ";
  chat.question_begin = "USER: ";
  chat.question_end = " ASSISTANT:";
  chat.answer_begin = " ";
  chat.answer_end = "<|im_end|>";
  chat.stops = {"<|im_end|>", "<|endoftext|>"};
  chat.strip_question = true;
  chat.image_place = ImagePlace::kInQuestion;
  chat.image_has_tokens = false;
  chat.row_separators = RowSeparators::kAfterEach;
  chat.image_after = "\n";
  return chat;
}

// github.com/bytedance/Sa2VA, projects/ST/dataset/eve: the image of EVE in the first question, the chat
// format of Qwen without its system text and without anything between turns.
ChatTemplate pixelsail_eve() {
  ChatTemplate chat;
  chat.name = "pixelsail_eve";
  chat.question_begin = "<|im_start|>user\n";
  chat.question_end = "<|im_end|>\n<|im_start|>assistant\n";
  chat.answer_end = "<|im_end|>";
  chat.stops = {"<|im_end|>", "<|endoftext|>"};
  chat.image_place = ImagePlace::kInQuestion;
  chat.image_has_tokens = false;
  chat.row_separators = RowSeparators::kAfterEach;
  chat.image_after = "\n";
  return chat;
}

// Qwen2.5-Instruct, chat_template of its tokenizer_config.json; the image as in Qwen2-VL.
ChatTemplate qwen2() {
  ChatTemplate chat;
  chat.name = "qwen2";
  chat.system =
      "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n";
  chat.question_begin = "<|im_start|>user\n";
  chat.question_end = "<|im_end|>\n<|im_start|>assistant\n";
  chat.answer_end = "<|im_end|>";
  chat.separator = "\n";
  chat.stops = {"<|im_end|>", "<|endoftext|>"};
  chat.image_place = ImagePlace::kInQuestion;
  chat.image_begin = "<|vision_start|>";
  chat.patch = "<|image_pad|>";
  chat.image_end = "<|vision_end|>";
  return chat;
}

}  // namespace

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

const std::vector<ChatTemplate>& chat_templates() {
  static const std::vector<ChatTemplate> kTemplates{
      pixelsail(), pixelsail_solo(), pixelsail_eve(), sail(), solo(), eve(), qwen2(), mistral()};
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
