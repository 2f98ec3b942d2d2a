// Captions whose phrases have masks, in the four layouts of GranD-f's training files: GranDf_HA_GCG, OpenPsgGCG, RefCOCOg_GCG
// and flickr_mergedGT_GCG.

#include <algorithm>

#include "io/json.h"
#include "io/rle.h"
#include "synth/build_scene.h"
#include "synth/mix/training_mix.h"
#include "synth/outline.h"
#include "synth/phrasing.h"

namespace pixelsail::detail {
namespace {

namespace fs = std::filesystem;

struct Phrase {
  std::string words;
  std::size_t begin = 0, end = 0;  ///< in the caption
  const Visible* object = nullptr;
};

struct Caption {
  std::string text = "There is ";
  std::vector<Phrase> phrases;  ///< each of other words: where two objects share them, the first
};

Caption caption_of(const Scene& scene) {
  Caption caption;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    const std::string words = with_a(noun_words(attributes_of(scene.objects[i], kAllBits)));
    if (i > 0) caption.text += i + 1 == scene.objects.size() ? " and " : ", ";
    const std::size_t begin = caption.text.size();
    caption.text += words;
    if (std::ranges::find(caption.phrases, words, &Phrase::words) == caption.phrases.end())
      caption.phrases.push_back({words, begin, caption.text.size(), &scene.visible[i]});
  }
  caption.text += '.';
  return caption;
}

OrderedJson box_of(const Visible& v) {
  return {v.left, v.top, v.right - v.left, v.bottom - v.top};
}

OrderedJson grandf_record(const BenchmarkScene& entry, const Caption& caption, const std::string& name) {
  OrderedJson groundings = OrderedJson::object();
  for (const Phrase& phrase : caption.phrases)
    groundings[phrase.words] = {
        {"token_positives", {phrase.begin, phrase.end}},
        {"rle_masks", OrderedJson::array({rle_to_json(encode_mask(phrase.object->mask))})}};
  return {{"file_name", name},          {"height", entry.scene.height},
          {"width", entry.scene.width}, {"image_id", std::to_string(entry.image_id)},
          {"caption", caption.text},    {"groundings", std::move(groundings)}};
}

OrderedJson refcocog_record(const BenchmarkScene& entry, const Caption& caption) {
  OrderedJson refs = OrderedJson::array();
  for (const Phrase& phrase : caption.phrases)
    refs.push_back({{"sentence", phrase.words},
                    {"bbox", box_of(*phrase.object)},
                    {"segmentation", segmentation_of(phrase.object->mask, HolesAs::kBridges)}});
  return {{std::to_string(entry.image_id),
           {{"img_file_name", entry.file_name}, {"caption", caption.text}, {"refs", std::move(refs)}}}};
}

void add_flickr(const BenchmarkScene& entry, const Caption& caption, const std::string& name,
                OrderedJson& file) {
  file["images"].push_back({{"id", entry.image_id},
                            {"file_name", name},
                            {"width", entry.scene.width},
                            {"height", entry.scene.height},
                            {"caption", caption.text},
                            {"dataset_name", "flickr"}});
  for (const Phrase& phrase : caption.phrases)
    file["annotations"].push_back(
        {{"id", file["annotations"].size() + 1},
         {"image_id", entry.image_id},
         {"category_id", 1},
         {"iscrowd", 0},
         {"bbox", box_of(*phrase.object)},
         {"area", phrase.object->area},
         {"tokens_positive", OrderedJson::array({OrderedJson::array({phrase.begin, phrase.end})})},
         {"sam_mask", rle_to_json(encode_mask(phrase.object->mask))}});
}

}  // namespace

void write_grounded_captions(const BenchmarkScenes& scenes, const fs::path& root) {
  const fs::path folder = root / "gcg", pictures = folder / "train", flickr = root / "images" / "flickr30k";
  fs::create_directories(pictures);
  OrderedJson grandf = OrderedJson::array(), psg = OrderedJson::array(), refcocog = OrderedJson::array();
  OrderedJson merged{{"images", OrderedJson::array()},
                     {"annotations", OrderedJson::array()},
                     {"categories", OrderedJson::array({OrderedJson{{"id", 1}, {"name", "object"}}})}};
  for (const BenchmarkScene& entry : scenes) {
    const Caption caption = caption_of(entry.scene);
    const std::string id = std::to_string(entry.image_id);
    write_picture(entry.picture, pictures / ("sa_" + id + ".jpg"));
    write_picture(entry.picture, flickr / (id + ".jpg"));
    grandf.push_back(grandf_record(entry, caption, "sa_" + id + ".jpg"));
    psg.push_back(grandf_record(entry, caption, "train2017/" + name_of_2017(entry)));
    refcocog.push_back(refcocog_record(entry, caption));
    add_flickr(entry, caption, id + ".jpg", merged);
  }
  write_json_atomic(folder / "GranDf_HA_GCG_train.json", grandf);
  write_json_atomic(folder / "OpenPsgGCG_train.json", psg);
  write_json_atomic(folder / "RefCOCOg_GCG_train.json", refcocog);
  write_json_atomic(folder / "flickr_mergedGT_GCG_train.json", merged);
}

}  // namespace pixelsail::detail
