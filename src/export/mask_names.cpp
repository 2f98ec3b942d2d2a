#include "export/mask_names.h"

#include <algorithm>
#include <cmath>

#include "core/input_file.h"
#include "export/number_list.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

MaskNames::Value value_of(const std::string& text) {
  const std::vector<double> numbers = detail::number_list(text, ",");
  if (numbers.size() != 1 && numbers.size() != 3)
    throw DataError("\"" + text + "\" is neither a value nor a colour");
  MaskNames::Value value{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double number = numbers[numbers.size() == 1 ? 0 : i];
    if (number < 0 || number > 255 || number != std::floor(number))
      throw DataError("values are from 0 to 255");
    value[i] = static_cast<std::uint8_t>(number);
  }
  return value;
}

}  // namespace

MaskNames::MaskNames(const std::filesystem::path& file) {
  const std::string text = read_input(file);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    line.erase(line.find_last_not_of(" \t\r") + 1);
    line.erase(0, line.find_first_not_of(" \t"));
    if (line.empty() || line[0] == '#') continue;
    try {
      const std::size_t space = line.find_first_of(" \t");
      if (space == std::string::npos) throw DataError("should hold a value and a name");
      const std::string name = line.substr(line.find_first_not_of(" \t", space));
      const std::string value = line.substr(0, space);
      if (value == "*") {
        any_ = name;
      } else if (!names_.emplace(value_of(value), name).second) {
        throw DataError("the value " + value + " is there twice");
      }
    } catch (const DataError& error) {
      throw_with_context(error, file.string() + ":" + std::to_string(number));
    }
  }
  if (empty()) throw DataError(file.string() + ": names nothing");
}

std::optional<std::string> MaskNames::name_of(const Value& value) const {
  const auto found = names_.find(value);
  return found != names_.end() ? found->second : any_;
}

std::map<MaskNames::Value, Rle> masks_by_value(const RgbaImage& picture) {
  constexpr std::size_t kMostValues = 256;
  const std::size_t count = picture.rgba.size() / 4;
  const auto value_at = [&picture](std::size_t i) {
    const std::uint8_t* pixel = picture.rgba.data() + i * 4;
    return pixel[3] == 0 ? MaskNames::Value{} : MaskNames::Value{pixel[0], pixel[1], pixel[2]};
  };
  std::map<MaskNames::Value, Rle> masks;
  for (std::size_t i = 0; i < count; ++i) {
    const MaskNames::Value value = value_at(i);
    if (value == MaskNames::Value{} || (i > 0 && value == value_at(i - 1))) continue;
    masks.try_emplace(value);
    if (masks.size() > kMostValues) throw DataError("more than 256 values: a photograph, no mask");
  }
  // One mask at a time: a picture may be large, and have many values.
  for (auto& [value, runs] : masks) {
    Mask mask(picture.height, picture.width);
    for (std::size_t i = 0; i < count; ++i) mask.data[i] = value_at(i) == value ? 1 : 0;
    runs = encode_mask(mask);
  }
  return masks;
}

}  // namespace pixelsail
