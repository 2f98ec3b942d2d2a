#include "synth/teacher_maps.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

#include "io/json.h"
#include "io/tensors/safetensors.h"
#include "synth/things/library.h"

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

void append_place(const Scene& scene, const Visible& v, std::vector<float>& values) {
  for (int bin = 0; bin < kPlaceBins; ++bin) values.push_back(nearness(v.x / scene.width, bin));
  for (int bin = 0; bin < kPlaceBins; ++bin) values.push_back(nearness(v.y / scene.height, bin));
}

/// A one in the channel of the noun, or in half of the channels that all nouns share; none for what has no name.
std::vector<float> noun_values(const ThingLibrary& things, const ThingNoun& noun) {
  if (!noun.sayable) return std::vector<float>(std::min<std::size_t>(things.named(), kNounChannels), 0);
  if (things.named() <= kNounChannels) {
    std::vector<float> values(things.named(), 0);
    values[static_cast<std::size_t>(noun.id)] = 1;
    return values;
  }
  std::vector<float> values(kNounChannels, 0);
  std::fill_n(values.begin(), kNounChannels / 2, 1.0F);
  Rng rng(0, "noun/" + noun.name);
  rng.shuffle(values);
  return values;
}

/// What the pixels of a thing say, channel by channel.
std::vector<float> thing_values(const Scene& scene, std::size_t object) {
  const Object& o = scene.objects[object];
  std::vector<float> values{1};
  const auto append = [&](std::size_t count, bool said, std::size_t which) {
    values.resize(values.size() + count, 0);
    if (said) values[values.size() - count + which] = 1;
  };
  const std::vector<float> noun = noun_values(*scene.things, *o.thing);
  values.insert(values.end(), noun.begin(), noun.end());
  const ThingCategory* category = o.thing->category;
  append(scene.things->categories().size(), category != nullptr,
         category != nullptr ? static_cast<std::size_t>(category->id) : 0);
  append(kThingColorCount, (o.said & kColorBit) != 0, static_cast<std::size_t>(o.color));
  append(kSizeCount, (o.said & kSizeBit) != 0, static_cast<std::size_t>(o.size));
  append_place(scene, scene.visible[object], values);
  return values;
}

/// What the pixels of an object say, channel by channel.
std::vector<float> values_of(const Scene& scene, std::size_t object, const Layout& layout) {
  if (scene.things) return thing_values(scene, object);
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

std::vector<std::string> teacher_channels(const ThingLibrary& things) {
  std::vector<std::string> names{"objectness"};
  if (things.named() <= kNounChannels) {
    for (std::size_t i = 0; i < things.named(); ++i) names.push_back(things.nouns()[i].name);
  } else {
    for (std::size_t i = 0; i < kNounChannels; ++i) names.push_back("noun" + std::to_string(i));
  }
  for (const ThingCategory& category : things.categories()) names.push_back("any " + category.name);
  for (int i = 0; i < kThingColorCount; ++i) names.emplace_back(name_of(static_cast<Color>(i)));
  for (int i = 0; i < kSizeCount; ++i) names.emplace_back(name_of(static_cast<ObjectSize>(i)));
  for (const char* axis : {"column", "row"}) {
    for (int i = 0; i < kPlaceBins; ++i) names.push_back(axis + std::to_string(i));
  }
  return names;
}

HalfMap teacher_map(const Scene& scene) {
  Layout layout(scene.choice.shapes.size());
  if (scene.things) layout.channels = teacher_channels(*scene.things).size();
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

TeacherWriter::TeacherWriter(std::filesystem::path directory, std::vector<std::string> channels)
    : directory_(std::move(directory)), channels_(std::move(channels)) {}

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
  index["channels"] = channels_.size();
  index["stride"] = kTeacherStride;
  index["names"] = channels_;
  OrderedJson& shards = index["shards"] = OrderedJson::object();
  // The keys are distinct: appending skips the search for each.
  auto& entries = shards.get_ref<OrderedJson::object_t&>();
  for (const auto& [key, shard] : shard_of_)
    entries.OrderedJson::object_t::Container::emplace_back(key, shard);
  write_json_atomic(directory_ / "index.json", index);
}

}  // namespace pixelsail
