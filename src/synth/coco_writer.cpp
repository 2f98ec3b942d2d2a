#include "synth/coco_writer.h"

#include <cctype>
#include <cstdio>
#include <sstream>

#include "synth/things/library.h"

namespace pixelsail {
namespace {

OrderedJson info() {
  return {{"description", "PixelSail synthetic referring segmentation"}, {"version", "1"}};
}

OrderedJson categories_json(const std::vector<CategoryRecord>& categories) {
  OrderedJson list = OrderedJson::array();
  for (const CategoryRecord& category : categories)
    list.push_back({{"supercategory", category.supercategory}, {"id", category.id}, {"name", category.name}});
  return list;
}

int number_of(Shape shape) {
  return 1 + static_cast<int>(shape);
}

OrderedJson annotation_json(const ObjectRecord& object, std::int64_t id, std::int64_t image_id) {
  return {{"segmentation", object.segmentation},
          {"area", object.area},
          {"iscrowd", 0},
          {"image_id", image_id},
          {"bbox", object.box},
          {"category_id", object.category},
          {"id", id}};
}

/// `raw` is the sentence as somebody may have typed it.
std::string raw_text(const std::string& sentence, std::int64_t sent_id) {
  std::string raw = sentence;
  if (sent_id % 3 != 0) raw[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(raw[0])));
  if (sent_id % 4 == 1) raw += '.';
  return raw;
}

OrderedJson sentences_json(const std::vector<Sentence>& sentences, std::int64_t& sent_id,
                           OrderedJson& sent_ids) {
  OrderedJson list = OrderedJson::array();
  for (const Sentence& s : sentences) {
    OrderedJson tokens = OrderedJson::array();
    std::istringstream words(s.text);
    for (std::string word; words >> word;) tokens.push_back(word);
    sent_ids.push_back(sent_id);
    list.push_back({{"tokens", std::move(tokens)},
                    {"raw", raw_text(s.text, sent_id)},
                    {"sent_id", sent_id},
                    {"sent", s.text},
                    {"kind", name_of(s.kind)}});
    ++sent_id;
  }
  return list;
}

/// As in the published files, the name in a ref carries the annotation's id and is not the image's name.
std::string ref_file_name(const SceneRecord& scene, std::int64_t ann_id) {
  char name[80];
  std::snprintf(name, sizeof name, "COCO_train2014_%012lld_%lld.jpg", static_cast<long long>(scene.image_id),
                static_cast<long long>(ann_id));
  return name;
}

}  // namespace

int category_of(const Object& object) {
  return object.thing != nullptr ? 1 + object.thing->id : number_of(object.shape);
}

std::vector<CategoryRecord> categories_of(const std::vector<Shape>& shapes) {
  std::vector<CategoryRecord> categories;
  for (const Shape shape : shapes)
    categories.push_back({number_of(shape), std::string(name_of(shape)), "shape"});
  return categories;
}

std::vector<CategoryRecord> categories_of(const ThingLibrary& things) {
  std::vector<CategoryRecord> categories;
  for (const ThingNoun& noun : things.nouns())
    categories.push_back({1 + noun.id, noun.name, noun.category != nullptr ? noun.category->name : "thing"});
  return categories;
}

OrderedJson instances_json(const std::vector<SceneRecord>& scenes,
                           const std::vector<CategoryRecord>& categories) {
  OrderedJson images = OrderedJson::array(), annotations = OrderedJson::array();
  for (const SceneRecord& scene : scenes) {
    images.push_back({{"file_name", scene.file_name},
                      {"height", scene.height},
                      {"width", scene.width},
                      {"id", scene.image_id}});
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      annotations.push_back(annotation_json(
          scene.objects[i], scene.first_ann_id + static_cast<std::int64_t>(i), scene.image_id));
    }
  }
  OrderedJson root;
  root["info"] = info();
  root["licenses"] = OrderedJson::array();
  root["images"] = std::move(images);
  root["annotations"] = std::move(annotations);
  root["categories"] = categories_json(categories);
  return root;
}

