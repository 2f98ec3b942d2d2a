#include "io/json.h"
#include "io/rle.h"
#include "synth/build_scene.h"
#include "synth/phrasing.h"
#include "synth/write_benchmark.h"

namespace pixelsail {

void write_gcg(const BenchmarkScenes& scenes, const std::filesystem::path& folder) {
  // The published pictures are named by their ids.
  const std::filesystem::path pictures = folder / "val_test";
  std::filesystem::create_directories(pictures);
  OrderedJson images = OrderedJson::array(), captioned = OrderedJson::array();
  OrderedJson masks = OrderedJson::array(), captions = OrderedJson::array();
  std::int64_t next_mask = 1;
  for (const BenchmarkScene& entry : scenes) {
    const Scene& scene = entry.scene;
    const std::string name = std::to_string(entry.image_id) + ".jpg";
    write_picture(entry.picture, pictures / name);
    images.push_back(
        {{"id", entry.image_id}, {"file_name", name}, {"height", scene.height}, {"width", scene.width}});
    captioned.push_back({{"id", entry.image_id}});
    std::string caption = "The picture shows ";
    OrderedJson labels = OrderedJson::array();
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      const Visible& v = scene.visible[i];
      const std::string label = with_a(noun_words(attributes_of(scene.objects[i], kAllBits)));
      if (i > 0) caption += i + 1 == scene.objects.size() ? " and " : ", ";
      caption += label;
      labels.push_back(label);
      masks.push_back({{"id", next_mask++},
                       {"image_id", entry.image_id},
                       {"category_id", 1},
                       {"iscrowd", 0},
                       {"area", v.area},
                       {"bbox", {v.left, v.top, v.right - v.left, v.bottom - v.top}},
                       {"segmentation", OrderedJson(rle_to_json(encode_mask(v.mask)))}});
    }
    captions.push_back({{"id", entry.image_id},
                        {"image_id", entry.image_id},
                        {"caption", caption + '.'},
                        {"labels", std::move(labels)}});
  }
  const OrderedJson categories = OrderedJson::array({OrderedJson{{"id", 1}, {"name", "object"}}});
  OrderedJson mask_file, caption_file;
  mask_file["images"] = std::move(images);
  mask_file["annotations"] = std::move(masks);
  mask_file["categories"] = categories;
  caption_file["images"] = std::move(captioned);
  caption_file["annotations"] = std::move(captions);
  write_json_atomic(folder / "val_gcg_coco_mask_gt.json", mask_file);
  write_json_atomic(folder / "val_gcg_coco_caption_gt.json", caption_file);
}

}  // namespace pixelsail
