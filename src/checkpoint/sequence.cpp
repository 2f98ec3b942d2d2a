#include "checkpoint/sequence.h"

#include <torch/torch.h>

#include <cstring>

namespace pixelsail {

torch::Tensor patch_tensor(const Patches& patches) {
  const std::int64_t count = std::int64_t{patches.grid_h} * patches.grid_w;
  if (count == 0) return {};
  torch::Tensor patches_VK = torch::empty({count, patches.dim});
  std::memcpy(patches_VK.data_ptr(), patches.values.data(), patches_VK.nbytes());
  return patches_VK;
}

SequenceInput sequence_input(const Sequence& sequence) {
  return sequence_input(sequence, patch_tensor(*sequence.patches));
}

SequenceInput sequence_input(const Sequence& sequence, torch::Tensor patches_VK) {
  const TokenSequence& tokens = sequence.tokens;
  return {.ids = tokens.ids,
          .row_position = tokens.row_position,
          .column_position = tokens.column_position,
          .image_begin = tokens.image_begin,
          .image_end = tokens.image_end,
          .first_patch = tokens.first_patch,
          .grid_h = sequence.patches->grid_h,
          .grid_w = sequence.patches->grid_w,
          .row_stride = tokens.row_stride,
          .patches_VK = std::move(patches_VK),
          .prompt_of_patch = sequence.prompt_of_patch};
}

}  // namespace pixelsail
