#include "benchmarks/common/question_parts.h"

#include <algorithm>
#include <utility>

#include "annotations/published_prompts.h"
#include "image/image_size.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

OrderedJson mask_json(const Mask& mask) {
  const Rle rle = encode_mask(mask);
  return {{"size", {rle.height, rle.width}}, {"counts", rle_to_string(rle)}};
}

}  // namespace

std::size_t ImageList::add(const std::filesystem::path& path, int height, int width) {
  const auto [found, added] = places_.try_emplace(path.string(), images_.size());
  if (!added) return found->second;
  AskedImage image{.name = path.string(), .height = height, .width = width};
  if (height == 0) {
    try {
      const ImageSize size = read_image_size(path);
      image.height = size.height;
      image.width = size.width;
    } catch (const DataError&) {
      // The size only decides the order; whoever loads the picture says what is wrong with it.
    }
  }
  images_.push_back(std::move(image));
  return found->second;
}

void check_size(const Image& image, const AskedImage& expected) {
  if (expected.height == 0 || (image.height == expected.height && image.width == expected.width)) return;
  throw DataError(expected.name + ": is " + std::to_string(image.width) + " x " +
                  std::to_string(image.height) + " pixels, but the annotations say " +
                  std::to_string(expected.width) + " x " + std::to_string(expected.height));
}

std::function<std::shared_ptr<const Image>(std::size_t)> file_loader(const std::vector<AskedImage>& images) {
  return [images](std::size_t index) {
    const AskedImage& expected = images.at(index);
    auto image = std::make_shared<const Image>(load_image(expected.name));
    check_size(*image, expected);
    return image;
  };
}

OrderedJson first_mask(const Answer* answer) {
  if (answer == nullptr || answer->masks.empty()) return nullptr;
  return mask_json(answer->masks.front());
}

OrderedJson all_masks(const Answer* answer) {
  OrderedJson masks = OrderedJson::array();
  if (answer == nullptr) return masks;
  for (const Mask& mask : answer->masks) masks.push_back(mask_json(mask));
  return masks;
}

std::string text_of(const Answer* answer) {
  return answer == nullptr ? std::string() : answer->text;
}

std::size_t another(std::size_t index, std::size_t count) {
  return (index + (count + 1) / 2) % count;
}

Answer text_answer(std::string text) {
  Answer answer;
  answer.text = std::move(text);
  return answer;
}

Answer whole_picture(int height, int width) {
  Answer answer = text_answer(std::string(kSegmentAnswer));
  Mask mask(height, width);
  std::ranges::fill(mask.data, std::uint8_t{1});
  answer.masks.push_back(std::move(mask));
  return answer;
}

}  // namespace pixelsail
