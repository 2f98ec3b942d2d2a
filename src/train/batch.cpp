#include "train/batch.h"

#include <torch/torch.h>

#include <cstring>
#include <memory>
#include <utility>

#include "checkpoint/sequence.h"
#include "model/weights.h"
#include "train/online_teachers.h"

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

/// A tensor in memory that `owner` keeps; nobody writes to what the model is given.
template <class Owner, class T>
torch::Tensor shared_tensor(std::shared_ptr<Owner> owner, const std::vector<T>& values, at::IntArrayRef sizes,
                            torch::ScalarType type) {
  return torch::from_blob(
      const_cast<T*>(values.data()), sizes, [owner = std::move(owner)](void*) {}, torch::TensorOptions(type));
}

torch::Tensor to_tensor(const TeacherMap& map) {
  return shared_tensor(map.data, *map.data, {map.channels, map.height, map.width}, to_scalar_type(map.dtype));
}

torch::Tensor to_tensor(const std::shared_ptr<const Patches>& patches) {
  const std::int64_t count = std::int64_t{patches->grid_h} * patches->grid_w;
  if (count == 0) return {};
  return shared_tensor(patches, patches->values, {count, patches->dim}, torch::kFloat32);
}

}  // namespace

MicroBatch to_micro_batch(const Batch& batch, const std::vector<std::string>& teacher_slots,
                          const ModelConfig& model) {
  MicroBatch micro;
  for (const Example& example : batch.examples) {
    micro.samples.push_back(sequence_input(example.sequence, to_tensor(example.sequence.patches)));
    SampleTarget target{.labels = example.sequence.tokens.labels};
    target.seg_positions = seg_positions(model, example.sequence.tokens.ids, example.sequence.tokens.labels);
    if (example.has_mask_loss) target.masks_Nhw = to_tensor(example.masks);
    for (std::size_t t = 0; t < teacher_slots.size() && t < example.teachers.size(); ++t) {
      if (!example.teachers[t]) continue;
      target.*teacher_map_of(teacher_slots[t]) = to_tensor(*example.teachers[t]);
    }
    micro.targets.push_back(std::move(target));
  }
  return micro;
}

}  // namespace pixelsail
