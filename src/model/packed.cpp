#include "model/packed.h"

#include <torch/torch.h>

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

torch::Tensor to_tensor(const std::vector<std::int64_t>& values, torch::Device device) {
  return torch::tensor(values, torch::kInt64).to(device);
}

void append(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

std::int64_t row_stride_of(const SequenceInput& sample) {
  return sample.row_stride > 0 ? sample.row_stride : sample.grid_w;
}

/// Tokens from the first patch to the last.
std::int64_t patch_span(std::int64_t grid_h, std::int64_t grid_w, std::int64_t row_stride) {
  return grid_h * grid_w == 0 ? 0 : (grid_h - 1) * row_stride + grid_w;
}

void check(const SequenceInput& sample) {
  const auto length = static_cast<std::int64_t>(sample.ids.size());
  const std::int64_t patches = sample.grid_h * sample.grid_w;
  const std::int64_t stride = row_stride_of(sample);
  const bool good =
      sample.row_position.size() == sample.ids.size() && sample.column_position.size() == sample.ids.size() &&
      sample.image_begin >= 0 && sample.image_begin <= sample.image_end && sample.image_end <= length &&
      (patches == 0 || (sample.patches_VK.defined() && sample.patches_VK.size(0) == patches &&
                        sample.first_patch >= 0 && stride >= sample.grid_w &&
                        sample.first_patch + patch_span(sample.grid_h, sample.grid_w, stride) <= length)) &&
      (sample.prompt_of_patch.empty() ||
       static_cast<std::int64_t>(sample.prompt_of_patch.size()) == patches) &&
      (sample.earlier_prompt_of_patch.empty() ||
       (patches == 0 && sample.earlier_patches_VK.defined() &&
        sample.earlier_patches_VK.size(0) ==
            static_cast<std::int64_t>(sample.earlier_prompt_of_patch.size())));
  if (!good) throw RunError("model input: the parts of a sample do not fit each other");
}

/// Patches under a prompt, by their place in a run of patches.
struct CoverList {
  std::vector<std::int64_t> patches, segments, numbers;
  void add(const std::vector<std::int64_t>& prompt_of_patch, std::int64_t first_patch, std::int64_t segment) {
    for (std::size_t i = 0; i < prompt_of_patch.size(); ++i) {
      if (prompt_of_patch[i] < 0) continue;
      patches.push_back(first_patch + static_cast<std::int64_t>(i));
      segments.push_back(segment);
      numbers.push_back(prompt_of_patch[i]);
    }
  }
};

CoveredPatches covered_patches(std::span<const SequenceInput> samples, const PackedInput& packed,
                               torch::Device device) {
  CoverList list;
  std::vector<torch::Tensor> earlier;
  std::vector<std::int64_t> segment_of_token;
  std::int64_t end = packed.patches_VK.defined() ? packed.patches_VK.size(0) : 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const SequenceInput& sample = samples[i];
    const auto index = static_cast<std::int64_t>(i);
    segment_of_token.insert(segment_of_token.end(), sample.ids.size(), index);
    list.add(sample.prompt_of_patch, packed.segments[i].patch_offset, index);
    if (sample.earlier_prompt_of_patch.empty()) continue;
    list.add(sample.earlier_prompt_of_patch, end, index);
    earlier.push_back(sample.earlier_patches_VK);
    end += sample.earlier_patches_VK.size(0);
  }
  CoveredPatches covered;
  if (list.patches.empty()) return covered;
  covered.number_limit = 1 + *std::ranges::max_element(list.numbers);
  covered.patch_S = to_tensor(list.patches, device);
  covered.segment_S = to_tensor(list.segments, device);
  covered.number_S = to_tensor(list.numbers, device);
  covered.segment_T = to_tensor(segment_of_token, device);
  if (!earlier.empty()) covered.earlier_WK = torch::cat(earlier).to(device);
  return covered;
}

}  // namespace

torch::Tensor patch_states(const torch::Tensor& hidden_LC, std::int64_t first_patch, std::int64_t grid_h,
                           std::int64_t grid_w, std::int64_t row_stride) {
  if (row_stride == grid_w || grid_h == 1) return hidden_LC.narrow(0, first_patch, grid_h * grid_w);
  // Rows of patches with something between them: all rows but the last as one block, then the last.
  const torch::Tensor rows = hidden_LC.narrow(0, first_patch, (grid_h - 1) * row_stride)
                                 .view({grid_h - 1, row_stride, hidden_LC.size(1)})
                                 .narrow(1, 0, grid_w)
                                 .flatten(0, 1);
  return torch::cat({rows, hidden_LC.narrow(0, first_patch + (grid_h - 1) * row_stride, grid_w)});
}

PackedInput pack(std::span<const SequenceInput> samples, torch::Device device) {
  PackedInput packed;
  std::vector<std::int64_t> ids, rows, columns, patch_tokens, prompted, prompt_numbers;
  std::vector<torch::Tensor> patches;
  for (const SequenceInput& sample : samples) {
    check(sample);
    Segment segment{.offset = static_cast<std::int64_t>(ids.size()),
                    .length = static_cast<std::int64_t>(sample.ids.size()),
                    .image_begin = sample.image_begin,
                    .image_end = sample.image_end,
                    .grid_h = sample.grid_h,
                    .grid_w = sample.grid_w,
                    .patch_offset = static_cast<std::int64_t>(patch_tokens.size()),
                    .first_patch = sample.first_patch,
                    .row_stride = row_stride_of(sample)};
    for (std::int64_t i = 0; i < segment.patch_count(); ++i) {
      const std::int64_t token =
          segment.offset + sample.first_patch + i / sample.grid_w * segment.row_stride + i % sample.grid_w;
      patch_tokens.push_back(token);
      if (!sample.prompt_of_patch.empty() && sample.prompt_of_patch[static_cast<std::size_t>(i)] >= 0) {
        prompted.push_back(token);
        prompt_numbers.push_back(sample.prompt_of_patch[static_cast<std::size_t>(i)]);
      }
    }
    if (segment.patch_count() > 0) patches.push_back(sample.patches_VK);
    append(ids, sample.ids);
    append(rows, sample.row_position);
    append(columns, sample.column_position);
    packed.segments.push_back(segment);
  }
  packed.ids_T = to_tensor(ids, device);
  packed.row_T = to_tensor(rows, device);
  packed.column_T = to_tensor(columns, device);
  if (!patches.empty()) {
    packed.patches_VK = torch::cat(patches).to(device);
    packed.patch_token_V = to_tensor(patch_tokens, device);
  }
  if (!prompted.empty()) {
    packed.prompted_token_U = to_tensor(prompted, device);
    packed.prompt_number_U = to_tensor(prompt_numbers, device);
  }
  packed.covered = covered_patches(samples, packed, device);
  return packed;
}

}  // namespace pixelsail
