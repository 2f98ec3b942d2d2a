#include "golden/golden.h"

#include <torch/torch.h>

#include "families/chat_template.h"
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

const torch::Tensor& input(const GoldenModel& c, const std::string& name) {
  const auto it = c.inputs.find(name);
  if (it == c.inputs.end())
    throw DataError(c.folder.string() + "/inputs.safetensors: no tensor '" + name + "'");
  return it->second;
}

/// Sets the image's place and the tokens from one row to the next from those that hold patches, for the
/// grid that `sample` has. Around the patches stand the tokens that the family's conversations have there.
void place_image(const GoldenModel& c, const std::vector<std::int64_t>& patch_tokens, SequenceInput& sample) {
  const std::string where = c.folder.string() + "/inputs.safetensors: ";
  const auto patches = static_cast<std::int64_t>(patch_tokens.size());
  const std::int64_t w = sample.grid_w;
  if (w < 1 || patches % w != 0 || patches / w != sample.grid_h)
    throw DataError(where + "vision_patch_indices has not as many patches as the grid of config.json");
  sample.first_patch = patch_tokens.front();
  sample.row_stride = sample.grid_h > 1 ? patch_tokens[static_cast<std::size_t>(w)] - sample.first_patch : w;
  for (std::int64_t i = 0; i < patches; ++i) {
    if (patch_tokens[static_cast<std::size_t>(i)] != sample.first_patch + i / w * sample.row_stride + i % w)
      throw DataError(where + "the patches of vision_patch_indices do not lie in equal rows");
  }
  const ChatTemplate& chat = chat_template(c.model->config.traits().chat);
  const auto holds = [&](std::int64_t place, const std::string& token) {
    return place >= 0 && place < static_cast<std::int64_t>(sample.ids.size()) &&
           sample.ids[static_cast<std::size_t>(place)] == c.model->config.token_id(token);
  };
  sample.image_begin = sample.first_patch - 1;
  sample.image_end = patch_tokens.back() + 2;
  if (!holds(sample.image_begin, chat.image_begin) || !holds(sample.image_end - 1, chat.image_end))
    throw DataError(where + "the patches do not lie between " + chat.image_begin + " and " + chat.image_end);
}

GoldenModel open_golden_model(const std::filesystem::path& folder, torch::Device device) {
  GoldenModel c{.folder = folder,
                .config = read_json(folder / "config.json"),
                .model = {},
                .weights = {},
                .inputs = {}};
  const std::string where = (folder / "config.json").string();
  // The published code's names for the same thing.
  if (c.config.contains("patch_size") && !c.config.contains("vision_patch_size"))
    c.config["vision_patch_size"] = c.config["patch_size"];
  c.model = std::make_shared<PixelSailImpl>(model_config_from_json(c.config, where),
                                            WeightOptions{.device = device});
  const std::filesystem::path file = folder / json_string(c.config, "weights", where);
  load_parameters(*c.model, file, {"mask2former_distill_linear.", "sam2_distill_linear."});
  c.weights = read_tensors(file);
  c.inputs = read_tensors(folder / "inputs.safetensors");
  return c;
}

}  // namespace

SequenceInput sequence_from_inputs(const GoldenModel& c, std::int64_t row, std::int64_t patch_offset) {
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
  std::vector<std::int64_t> patch_tokens, patch_rows;
  for (std::size_t i = 0; i < patch_of_token.size(); ++i) {
    if (patch_of_token[i] < 0) continue;
    patch_tokens.push_back(static_cast<std::int64_t>(i));
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
  place_image(c, patch_tokens, sample);
  return sample;
}

}  // namespace detail

Trace run_golden(const std::filesystem::path& folder, torch::Device device) {
  if (std::filesystem::exists(folder / "config.json")) {
    const detail::GoldenModel c = detail::open_golden_model(folder, device);
    Trace trace = c.config.contains("max_new_tokens") ? detail::run_generation_golden(c)
                  : c.config.contains("steps")        ? detail::run_steps_golden(c)
                                                      : detail::run_training_golden(c);
    for (auto& [name, tensor] : trace) tensor = tensor.to(torch::kCPU);
    return trace;
  }
  if (std::filesystem::exists(folder / "cases.json")) {
    const Json cases = read_json(folder / "cases.json");
    if (cases.contains("num_points")) return detail::run_points_golden(folder, cases);
    if (cases.contains("images")) return detail::run_preprocess_golden(folder, cases);
  }
  if (detail::is_tokenizer_golden(folder)) return detail::run_tokenizer_golden(folder);
  throw DataError(folder.string() + ": neither config.json nor a known cases.json in it");
}

}  // namespace pixelsail
