// gRefCOCO: as RefCOCO, with several targets (one mask, their union) or none (an all-zero mask).

#include "data/dataset.h"
#include "data/datasets/refer_dataset.h"
#include "data/mix/refer_segments.h"

namespace pixelsail {

// Expressions without target differ only in what ReferDataset answers: "No target [SEG]." and an all-zero
// mask, as the public training code does.
std::unique_ptr<Dataset> make_grefcoco(const DatasetConfig& config, const DataConfig& data) {
  if (detail::by_published_rules(config, "simple")) return detail::make_refer_segments(config, data);
  return std::make_unique<ReferDataset>(ReferData::load(detail::dataset_root(config, data), "grefcoco",
                                                        config.split, config.split_by, ReferScope::kTargets),
                                        config.split, static_cast<std::size_t>(config.turns_per_sample),
                                        polygon_merge_from_string(data.gt_merge));
}

}  // namespace pixelsail
