#include "train/batch.h"

#include <torch/torch.h>

namespace pixelsail {
namespace {

SequenceInput to_input(const Example& example) {
  const TokenSequence& tokens = example.tokens;
  SequenceInput input{.ids = tokens.ids,
                      .row_position = tokens.row_position,
                      .column_position = tokens.column_position,
                      .image_begin = tokens.image_begin,
                      .image_end = tokens.image_end,
                      .first_patch = tokens.first_patch,
                      .grid_h = example.patches.grid_h,
                      .grid_w = example.patches.grid_w,
                      .patches_VK = {},
                      .prompt_of_patch = example.prompt_of_patch};
  const std::int64_t patches = input.grid_h * input.grid_w;
  if (patches > 0) {
    input.patches_VK = torch::empty({patches, example.patches.dim});
    std::memcpy(input.patches_VK.data_ptr(), example.patches.values.data(), input.patches_VK.nbytes());
  }
  return input;
}

torch::Tensor to_tensor(const std::vector<Mask>& masks) {
  torch::Tensor masks_Nhw =
      torch::empty({static_cast<std::int64_t>(masks.size()), masks[0].height, masks[0].width}, torch::kUInt8);
  for (std::size_t n = 0; n < masks.size(); ++n) {
    std::memcpy(masks_Nhw[static_cast<std::int64_t>(n)].data_ptr(), masks[n].data.data(),
                masks[n].data.size());
  }
  return masks_Nhw;
}

torch::Tensor to_tensor(const TeacherMap& map) {
  torch::Tensor map_chw = torch::empty({map.channels, map.height, map.width});
  std::memcpy(map_chw.data_ptr(), map.values.data(), map_chw.nbytes());
  return map_chw;
}

}  // namespace

MicroBatch to_micro_batch(const Batch& batch, const std::vector<std::string>& teacher_slots,
                          std::int64_t seg_id) {
  MicroBatch micro;
  for (const Example& example : batch.examples) {
    micro.samples.push_back(to_input(example));
    SampleTarget target{.labels = example.tokens.labels};
    for (std::size_t i = 0; i < example.tokens.ids.size(); ++i) {
      if (example.tokens.ids[i] == seg_id) target.seg_positions.push_back(static_cast<std::int64_t>(i));
    }
    if (example.has_mask_loss) target.masks_Nhw = to_tensor(example.masks);
    for (std::size_t t = 0; t < teacher_slots.size() && t < example.teachers.size(); ++t) {
      if (!example.teachers[t]) continue;
      (teacher_slots[t] == "sam2" ? target.sam2_chw : target.mask2former_chw) =
          to_tensor(*example.teachers[t]);
    }
    micro.targets.push_back(std::move(target));
  }
  return micro;
}

}  // namespace pixelsail
