#include "model/weights_names.h"

namespace pixelsail {
namespace {

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

}  // namespace

const NameTable& eve_names() {
  static const NameTable table = [] {
    NameTable eve{"eve", detail::decoder_rows(true)};
    detail::add_rows(eve.rows, visual_copies());
    for (const char* name :
         {"class_embedding", "split_embedding", "patch_embedding.0.weight", "patch_embedding.0.bias",
          "patch_embedding.2.weight", "patch_embedding.2.bias"}) {
      const std::string theirs = std::string("model.vision_tower.") + name;
      eve.rows.push_back({theirs, "single_transformer." + theirs});
    }
    return eve;
  }();
  return table;
}

}  // namespace pixelsail
