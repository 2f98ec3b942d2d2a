// SOLO-7B.

#include "families/family.h"

namespace pixelsail {
namespace {

using ImagePlace = ChatTemplate::ImagePlace;
using RowSeparators = ChatTemplate::RowSeparators;

// github.com/Yangyi-Chen/SOLO, src/data/instruction_tuning.py. The image is closed by the token that opened
// it, and positions are those of Mistral.
ChatTemplate solo_chat() {
  ChatTemplate chat = mistral_family().chat.value();
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
ChatTemplate chat_of_ours() {
  const ChatTemplate image = solo_chat();
  ChatTemplate chat = pixelsail_chat();
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

NameTable solo_rows() {
  NameTable solo{"solo", detail::decoder_rows(false)};
  detail::add_rows(solo.rows,
                   {{"model.embed_vision_patch.weight", "single_transformer.model.vis_embed.weight"}});
  return solo;
}

}  // namespace

const BackboneFamily& solo_family() {
  static const BackboneFamily kFamily = [] {
    BackboneFamily family{.title = "SOLO", .backbone = Backbone::kSolo};
    family.traits = {.image_sees_itself = false,
                     .grid_positions = false,
                     .patches_replace_tokens = false,
                     .visual_copies = false,
                     .projects_prompts = true,
                     .sorts_prompts = false,
                     .scored_seg_only = false,
                     .chat = "pixelsail_solo",
                     .preprocess = "solo"};
    family.names = solo_rows();
    family.marks = {"model.embed_vision_patch.weight"};
    family.architectures = {{"SoloForCausalLM", "mistral", false},
                            {"MultimodalMistralForCausalLM", "mistral", false}};
    family.hf_keys = {{"vision_patch_size", HfKey::Value::kPatchSize, {}}};
    family.chat = solo_chat();
    family.pixelsail_chat = chat_of_ours();
    // github.com/Yangyi-Chen/SOLO, image_utils.py
    family.pixelsail_preprocess = {"solo", {.patch_size = 32}};
    return family;
  }();
  return kFamily;
}

}  // namespace pixelsail
