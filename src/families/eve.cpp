// EVEv2 (EVE-7B-HD-v2.0).

#include "families/family.h"

namespace pixelsail {
namespace {

using ImagePlace = ChatTemplate::ImagePlace;
using RowSeparators = ChatTemplate::RowSeparators;

// github.com/baaivision/EVE, EVEv2/eve/conversation.py (qwen2). There the image is a run of vectors: one for
// the whole, and one behind each row of patches.
ChatTemplate eve_chat() {
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
ChatTemplate chat_of_ours() {
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

/// Visual copies of a layer's parts; the published names mark them with "moe_" in front of the last part.
std::vector<NameRow> visual_copies() {
  std::vector<std::string> names{"moe_input_layernorm.weight",  "moe_post_attention_layernorm.weight",
                                 "self_attn.moe_q_proj.weight", "self_attn.moe_q_proj.bias",
                                 "self_attn.moe_k_proj.weight", "self_attn.moe_k_proj.bias",
                                 "self_attn.moe_v_proj.weight", "self_attn.moe_v_proj.bias",
                                 "self_attn.moe_o_proj.weight", "moe_mlp.gate_proj.weight",
                                 "moe_mlp.up_proj.weight",      "moe_mlp.down_proj.weight"};
  std::vector<NameRow> rows;
  for (const std::string& name : names) {
    rows.push_back({"model.layers.{}." + name, "single_transformer.model.layers.{}." + name});
  }
  return rows;
}

NameTable eve_rows() {
  NameTable eve{"eve", detail::decoder_rows(true)};
  detail::add_rows(eve.rows, visual_copies());
  for (const char* name : {"class_embedding", "split_embedding", "patch_embedding.0.weight",
                           "patch_embedding.0.bias", "patch_embedding.2.weight", "patch_embedding.2.bias"}) {
    const std::string theirs = std::string("model.vision_tower.") + name;
    eve.rows.push_back({theirs, "single_transformer." + theirs});
  }
  return eve;
}

}  // namespace

const BackboneFamily& eve_family() {
  static const BackboneFamily kFamily = [] {
    BackboneFamily family{.title = "EVEv2", .backbone = Backbone::kEve};
    family.traits = {.image_sees_itself = false,
                     .grid_positions = false,
                     .patches_replace_tokens = true,
                     .visual_copies = true,
                     .projects_prompts = false,
                     .sorts_prompts = true,
                     .scored_seg_only = true,
                     .chat = "pixelsail_eve",
                     .preprocess = "eve"};
    family.names = eve_rows();
    family.marks = {"model.vision_tower.class_embedding"};
    family.own_mark = "single_transformer.model.vision_tower.patch_embedding.0.weight";
    family.architectures = {{"EVEQwen2ForCausalLM", "eve-qwen2", true}};
    family.hf_keys = {{"mm_hidden_size", HfKey::Value::kMmHiddenSize, {}},
                      {"add_moe", HfKey::Value::kConstant, "true"},
                      {"moe_part", HfKey::Value::kConstant, "\"layernorm-self_attn-mlp\""}};
    family.chat = eve_chat();
    family.pixelsail_chat = chat_of_ours();
    // github.com/bytedance/Sa2VA, projects/ST, with 800 for max_side; mean and deviation are those of CLIP.
    family.pixelsail_preprocess = {"eve",
                                   {.patch_size = 32,
                                    .max_side = 800,
                                    .mean = {0.48145466, 0.4578275, 0.40821073},
                                    .std = {0.26862954, 0.26130258, 0.27577711},
                                    .size_rule = SizeRule::kArea,
                                    .resample = Resample::kBicubic,
                                    .mask_source = NearestSource::kCorner}};
    return family;
  }();
  return kFamily;
}

}  // namespace pixelsail
