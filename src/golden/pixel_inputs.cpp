// Model cases whose image is given as pixels and whose ids hold one placeholder where all of its tokens go
// (the backbone "eve").

#include <torch/torch.h>

#include <algorithm>
#include <numeric>

#include "core/sequence.h"
#include "golden/golden.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// Position of the placeholder.
std::size_t placeholder(const GoldenModel& c, const std::vector<std::int64_t>& ids) {
  const std::int64_t index = json_int(c.config, "image_token_index", "config.json");
  const auto found = std::find(ids.begin(), ids.end(), index);
  if (found == ids.end()) throw DataError(c.folder.string() + ": input_ids has no image");
  return static_cast<std::size_t>(found - ids.begin());
}

std::vector<std::int64_t> values_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kInt64).contiguous();
  return {flat.const_data_ptr<std::int64_t>(), flat.const_data_ptr<std::int64_t>() + flat.numel()};
}

/// `value` once for every image token in place of the one at `place`.
std::vector<std::int64_t> widened(std::vector<std::int64_t> values, std::size_t place, std::int64_t count,
                                  std::int64_t value) {
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(place));
  values.insert(values.begin() + static_cast<std::ptrdiff_t>(place), static_cast<std::size_t>(count), value);
  return values;
}

}  // namespace

SequenceInput sequence_from_pixels(const GoldenModel& c) {
  const std::vector<std::int64_t> ids = values_of(c.inputs.at("input_ids"));
  const torch::Tensor& pixels_3HW = c.inputs.at("pixel_values");
  const std::int64_t patch = c.model->config.vision_patch_size;
  SequenceInput sample;
  sample.grid_h = pixels_3HW.size(1) / patch;
  sample.grid_w = pixels_3HW.size(2) / patch;
  sample.row_stride = sample.grid_w + 1;
  const std::int64_t image_tokens = 1 + sample.grid_h * sample.row_stride;
  const std::size_t place = placeholder(c, ids);
  sample.ids = widened(ids, place, image_tokens, ids[place]);
  sample.image_begin = static_cast<std::int64_t>(place);
  sample.image_end = sample.image_begin + image_tokens;
  sample.first_patch = sample.image_begin + 1;
  sample.row_position.resize(sample.ids.size());
  std::iota(sample.row_position.begin(), sample.row_position.end(), 0);
  sample.column_position = sample.row_position;
  sample.patches_VK = pixels_3HW.view({3, sample.grid_h, patch, sample.grid_w, patch})
                          .permute({1, 3, 0, 2, 4})
                          .reshape({sample.grid_h * sample.grid_w, 3 * patch * patch});
  const auto prompts = c.inputs.find("visual_prompt_indexes");
  if (prompts == c.inputs.end()) return sample;
  const std::vector<std::int64_t> prompt_of_token = values_of(prompts->second);
  for (std::int64_t i = 0; i < sample.grid_h * sample.grid_w; ++i) {
    const std::int64_t token = 1 + i / sample.grid_w * sample.row_stride + i % sample.grid_w;
    sample.prompt_of_patch.push_back(prompt_of_token.at(static_cast<std::size_t>(token)));
  }
  return sample;
}

std::vector<std::int64_t> labels_from_pixels(const GoldenModel& c) {
  const SequenceInput sample = sequence_from_pixels(c);
  const auto place = static_cast<std::size_t>(sample.image_begin);
  return widened(values_of(c.inputs.at("labels")), place, sample.image_end - sample.image_begin,
                 kIgnoredLabel);
}

}  // namespace pixelsail::detail
