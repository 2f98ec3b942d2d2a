// Pixel-SAIL's own checkpoints, on whatever backbone.

#include <algorithm>

#include "families/family.h"

namespace pixelsail {
namespace {

std::vector<NameRow> same(const std::vector<std::string>& names) {
  std::vector<NameRow> rows;
  for (const std::string& name : names) rows.push_back({name, name});
  return rows;
}

std::vector<std::string> mask_head() {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& module) {
    names.push_back(module + ".weight");
    names.push_back(module + ".bias");
  };
  for (const char* projector :
       {"image_feature_pre_projector", "image_feature_projector", "seg_token_projector"}) {
    add(std::string(projector) + ".0");
    add(std::string(projector) + ".2");
  }
  for (const char* part : {"0", "2.depthwise", "2.pointwise", "3.ln"})
    add(std::string("upsample_blocks.{}.") + part);
  return names;
}

NameTable pixelsail_rows() {
  NameTable ours{"pixelsail", same(mask_head())};
  // The backbone is that of SAIL, of SOLO or of EVE, under one more prefix.
  for (const auto& family : kFamilies) {
    if (family == &pixelsail_family || !family().traits) continue;
    for (const NameRow& row : family().names.rows) {
      if (std::ranges::find(ours.rows, row.ours, &NameRow::ours) == ours.rows.end())
        ours.rows.push_back({row.ours, row.ours});
    }
  }
  return ours;
}

}  // namespace

const BackboneFamily& pixelsail_family() {
  static const BackboneFamily kFamily = [] {
    BackboneFamily family{.title = "Pixel-SAIL"};
    family.names = pixelsail_rows();
    family.marks = {"single_transformer.*"};
    return family;
  }();
  return kFamily;
}

}  // namespace pixelsail
