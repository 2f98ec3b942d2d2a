#pragma once

/// Osprey-724K: records about marked regions of COCO's pictures,
///   [{"file_name", "height", "width", "annotation": [{"segmentation": polygons or run lengths}],
///     "conversations": [{"from", "value"}] or "description": [..]}]

#include <string>
#include <vector>

#include "data/mix/prompt_talk.h"
#include "data/mix/published_set.h"

namespace pixelsail::detail {

class OspreySet : public PublishedList {
 public:
  /// `file` is looked for in ROOT/osprey. Kinds that end in "_shapes" mark regions by boxes and points too.
  OspreySet(const DatasetConfig& config, const DataConfig& data, const std::string& file);

 protected:
  /// Masks of all regions. Throws UnusableSample (no_regions) when there is none.
  std::vector<Mask> regions(const Json& entry, const std::string& where, Sample& sample) const;
  void find_image(const Json& entry, const std::string& where, Sample& sample) const;
  const PromptShapes& shapes() const { return shapes_; }

 private:
  PromptShapes shapes_;
};

}  // namespace pixelsail::detail