OrderedJson refs_json(const std::vector<SceneRecord>& scenes, std::vector<RefRecord> SceneRecord::*set,
                      TestSplits tests) {
  OrderedJson refs = OrderedJson::array();
  std::int64_t sent_id = 0;
  for (const SceneRecord& scene : scenes) {
    const bool test = scene.split == "testA" || scene.split == "testB";
    for (const RefRecord& record : scene.*set) {
      const int object = record.objects.at(0);
      const std::int64_t ann_id = scene.first_ann_id + object;
      OrderedJson ref;
      OrderedJson sent_ids = OrderedJson::array();
      OrderedJson sentences = sentences_json(record.sentences, sent_id, sent_ids);
      ref["sent_ids"] = std::move(sent_ids);
      ref["file_name"] = ref_file_name(scene, ann_id);
      ref["ann_id"] = ann_id;
      ref["ref_id"] = refs.size();
      ref["image_id"] = scene.image_id;
      ref["split"] = tests == TestSplits::kMerged && test ? "test" : scene.split;
      ref["sentences"] = std::move(sentences);
      ref["category_id"] = scene.objects.at(static_cast<std::size_t>(object)).category;
      refs.push_back(std::move(ref));
    }
  }
  return refs;
}

OrderedJson grefs_json(const std::vector<SceneRecord>& scenes) {
  OrderedJson refs = OrderedJson::array();
  std::int64_t sent_id = 0;
  for (const SceneRecord& scene : scenes) {
    for (const RefRecord& record : scene.grefcoco) {
      OrderedJson ann_ids = OrderedJson::array(), category_ids = OrderedJson::array();
      for (const int object : record.objects) {
        ann_ids.push_back(scene.first_ann_id + object);
        category_ids.push_back(scene.objects.at(static_cast<std::size_t>(object)).category);
      }
      const bool no_target = record.objects.empty();
      if (no_target) {
        ann_ids.push_back(-1);
        category_ids.push_back(-1);
      }
      OrderedJson ref;
      OrderedJson sent_ids = OrderedJson::array();
      OrderedJson sentences = sentences_json(record.sentences, sent_id, sent_ids);
      ref["sent_ids"] = std::move(sent_ids);
      ref["file_name"] = scene.file_name;
      ref["ann_id"] = std::move(ann_ids);
      ref["ref_id"] = refs.size();
      ref["image_id"] = scene.image_id;
      ref["split"] = scene.split;
      ref["sentences"] = std::move(sentences);
      ref["category_id"] = std::move(category_ids);
      ref["no_target"] = no_target;
      refs.push_back(std::move(ref));
    }
  }
  return refs;
}

OrderedJson captions_json(const std::vector<SceneRecord>& scenes, const std::string& split,
                          CaptionMasks masks, const std::vector<CategoryRecord>& categories) {
  const bool with_mask = masks == CaptionMasks::kPresent;
  OrderedJson images = OrderedJson::array(), annotations = OrderedJson::array();
  std::int64_t id = 0;
  for (const SceneRecord& scene : scenes) {
    if (scene.split != split) continue;
    for (const RefRecord& ref : scene.refcocog) {
      const ObjectRecord& object = scene.objects.at(static_cast<std::size_t>(ref.objects.at(0)));
      ++id;
      images.push_back(
          {{"file_name", scene.file_name}, {"height", scene.height}, {"width", scene.width}, {"id", id}});
      OrderedJson annotation =
          with_mask ? annotation_json(object, id, id) : OrderedJson{{"image_id", id}, {"id", id}};
      annotation["caption"] = object.caption;
      annotations.push_back(std::move(annotation));
    }
  }
  OrderedJson root;
  root["info"] = info();
  root["licenses"] = OrderedJson::array();
  root["images"] = std::move(images);
  root["annotations"] = std::move(annotations);
  if (with_mask) root["categories"] = categories_json(categories);
  return root;
}

}  // namespace pixelsail
