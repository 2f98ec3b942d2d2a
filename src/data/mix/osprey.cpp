#include "data/mix/osprey.h"

#include "annotations/annotation_file.h"
#include "data/mix/masks.h"
#include "data/mix/pictures.h"
#include "data/mix/run_masks.h"
#include "data/unusable.h"

namespace pixelsail::detail {

OspreySet::OspreySet(const DatasetConfig& config, const DataConfig& data, const std::string& file)
    : PublishedList(config, data, find_annotation_file(dataset_root(config, data), {"osprey"}, file)),
      shapes_(shapes_of(config)) {
  require_train(config);
}

std::vector<Mask> OspreySet::regions(const Json& entry, const std::string& place, Sample& sample) const {
  const Json annotations = list_of(entry, "annotation", place);
  if (annotations.empty()) throw UnusableSample("no_regions", "the record has no regions");
  std::vector<Mask> masks;
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    const std::string one = place + ".annotation[" + std::to_string(i) + "]";
    const Json& segmentation = json_at(annotations[i], "segmentation", one);
    // Run lengths say their size themselves; whether it is that of the picture shows when patches are counted.
    if (segmentation.is_object()) {
      masks.push_back(mask_of_runs(segmentation, one));
    } else {
      masks.push_back(union_mask(segmentation, record_side(entry, "height", place),
                                 record_side(entry, "width", place), one, sample));
    }
  }
  return masks;
}

void OspreySet::find_image(const Json& entry, const std::string& place, Sample& sample) const {
  find_picture_in(root(), kCocoFolders, json_string(entry, "file_name", place), sample);
}

}  // namespace pixelsail::detail
