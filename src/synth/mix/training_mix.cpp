#include "synth/mix/training_mix.h"

#include <cstdio>

#include "io/json.h"
#include "io/rle.h"
#include "synth/build_scene.h"
#include "synth/outline.h"
#include "synth/phrasing.h"

namespace pixelsail {

namespace fs = std::filesystem;

namespace detail {

std::string name_of_2017(const BenchmarkScene& scene) {
  char name[32];
  std::snprintf(name, sizeof name, "%012lld.jpg", static_cast<long long>(scene.image_id));
  return name;
}

void write_sam_captions(const BenchmarkScenes& scenes, const fs::path& root) {
  const fs::path folder = root / "sam_caption", pictures = folder / "images";
  fs::create_directories(pictures);
  OrderedJson records = OrderedJson::array();
  for (const BenchmarkScene& entry : scenes) {
    const std::string name = "sa_" + std::to_string(entry.image_id) + ".jpg";
    write_picture(entry.picture, pictures / name);
    OrderedJson objects = OrderedJson::array();
    for (int i = 0; i < static_cast<int>(entry.scene.objects.size()); ++i) {
      const Mask& mask = entry.scene.visible[static_cast<std::size_t>(i)].mask;
      objects.push_back(
          {{"segmentation", rle_to_json(encode_mask(mask))}, {"caption", describe_object(entry.scene, i)}});
    }
    records.push_back({{"image_name", name}, {"object_annotations", std::move(objects)}});
  }
  write_json_atomic(folder / "object_caption_data_train_split.json", records);
}

}  // namespace detail

void write_training_mix(const BenchmarkScenes& scenes, const fs::path& root, Rng& rng) {
  for (const char* folder : {"train2017", "flickr30k"}) fs::create_directories(root / "images" / folder);
  for (const BenchmarkScene& scene : scenes)
    write_picture(scene.picture, root / "images" / "train2017" / detail::name_of_2017(scene));
  detail::write_panoptic(scenes, root);
  detail::write_grounded_captions(scenes, root);
  detail::write_osprey(scenes, root, rng);
  detail::write_sam_captions(scenes, root);
  fs::create_directories(root / "muse");
  write_muse(scenes, root / "muse" / "muse_train.json", HolesAs::kBridges, rng);
  write_reasonseg(scenes, root / "reasonseg" / "train", rng);
  fs::create_directories(root / "llava");
  write_llava(
      [&](const auto& visit) {
        for (const BenchmarkScene& scene : scenes) visit(scene);
      },
      root / "llava", rng);
}

}  // namespace pixelsail
