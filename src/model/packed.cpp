#include "model/packed.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "model/config.h"
#include "model/upload.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

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

void add_covered_patches(std::span<const SequenceInput> samples, const std::vector<Segment>& segments,
                         Upload& upload, CoveredPatches& covered) {
  CoverList list;
  std::vector<torch::Tensor> earlier;
  std::vector<std::int64_t> segment_of_token;
  std::int64_t end = 0;
  for (const Segment& segment : segments) end += segment.patch_count();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const SequenceInput& sample = samples[i];
    const auto index = static_cast<std::int64_t>(i);
    segment_of_token.insert(segment_of_token.end(), sample.ids.size(), index);
    list.add(sample.prompt_of_patch, segments[i].patch_offset, index);
    if (sample.earlier_prompt_of_patch.empty()) continue;
    list.add(sample.earlier_prompt_of_patch, end, index);
    earlier.push_back(sample.earlier_patches_VK);
    end += sample.earlier_patches_VK.size(0);
  }
  if (list.patches.empty()) return;
  covered.number_limit = 1 + *std::ranges::max_element(list.numbers);
  upload.add(list.patches, covered.patch_S);
  upload.add(list.segments, covered.segment_S);
  upload.add(list.numbers, covered.number_S);
  upload.add(segment_of_token, covered.segment_T);
  if (!earlier.empty()) upload.add_rows(std::move(earlier), covered.earlier_WK);
}

/// Where the patches go, and which of them lie under prompts.
void add_patches(std::span<const SequenceInput> samples, Upload& upload, PackedInput& packed) {
  std::vector<std::int64_t> patch_tokens, prompted, prompt_numbers;
  std::vector<torch::Tensor> patches;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const SequenceInput& sample = samples[i];
    const Segment& segment = packed.segments[i];
    for (std::int64_t k = 0; k < segment.patch_count(); ++k) {
      const std::int64_t token =
          segment.offset + sample.first_patch + k / sample.grid_w * segment.row_stride + k % sample.grid_w;
      patch_tokens.push_back(token);
      if (!sample.prompt_of_patch.empty() && sample.prompt_of_patch[static_cast<std::size_t>(k)] >= 0) {
        prompted.push_back(token);
        prompt_numbers.push_back(sample.prompt_of_patch[static_cast<std::size_t>(k)]);
      }
    }
    if (segment.patch_count() > 0) patches.push_back(sample.patches_VK);
  }
  if (!patches.empty()) {
    upload.add_rows(std::move(patches), packed.patches_VK);
    upload.add(patch_tokens, packed.patch_token_V);
  }
  if (!prompted.empty()) {
    upload.add(prompted, packed.prompted_token_U);
    upload.add(prompt_numbers, packed.prompt_number_U);
  }
}

/// What every model reads.
void add_tokens(std::span<const SequenceInput> samples, Upload& upload, PackedInput& packed) {
  packed.segments = segments_of(samples);
  std::vector<std::int64_t> ids, rows, columns;
  for (const SequenceInput& sample : samples) {
    append(ids, sample.ids);
    append(rows, sample.row_position);
    append(columns, sample.column_position);
  }
  upload.add(ids, packed.ids_T);
  upload.add(rows, packed.row_T);
  upload.add(columns, packed.column_T);
  add_patches(samples, upload, packed);
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

std::vector<Segment> segments_of(std::span<const SequenceInput> samples) {
  std::vector<Segment> segments;
  std::int64_t tokens = 0, patches = 0;
  for (const SequenceInput& sample : samples) {
    check(sample);
    segments.push_back({.offset = tokens,
                        .length = static_cast<std::int64_t>(sample.ids.size()),
                        .image_begin = sample.image_begin,
                        .image_end = sample.image_end,
                        .grid_h = sample.grid_h,
                        .grid_w = sample.grid_w,
                        .patch_offset = patches,
                        .first_patch = sample.first_patch,
                        .row_stride = row_stride_of(sample)});
    tokens += segments.back().length;
    patches += segments.back().patch_count();
  }
  return segments;
}

PackedInput pack(std::span<const SequenceInput> samples, torch::Device device) {
  Upload upload(device);
  PackedInput packed;
  add_tokens(samples, upload, packed);
  add_covered_patches(samples, packed.segments, upload, packed.covered);
  upload.send();
  return packed;
}

void pack(std::span<const SequenceInput> samples, const ModelConfig& config, Upload& upload,
          PackedInput& packed) {
  add_tokens(samples, upload, packed);
  if (config.pools_prompts()) add_covered_patches(samples, packed.segments, upload, packed.covered);
  if (packed.prompted_token_U.defined()) upload.add(config.prompt_token_ids(), packed.prompt_ids_N);
  if (config.traits().visual_copies) add_routed_tokens(packed.segments, upload, packed.routed);
}

void add_routed_tokens(const std::vector<Segment>& segments, Upload& upload, RoutedTokens& routed) {
  std::vector<std::int64_t> text, visual;
  for (const Segment& segment : segments) {
    for (std::int64_t i = 0; i < segment.length; ++i)
      (i >= segment.image_begin && i < segment.image_end ? visual : text).push_back(segment.offset + i);
  }
  if (text.empty() || visual.empty()) return;
  std::vector<std::int64_t> place(text.size() + visual.size());
  std::int64_t row = 0;
  for (const auto* kind : {&text, &visual}) {
    for (const std::int64_t token : *kind) place[static_cast<std::size_t>(token)] = row++;
  }
  upload.add(text, routed.text_n);
  upload.add(visual, routed.visual_m);
  upload.add(place, routed.place_T);
}

}  // namespace pixelsail
