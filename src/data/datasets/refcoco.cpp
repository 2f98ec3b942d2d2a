// RefCOCO, RefCOCO+, RefCOCOg: one sample is one image with `turns_per_sample` of its expressions, or by the published
// rules with five.

#include "data/dataset.h"
#include "data/datasets/refer_dataset.h"
#include "data/mix/refer_segments.h"

namespace pixelsail {

std::unique_ptr<Dataset> make_refcoco(const DatasetConfig& config, const DataConfig& data) {
  if (detail::by_published_rules(config, "simple")) return detail::make_refer_segments(config, data);
  return std::make_unique<ReferDataset>(ReferData::load(detail::dataset_root(config, data), config.kind,
                                                        config.split, config.split_by, ReferScope::kTargets),
                                        config.split, static_cast<std::size_t>(config.turns_per_sample),
                                        polygon_merge_from_string(data.gt_merge));
}

}  // namespace pixelsail
