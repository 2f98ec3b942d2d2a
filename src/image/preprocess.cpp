#include "image/preprocess.h"

#include <algorithm>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Normalised value of each byte, one table a channel.
std::array<std::array<float, 256>, 3> normalisation_tables(const PreprocessConfig& config) {
  std::array<std::array<float, 256>, 3> tables{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const float mean = static_cast<float>(config.mean[channel]);
    const float std = static_cast<float>(config.std[channel]);
    for (int value = 0; value < 256; ++value) {
      tables[channel][value] = (static_cast<float>(value) / 255.0F - mean) / std;
    }
  }
  return tables;
}

}  // namespace

Patches patchify(const Image& resized, const PreprocessConfig& config) {
  const int patch = config.patch_size;
  if (patch < 1 || resized.width < 1 || resized.height < 1 || resized.width % patch != 0 ||
      resized.height % patch != 0) {
    throw DataError("an image of " + std::to_string(resized.width) + " x " + std::to_string(resized.height) +
                    " pixels does not divide into patches of " + std::to_string(patch));
  }
  const std::array<std::array<float, 256>, 3> tables = normalisation_tables(config);
  Patches patches;
  patches.grid_h = resized.height / patch;
  patches.grid_w = resized.width / patch;
  patches.dim = 3 * patch * patch;
  patches.values.resize(resized.rgb.size());
  float* out = patches.values.data();
  for (int row = 0; row < patches.grid_h; ++row) {
    for (int column = 0; column < patches.grid_w; ++column) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        for (int y = 0; y < patch; ++y) {
          const std::uint8_t* in = resized.pixel(row * patch + y, column * patch) + channel;
          for (int x = 0; x < patch; ++x, in += 3) {
            *out++ = tables[channel][*in];
          }
        }
      }
    }
  }
  return patches;
}

Patches preprocess_image(const Image& image, const PreprocessConfig& config) {
  const Size size = resized_size({image.width, image.height}, config);
  const bool bicubic = config.resample == Resample::kBicubic;
  return patchify(bicubic ? resize_bicubic(image, size) : resize_bilinear(image, size), config);
}

std::vector<std::uint8_t> mask_to_patches(const Mask& mask, Size resized, int patch_size,
                                          NearestSource source) {
  if (patch_size < 1 || resized.width % patch_size != 0 || resized.height % patch_size != 0) {
    throw DataError("a mask of " + std::to_string(resized.width) + " x " + std::to_string(resized.height) +
                    " pixels does not divide into patches of " + std::to_string(patch_size));
  }
  const Mask scaled = resize_nearest(mask, resized, source);
  const int grid_w = resized.width / patch_size;
  std::vector<std::uint8_t> touched(static_cast<std::size_t>(resized.height / patch_size) * grid_w, 0);
  for (int y = 0; y < resized.height; ++y) {
    std::uint8_t* row = touched.data() + static_cast<std::size_t>(y / patch_size) * grid_w;
    for (int x = 0; x < resized.width; ++x) {
      if (scaled.at(y, x) != 0) row[x / patch_size] = 1;
    }
  }
  return touched;
}

std::vector<std::int64_t> paint_prompts(const std::vector<std::pair<int, std::vector<std::uint8_t>>>& prompts,
                                        int patch_count) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(std::max(patch_count, 0)), kNoPrompt);
  for (const auto& [number, touched] : prompts) {
    if (touched.size() != numbers.size()) {
      throw DataError("the mask of <Prompt" + std::to_string(number) + "> covers " +
                      std::to_string(touched.size()) + " patches, the image has " +
                      std::to_string(patch_count));
    }
    for (std::size_t i = 0; i < touched.size(); ++i) {
      if (touched[i] != 0) {
        numbers[i] = number;
      }
    }
  }
  return numbers;
}

}  // namespace pixelsail
