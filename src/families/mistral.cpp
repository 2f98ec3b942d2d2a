// Mistral of Hugging Face.

#include "families/family.h"

namespace pixelsail {
namespace {

// Mistral-7B-Instruct, version 0.1.
ChatTemplate mistral_chat() {
  ChatTemplate chat;
  chat.name = "mistral";
  chat.bos = "<s>";
  chat.question_begin = "[INST] ";
  chat.question_end = " [/INST]";
  chat.answer_end = "</s>";
  chat.stops = {"</s>"};
  chat.image_place = ChatTemplate::ImagePlace::kAfterBos;
  chat.image_begin = "<vision>";
  chat.patch = "<vpatch>";
  chat.image_end = "</vision>";
  return chat;
}

}  // namespace

const BackboneFamily& mistral_family() {
  static const BackboneFamily kFamily = [] {
    BackboneFamily family{.title = "Mistral"};
    family.names = {"mistral", detail::decoder_rows(false)};
    family.marks = {"model.embed_tokens.weight"};
    family.architectures = {{"MistralForCausalLM", "mistral", false}};
    // Qwen2 has the key too, switched off by use_sliding_window.
    family.reads_sliding_window = true;
    family.chat = mistral_chat();
    return family;
  }();
  return kFamily;
}

}  // namespace pixelsail
