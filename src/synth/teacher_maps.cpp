#include "synth/teacher_maps.h"

#include <algorithm>
#include <cstdio>
#include <span>

#include "io/json.h"
#include "io/safetensors.h"

namespace pixelsail {
namespace {

constexpr int kFirstShape = 1, kFirstColor = kFirstShape + kShapeCount,
              kFirstSize = kFirstColor + kColorCount, kFirstPattern = kFirstSize + kSizeCount,
              kChannels = kFirstPattern + kPatternCount;

}  // namespace

std::vector<std::string> teacher_channels() {
  std::vector<std::string> names{"objectness"};
  for (int i = 0; i < kShapeCount; ++i) names.emplace_back(name_of(static_cast<Shape>(i)));
  for (int i = 0; i < kColorCount; ++i) names.emplace_back(name_of(static_cast<Color>(i)));
  for (int i = 0; i < kSizeCount; ++i) names.emplace_back(name_of(static_cast<ObjectSize>(i)));
  for (int i = 0; i < kPatternCount; ++i) names.emplace_back(name_of(static_cast<Pattern>(i)));
  return names;
}

HalfMap teacher_map(const Scene& scene) {
  HalfMap map;
  map.channels = kChannels;
  map.height = (scene.height + kTeacherStride - 1) / kTeacherStride;
  map.width = (scene.width + kTeacherStride - 1) / kTeacherStride;
  const auto cells = static_cast<std::size_t>(map.height * map.width);
  std::vector<int> count(cells * kChannels, 0);
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    const Object& o = scene.objects[i];
    const Visible& v = scene.visible[i];
    const int channels[] = {0, kFirstShape + static_cast<int>(o.shape),
                            kFirstColor + static_cast<int>(o.color), kFirstSize + static_cast<int>(o.size),
                            kFirstPattern + static_cast<int>(o.pattern)};
    for (int y = v.top; y < v.bottom; ++y) {
      for (int x = v.left; x < v.right; ++x) {
        if (v.mask.at(y, x) == 0) continue;
        const auto cell = static_cast<std::size_t>(y / kTeacherStride) * map.width + x / kTeacherStride;
        for (const int channel : channels) ++count[static_cast<std::size_t>(channel) * cells + cell];
      }
    }
  }
  map.values.resize(count.size());
  for (std::size_t i = 0; i < count.size(); ++i) {
    const int y = static_cast<int>(i % cells / map.width), x = static_cast<int>(i % cells % map.width);
    const int rows = std::min(kTeacherStride, scene.height - y * kTeacherStride);
    const int columns = std::min(kTeacherStride, scene.width - x * kTeacherStride);
    map.values[i] = float_to_half(static_cast<float>(count[i]) / static_cast<float>(rows * columns));
  }
  return map;
}

TeacherWriter::TeacherWriter(std::filesystem::path directory) : directory_(std::move(directory)) {}

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
  index["channels"] = kChannels;
  index["stride"] = kTeacherStride;
  index["names"] = teacher_channels();
  OrderedJson& shards = index["shards"] = OrderedJson::object();
  // The keys are distinct: appending skips the search for each.
  auto& entries = shards.get_ref<OrderedJson::object_t&>();
  for (const auto& [key, shard] : shard_of_)
    entries.OrderedJson::object_t::Container::emplace_back(key, shard);
  write_json_atomic(directory_ / "index.json", index);
}

}  // namespace pixelsail
