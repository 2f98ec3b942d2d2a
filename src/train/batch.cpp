#include "train/batch.h"

#include <torch/torch.h>

#include "checkpoint/sequence.h"

namespace pixelsail {
namespace {

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
                          const ModelConfig& model) {
  MicroBatch micro;
  for (const Example& example : batch.examples) {
    micro.samples.push_back(sequence_input(example.sequence));
    SampleTarget target{.labels = example.sequence.tokens.labels};
    target.seg_positions = seg_positions(model, example.sequence.tokens.ids, example.sequence.tokens.labels);
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
