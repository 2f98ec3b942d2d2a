#pragma once

/// Scenes as COCO and refer records (instances.json, refs(*).p, grefs(unc).json, region captions).

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/json.h"
#include "synth/expression_search.h"

namespace pixelsail {

/// The number of a shape's category, whatever shapes a data set holds.
int category_of(Shape shape);

struct ObjectRecord {
  int category = 0;          ///< category_of its shape
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

/// All objects; the categories are `shapes`.
OrderedJson instances_json(const std::vector<SceneRecord>& scenes, const std::vector<Shape>& shapes);

/// Refs of one set in the layout of refs(*).p. `merge_tests`: testA and testB are both called "test", as in
/// RefCOCOg.
OrderedJson refs_json(const std::vector<SceneRecord>& scenes, std::vector<RefRecord> SceneRecord::*set,
                      bool merge_tests);

/// The layout of grefs(unc).json: lists of ann_id and category_id, [-1] for no target.
OrderedJson grefs_json(const std::vector<SceneRecord>& scenes);

/// Region captions of one split, each with an image entry of its own and ann id == image id. The categories
/// are `shapes`.
OrderedJson captions_json(const std::vector<SceneRecord>& scenes, const std::string& split, bool with_mask,
                          const std::vector<Shape>& shapes);

}  // namespace pixelsail
