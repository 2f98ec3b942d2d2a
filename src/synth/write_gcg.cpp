#include "annotations/gcg.h"
#include "io/rle.h"
#include "synth/build_scene.h"
#include "synth/phrasing.h"
#include "synth/write_benchmark.h"

namespace pixelsail {

void write_gcg(const BenchmarkScenes& scenes, const std::filesystem::path& folder) {
  // The published pictures are named by their ids.
  const std::filesystem::path pictures = folder / "val_test";
  std::filesystem::create_directories(pictures);
  std::vector<GcgPicture> written;
  for (const BenchmarkScene& entry : scenes) {
    const Scene& scene = entry.scene;
    GcgPicture picture{.id = entry.image_id,
                       .file_name = std::to_string(entry.image_id) + ".jpg",
                       .height = scene.height,
                       .width = scene.width,
                       .caption = "The picture shows ",
                       .phrases = {}};
    write_picture(entry.picture, pictures / picture.file_name);
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      const Visible& v = scene.visible[i];
      const std::string label = with_a(noun_words(attributes_of(scene.objects[i], kAllBits)));
      if (i > 0) picture.caption += i + 1 == scene.objects.size() ? " and " : ", ";
      picture.caption += label;
      picture.phrases.push_back({.label = label,
                                 .mask = encode_mask(v.mask),
                                 .area = v.area,
                                 .box = {v.left, v.top, v.right - v.left, v.bottom - v.top}});
    }
    picture.caption += '.';
    written.push_back(std::move(picture));
  }
  write_gcg_files(folder, "val", written);
}

}  // namespace pixelsail
