#pragma once

/// Scenes as COCO and refer records (instances.json, refs(*).p, grefs(unc).json, region captions).

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/json.h"
#include "synth/expression_search.h"

namespace pixelsail {

struct CategoryRecord {
  int id = 0;
  std::string name, supercategory;
};
/// The number of a shape's or noun's category. That of a shape is the same in all data sets.
int category_of(const Object& object);
/// What objects of a data set can be.
std::vector<CategoryRecord> categories_of(const std::vector<Shape>& shapes);
std::vector<CategoryRecord> categories_of(const ThingLibrary& things);

struct ObjectRecord {
  int category = 0;          ///< category_of it
  std::array<int, 4> box{};  ///< x, y, width, height
  std::int64_t area = 0;
  OrderedJson segmentation;
  std::string caption;
};

/// Objects of the scene (none: no target) and the sentences that mean them.
struct RefRecord {
  std::vector<int> objects;
  std::vector<Sentence> sentences;
};

struct SceneRecord {
  std::string split;  ///< train, val, testA, testB
  std::int64_t image_id = 0;
  std::string file_name;
  int width = 0, height = 0;
  std::int64_t first_ann_id = 0;  ///< of objects[0]; the others follow
  std::vector<ObjectRecord> objects;
  std::vector<RefRecord> refcoco, refcoco_plus, refcocog, grefcoco;
};

/// All objects.
OrderedJson instances_json(const std::vector<SceneRecord>& scenes,
                           const std::vector<CategoryRecord>& categories);

/// What refs files call the splits testA and testB: by their names, or both "test" as RefCOCOg does.
enum class TestSplits { kNamed, kMerged };

/// Refs of one set in the layout of refs(*).p.
OrderedJson refs_json(const std::vector<SceneRecord>& scenes, std::vector<RefRecord> SceneRecord::*set,
                      TestSplits tests);

/// The layout of grefs(unc).json: lists of ann_id and category_id, [-1] for no target.
OrderedJson grefs_json(const std::vector<SceneRecord>& scenes);

/// Whether a file of region captions has the regions' masks, or only what scoring compares with.
enum class CaptionMasks { kPresent, kAbsent };

/// Region captions of one split, each with an image entry of its own and ann id == image id.
OrderedJson captions_json(const std::vector<SceneRecord>& scenes, const std::string& split,
                          CaptionMasks masks, const std::vector<CategoryRecord>& categories);

}  // namespace pixelsail
