#include <torch/torch.h>

#include <charconv>
#include <set>

#include "golden/golden.h"
#include "image/preprocess.h"
#include "io/json.h"
#include "io/tensors/safetensors.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"

namespace pixelsail::detail {
namespace {

torch::Tensor int_tensor(const std::vector<std::int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

std::vector<Mask> masks_of(const torch::Tensor& masks_nhw) {
  std::vector<Mask> masks;
  const torch::Tensor bytes = masks_nhw.to(torch::kUInt8).contiguous();
  for (std::int64_t n = 0; n < bytes.size(0); ++n) {
    Mask mask(static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(2)));
    std::memcpy(mask.data.data(), bytes[n].const_data_ptr(), mask.data.size());
    masks.push_back(std::move(mask));
  }
  return masks;
}

/// Token-level indices of `<vision> patches </vision>` with and without prompts.
void add_prompts(const std::string& prefix, const std::vector<Mask>& masks,
                 const std::vector<std::int64_t>& ids, Size resized, int patch, Trace& trace) {
  const int grid_h = resized.height / patch, grid_w = resized.width / patch;
  std::vector<std::pair<int, std::vector<std::uint8_t>>> prompts;
  torch::Tensor patch_masks =
      torch::zeros({static_cast<std::int64_t>(masks.size()), grid_h, grid_w}, torch::kUInt8);
  for (std::size_t n = 0; n < masks.size(); ++n) {
    std::vector<std::uint8_t> touched = mask_to_patches(masks[n], resized, patch);
    std::memcpy(patch_masks[static_cast<std::int64_t>(n)].data_ptr(), touched.data(), touched.size());
    prompts.emplace_back(static_cast<int>(ids.at(n)), std::move(touched));
  }
  trace[prefix + "prompt_patch_masks"] = patch_masks;
  const std::vector<std::int64_t> painted = paint_prompts(prompts, grid_h * grid_w);
  std::vector<std::int64_t> vision{-1}, prompt{-1};
  for (std::size_t i = 0; i < painted.size(); ++i) {
    vision.push_back(static_cast<std::int64_t>(i));
    prompt.push_back(painted[i]);
  }
  vision.push_back(-1);
  prompt.push_back(-1);
  trace[prefix + "vision_patch_indices"] = int_tensor(vision);
  trace[prefix + "vp_token_indices"] = int_tensor(prompt);
}

/// [height, width, 3]
torch::Tensor pixels_of(const Image& image) {
  return torch::from_blob(const_cast<std::uint8_t*>(image.rgb.data()), {image.height, image.width, 3},
                          torch::kUInt8)
      .clone();
}

/// What eve_tensors.safetensors holds of its pictures, under keys <image>.m<max_side>.<tensor>: the patches
/// of EVE put together again as pixel values [3, H, W].
void add_eve(const std::filesystem::path& folder, Trace& trace) {
  const SafetensorsFile file(folder / "eve_tensors.safetensors");
  for (const std::string& key : file.names()) {
    if (!key.ends_with(".resized_u8")) continue;
    const std::string prefix = key.substr(0, key.size() - std::string_view("resized_u8").size());
    const std::size_t mark = prefix.rfind(".m");
    const char* end = prefix.data() + prefix.size();
    PreprocessConfig config = preprocess_defaults("eve");
    if (mark == std::string::npos ||
        std::from_chars(prefix.data() + mark + 2, end, config.max_side).ec != std::errc())
      throw DataError(folder.string() + "/eve_tensors.safetensors: '" + key + "' names no max_side");
    const Image image = load_image(folder / "images" / (prefix.substr(0, mark) + ".png"));
    trace[key] = pixels_of(resize_bicubic(image, resized_size({image.width, image.height}, config)));
    Patches patches = preprocess_image(image, config);
    const int p = config.patch_size;
    trace[prefix + "pixel_values"] =
        torch::from_blob(patches.values.data(), {patches.grid_h, patches.grid_w, 3, p, p}, torch::kFloat32)
            .permute({2, 0, 3, 1, 4})
            .reshape({3, patches.grid_h * p, patches.grid_w * p})
            .clone();
  }
}

}  // namespace

Trace run_preprocess_golden(const std::filesystem::path& folder, const nlohmann::json& cases) {
  const std::map<std::string, torch::Tensor> given = read_tensors(folder / "tensors.safetensors");
  Trace trace;
  for (const Json& entry : cases.at("images")) {
    const std::string name = json_string(entry, "image", "cases.json: images");
    const int patch = static_cast<int>(json_int(entry, "patch", "cases.json: images"));
    const std::string prefix = std::string(name).append(".p").append(std::to_string(patch)).append(1, '.');
    const Image image = load_image(folder / "images" / (name + ".png"));
    PreprocessConfig config;
    config.patch_size = patch;
    const Size size = resized_size({image.width, image.height}, config);
    const Image resized = resize_bilinear(image, size);
    Patches patches = patchify(resized, config);
    trace[prefix + "resized_u8"] = pixels_of(resized);
    const torch::Tensor values =
        torch::from_blob(patches.values.data(), {patches.grid_h * patches.grid_w, patches.dim},
                         torch::kFloat32)
            .clone();
    trace[prefix + "patches"] = values;
    trace[prefix + "patches_head3"] = values.slice(0, 0, 3);
    trace[prefix + "patches_tail3"] = values.slice(0, std::max<std::int64_t>(0, values.size(0) - 3));
    const auto masks = given.find(name + ".prompt_masks");
    if (masks != given.end()) {
      add_prompts(prefix, masks_of(masks->second), cases.at("prompt_ids").get<std::vector<std::int64_t>>(),
                  size, patch, trace);
    }
  }
  if (std::filesystem::exists(folder / "eve_tensors.safetensors")) add_eve(folder, trace);
  return trace;
}

}  // namespace pixelsail::detail
