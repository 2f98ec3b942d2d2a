// Qwen2 and Qwen2.5 of Hugging Face.

#include "families/family.h"

namespace pixelsail {
namespace {

// Qwen2.5-Instruct, chat_template of its tokenizer_config.json; the image as in Qwen2-VL.
ChatTemplate qwen2_chat() {
  ChatTemplate chat;
  chat.name = "qwen2";
  chat.system =
      "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n";
  chat.question_begin = "<|im_start|>user\n";
  chat.question_end = "<|im_end|>\n<|im_start|>assistant\n";
  chat.answer_end = "<|im_end|>";
  chat.separator = "\n";
  chat.stops = {"<|im_end|>", "<|endoftext|>"};
  chat.image_place = ChatTemplate::ImagePlace::kInQuestion;
  chat.image_begin = "<|vision_start|>";
  chat.patch = "<|image_pad|>";
  chat.image_end = "<|vision_end|>";
  return chat;
}

}  // namespace

const BackboneFamily& qwen2_family() {
  static const BackboneFamily kFamily = [] {
    BackboneFamily family{.title = "Qwen2"};
    family.names = {"qwen2", detail::decoder_rows(true)};
    family.marks = {"model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.bias"};
    family.architectures = {{"Qwen2ForCausalLM", "qwen2", true}};
    family.chat = qwen2_chat();
    return family;
  }();
  return kFamily;
}

}  // namespace pixelsail
