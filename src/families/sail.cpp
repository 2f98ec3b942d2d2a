// SAIL: a language model with vis_embed, on Mistral (SAIL-7B) or on Qwen2.5 (what Pixel-SAIL starts from).

#include "families/family.h"

namespace pixelsail {
namespace {

// github.com/bytedance/SAIL, example.py: image tokens, then what Mistral makes of the question.
ChatTemplate sail_chat() {
  ChatTemplate chat = mistral_family().chat.value();
  chat.name = "sail";
  chat.image_place = ChatTemplate::ImagePlace::kFirst;
  chat.grid_positions = true;
  return chat;
}

NameTable sail_rows() {
  // SAIL-7B has no biases and no vp_embed; what Pixel-SAIL starts from (Qwen2.5) may have both.
  NameTable sail{"sail", detail::decoder_rows(true)};
  detail::add_rows(sail.rows, {{"model.vis_embed.weight", "single_transformer.model.vis_embed.weight"},
                               {"model.vp_embed.weight", "single_transformer.model.vp_embed.weight"}});
  return sail;
}

}  // namespace

const BackboneFamily& sail_family() {
  static const BackboneFamily kFamily = [] {
    BackboneFamily family{.title = "SAIL", .backbone = Backbone::kSail};
    family.traits = {.image_sees_itself = true,
                     .grid_positions = true,
                     .patches_replace_tokens = false,
                     .visual_copies = false,
                     .projects_prompts = true,
                     .sorts_prompts = false,
                     .scored_seg_only = false,
                     .chat = "pixelsail",
                     .preprocess = "sail"};
    family.names = sail_rows();
    family.marks = {"model.vis_embed.weight"};
    family.own_mark = "single_transformer.model.vis_embed.weight";
    family.optional_groups = {"vp_embed"};
    family.architectures = {{"SailForCausalLM", "mistral", false},
                            {"Qwen2MMmropeForCausalLM", "qwen2", true}};
    family.hf_keys = {{"vision_patch_size", HfKey::Value::kPatchSize, {}}};
    family.chat = sail_chat();
    family.pixelsail_chat = pixelsail_chat();
    // github.com/ByteDance-Seed/SAIL, example.py; max_side is 4096 patches.
    family.preprocess = {"sail_7b", {.patch_size = 32, .max_side = 2048, .size_rule = SizeRule::kAreaLimit}};
    family.pixelsail_preprocess = {"sail", {}};  // P = 16 in the 0.5B and 3B models
    return family;
  }();
  return kFamily;
}

}  // namespace pixelsail
