#include "model/weights_names.h"

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

}  // namespace

const NameTable& pixelsail_names() {
  static const NameTable table = [] {
    NameTable ours{"pixelsail", same(mask_head())};
    // The backbone is that of SAIL or of EVE, under one more prefix.
    for (const NameTable* backbone : {&sail_names(), &eve_names()}) {
      for (const NameRow& row : backbone->rows) {
        if (!ours.to_ours(row.ours)) ours.rows.push_back({row.ours, row.ours});
      }
    }
    return ours;
  }();
  return table;
}

}  // namespace pixelsail
