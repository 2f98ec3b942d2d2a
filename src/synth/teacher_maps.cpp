#include "synth/teacher_maps.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "io/json.h"
#include "io/tensors/safetensors.h"

namespace pixelsail {
namespace {

/// Where the channels of each group begin; only the number of shapes differs between data sets.
struct Layout {
  explicit Layout(std::size_t shapes) : color(shape + shapes) {}
  std::size_t shape = 1, color, size = color + kColorCount, pattern = size + kSizeCount,
              column = pattern + kPatternCount, row = column + kPlaceBins, channels = row + kPlaceBins;
};

/// How near `position` (0..1) is to the bin's centre: 1 there, 0 at the next bin's. All bins add up to 1.
float nearness(double position, int bin) {
  return static_cast<float>(std::max(0.0, 1.0 - std::abs(position * (kPlaceBins - 1) - bin)));
}

/// What the pixels of an object say, channel by channel.
std::vector<float> values_of(const Scene& scene, std::size_t object, const Layout& layout) {
  const Object& o = scene.objects[object];
  const Visible& v = scene.visible[object];
  std::vector<float> values(layout.channels, 0);
  values[0] = 1;
  const std::vector<Shape>& shapes = scene.choice.shapes;
  const auto shape = std::find(shapes.begin(), shapes.end(), o.shape) - shapes.begin();
  values[layout.shape + static_cast<std::size_t>(shape)] = 1;
  values[layout.color + static_cast<std::size_t>(o.color)] = 1;
  values[layout.size + static_cast<std::size_t>(o.size)] = 1;
  values[layout.pattern + static_cast<std::size_t>(o.pattern)] = 1;
  for (int bin = 0; bin < kPlaceBins; ++bin) {
    const auto offset = static_cast<std::size_t>(bin);
    values[layout.column + offset] = nearness(v.x / scene.width, bin);
    values[layout.row + offset] = nearness(v.y / scene.height, bin);
  }
  return values;
}

}  // namespace

std::vector<std::string> teacher_channels(const std::vector<Shape>& shapes) {
  std::vector<std::string> names{"objectness"};
  for (const Shape shape : shapes) names.emplace_back(name_of(shape));
  for (int i = 0; i < kColorCount; ++i) names.emplace_back(name_of(static_cast<Color>(i)));
  for (int i = 0; i < kSizeCount; ++i) names.emplace_back(name_of(static_cast<ObjectSize>(i)));
  for (int i = 0; i < kPatternCount; ++i) names.emplace_back(name_of(static_cast<Pattern>(i)));
  for (const char* axis : {"column", "row"}) {
    for (int i = 0; i < kPlaceBins; ++i) names.push_back(axis + std::to_string(i));
  }
  return names;
}

HalfMap teacher_map(const Scene& scene) {
  const Layout layout(scene.choice.shapes.size());
  HalfMap map;
  map.channels = static_cast<std::int64_t>(layout.channels);
  map.height = (scene.height + kTeacherStride - 1) / kTeacherStride;
  map.width = (scene.width + kTeacherStride - 1) / kTeacherStride;
  const auto cells = static_cast<std::size_t>(map.height * map.width);
  std::vector<float> sum(cells * layout.channels, 0);
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    const Visible& v = scene.visible[i];
    const std::vector<float> values = values_of(scene, i, layout);
    for (int y = v.top; y < v.bottom; ++y) {
      for (int x = v.left; x < v.right; ++x) {
        if (v.mask.at(y, x) == 0) continue;
        const auto cell = static_cast<std::size_t>(y / kTeacherStride) * map.width + x / kTeacherStride;
        for (std::size_t channel = 0; channel < layout.channels; ++channel)
          sum[channel * cells + cell] += values[channel];
      }
    }
  }
  map.values.resize(sum.size());
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const int y = static_cast<int>(i % cells / map.width), x = static_cast<int>(i % cells % map.width);
    const int rows = std::min(kTeacherStride, scene.height - y * kTeacherStride);
    const int columns = std::min(kTeacherStride, scene.width - x * kTeacherStride);
    map.values[i] = float_to_half(sum[i] / static_cast<float>(rows * columns));
  }
  return map;
}

TeacherWriter::TeacherWriter(std::filesystem::path directory, std::vector<Shape> shapes)
    : directory_(std::move(directory)), shapes_(std::move(shapes)) {}

void TeacherWriter::add_shard(const std::vector<std::pair<std::string, HalfMap>>& maps) {
  char name[40];
  std::snprintf(name, sizeof name, "shard-%05d.safetensors", shards_++);
  std::vector<std::pair<std::string, TensorView>> tensors;
  for (const auto& [key, map] : maps) {
    tensors.emplace_back(key, TensorView{DType::kF16,
                                         {map.channels, map.height, map.width},
                                         std::as_bytes(std::span<const std::uint16_t>(map.values))});
    shard_of_.emplace_back(key, name);
  }
  write_safetensors(directory_ / name, tensors);
}

void TeacherWriter::finish() {
  OrderedJson index;
  index["format"] = "pixelsail-teacher-1";
  const std::vector<std::string> channels = teacher_channels(shapes_);
  index["channels"] = channels.size();
  index["stride"] = kTeacherStride;
  index["names"] = channels;
  OrderedJson& shards = index["shards"] = OrderedJson::object();
  // The keys are distinct: appending skips the search for each.
  auto& entries = shards.get_ref<OrderedJson::object_t&>();
  for (const auto& [key, shard] : shard_of_)
    entries.OrderedJson::object_t::Container::emplace_back(key, shard);
  write_json_atomic(directory_ / "index.json", index);
}

}  // namespace pixelsail
