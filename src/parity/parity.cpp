#include "parity/parity.h"

#include <torch/torch.h>

#include <algorithm>

#include "io/json.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace detail {
namespace {

std::vector<std::int64_t> row_of(const torch::Tensor& tensor, std::int64_t row, std::int64_t length) {
  const torch::Tensor flat =
      (tensor.dim() > 1 ? tensor[row] : tensor).slice(0, 0, length).to(torch::kInt64).contiguous();
  const auto* data = flat.const_data_ptr<std::int64_t>();
  return {data, data + flat.numel()};
}

const torch::Tensor& input(const ModelCase& c, const std::string& name) {
  const auto it = c.inputs.find(name);
  if (it == c.inputs.end())
    throw DataError(c.folder.string() + "/inputs.safetensors: no tensor '" + name + "'");
  return it->second;
}

ModelCase open_model_case(const std::filesystem::path& folder) {
  ModelCase c{.folder = folder,
              .config = read_json(folder / "config.json"),
              .model = {},
              .weights = {},
              .inputs = {}};
  const std::string where = (folder / "config.json").string();
  // The published code's names for the same thing.
  if (c.config.contains("patch_size") && !c.config.contains("vision_patch_size"))
    c.config["vision_patch_size"] = c.config["patch_size"];
  c.model = std::make_shared<PixelSailImpl>(model_config_from_json(c.config, where));
  const std::filesystem::path file = folder / json_string(c.config, "weights", where);
  load_parameters(*c.model, file, {"mask2former_distill_linear.", "sam2_distill_linear."});
  c.weights = read_tensors(file);
  c.inputs = read_tensors(folder / "inputs.safetensors");
  return c;
}

}  // namespace

SequenceInput sequence_from_inputs(const ModelCase& c, std::int64_t row, std::int64_t patch_offset) {
  if (c.inputs.contains("pixel_values")) return sequence_from_pixels(c);
  const torch::Tensor& ids = input(c, "input_ids");
  const std::int64_t length =
      c.inputs.contains("lengths") ? input(c, "lengths")[row].item<std::int64_t>() : ids.size(ids.dim() - 1);
  SequenceInput sample;
  sample.ids = row_of(ids, row, length);
  const torch::Tensor& position_3BL = input(c, "position_ids");
  sample.row_position = row_of(position_3BL[1], row, length);
  sample.column_position = row_of(position_3BL[2], row, length);

  const std::vector<std::int64_t> patch_of_token = row_of(input(c, "vision_patch_indices"), row, length);
  const std::vector<std::int64_t> prompt_of_token = row_of(input(c, "vp_token_indices"), row, length);
  std::vector<std::int64_t> patch_rows;
  for (std::size_t i = 0; i < patch_of_token.size(); ++i) {
    if (patch_of_token[i] < 0) continue;
    if (patch_rows.empty()) sample.first_patch = static_cast<std::int64_t>(i);
    patch_rows.push_back(patch_of_token[i] + patch_offset);
    sample.prompt_of_patch.push_back(prompt_of_token[i]);
  }
  if (patch_rows.empty()) return sample;
  sample.patches_VK = input(c, "vision_patches").index_select(0, torch::tensor(patch_rows, torch::kInt64));
  const auto& grid = c.config.contains("image_grids_hw")
                         ? c.config["image_grids_hw"][static_cast<std::size_t>(row)]
                         : json_at(c.config, "image_grid_hw", "config.json");
  sample.grid_h = grid[0].get<std::int64_t>();
  sample.grid_w = grid[1].get<std::int64_t>();
  const auto find = [&](const char* token) {
    return std::find(sample.ids.begin(), sample.ids.end(), c.model->config.token_id(token)) -
           sample.ids.begin();
  };
  sample.image_begin = find("<vision>");
  sample.image_end = find("</vision>") + 1;
  return sample;
}

}  // namespace detail

Trace run_parity_case(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / "config.json")) {
    const detail::ModelCase c = detail::open_model_case(folder);
    return c.config.contains("max_new_tokens") ? detail::run_generation_case(c)
                                               : detail::run_training_case(c);
  }
  if (std::filesystem::exists(folder / "cases.json")) {
    const Json cases = read_json(folder / "cases.json");
    if (cases.contains("num_points")) return detail::run_points_case(folder, cases);
    if (cases.contains("images")) return detail::run_preprocess_case(folder, cases);
  }
  if (detail::is_tokenizer_case(folder)) return detail::run_tokenizer_case(folder);
  throw DataError(folder.string() + ": neither config.json nor a known cases.json in it");
}

}  // namespace pixelsail
