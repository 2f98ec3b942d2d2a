// COCO's panoptic layout, and Pix2Cap's descriptions of the same segments:
//   panoptic/panoptic_train2017.json   {"images", "annotations": [{"image_id", "file_name", "segments_info"}], "categories"}
//   panoptic/panoptic_train2017/*.png  id = R + 256 G + 65536 B
//   pix2cap/pix2cap_coco_train.json    with "description" in each segment

#include "image/mask_outline.h"
#include "io/json.h"
#include "synth/build_scene.h"
#include "synth/coco_writer.h"
#include "synth/mix/training_mix.h"
#include "synth/phrasing.h"

namespace pixelsail::detail {
namespace {

namespace fs = std::filesystem;

/// COCO's first things, and what stands for the background (floor-other-merged).
constexpr int kThings = 11, kBackground = 190;
/// Ids of segments that use all three bytes.
constexpr std::int64_t kIdStep = 70001;

struct Segments {
  Image id_map;
  OrderedJson infos = OrderedJson::array();
};

void paint(Image& id_map, const Mask& mask, std::int64_t id) {
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (mask.at(y, x) == 0) continue;
      std::uint8_t* pixel = id_map.pixel(y, x);
      for (int byte = 0; byte < 3; ++byte) pixel[byte] = static_cast<std::uint8_t>(id >> (8 * byte));
    }
  }
}

void add_segment(Segments& segments, const Mask& mask, int category, const std::string& description) {
  const std::int64_t id = static_cast<std::int64_t>(segments.infos.size() + 1) * kIdStep;
  const PixelBox box = box_around(mask);
  std::int64_t area = 0;
  for (const std::uint8_t value : mask.data) area += value;
  if (area == 0) return;
  paint(segments.id_map, mask, id);
  segments.infos.push_back({{"id", id},
                            {"category_id", category},
                            {"iscrowd", 0},
                            {"bbox", {box.left, box.top, box.width(), box.height()}},
                            {"area", area},
                            {"description", description}});
}

Segments segments_of(const Scene& scene) {
  Segments segments{.id_map = Image(scene.height, scene.width)};
  Mask rest(scene.height, scene.width);
  for (std::uint8_t& value : rest.data) value = 1;
  for (int i = 0; i < static_cast<int>(scene.objects.size()); ++i) {
    const Mask& mask = scene.visible[static_cast<std::size_t>(i)].mask;
    add_segment(segments, mask, 1 + category_of(scene.object(i)) % kThings, describe_object(scene, i));
    for (std::size_t p = 0; p < mask.data.size(); ++p)
      if (mask.data[p] != 0) rest.data[p] = 0;
  }
  add_segment(segments, rest, kBackground, "what lies behind all objects");
  return segments;
}

OrderedJson file_of(OrderedJson images, OrderedJson annotations) {
  return {{"images", std::move(images)},
          {"annotations", std::move(annotations)},
          {"categories", OrderedJson::array()}};
}

}  // namespace

void write_panoptic(const BenchmarkScenes& scenes, const fs::path& root) {
  const fs::path maps = root / "panoptic" / "panoptic_train2017";
  fs::create_directories(maps);
  fs::create_directories(root / "pix2cap");
  OrderedJson images = OrderedJson::array(), plain = OrderedJson::array(), described = OrderedJson::array();
  for (const BenchmarkScene& entry : scenes) {
    const std::string name = name_of_2017(entry);
    const std::string map = fs::path(name).replace_extension(".png").string();
    Segments segments = segments_of(entry.scene);
    write_picture(segments.id_map, maps / map);
    images.push_back({{"id", entry.image_id},
                      {"file_name", name},
                      {"width", entry.scene.width},
                      {"height", entry.scene.height}});
    const auto annotation = [&](const OrderedJson& infos) {
      return OrderedJson{{"image_id", entry.image_id}, {"file_name", map}, {"segments_info", infos}};
    };
    described.push_back(annotation(segments.infos));
    for (OrderedJson& info : segments.infos) info.erase("description");
    plain.push_back(annotation(segments.infos));
  }
  write_json_atomic(root / "panoptic" / "panoptic_train2017.json", file_of(images, std::move(plain)));
  write_json_atomic(root / "pix2cap" / "pix2cap_coco_train.json", file_of(images, std::move(described)));
}

}  // namespace pixelsail::detail
