#pragma once

/// Referring expressions as training samples: one image, several question turns.

#include <string>
#include <vector>

#include "annotations/refer.h"
#include "data/dataset.h"

namespace pixelsail {

class ReferDataset : public Dataset {
 public:
  ReferDataset(ReferData data, const std::string& split, std::size_t turns, PolygonMerge merge);

  const std::string& name() const override { return name_; }
  /// Images with at least one expression in the split, in the order of the refs file.
  std::int64_t size() const override { return static_cast<std::int64_t>(images_.size()); }
  /// Asks for min(turns, expressions of the image) of the image's expressions, each at most once.
  Sample make(std::int64_t index, Draws& draws) const override;

 private:
  struct ImageExpressions {
    std::int64_t image_id = 0;
    std::vector<std::size_t> expressions;  ///< places in data_.expressions()
  };
  ReferData data_;
  std::string name_;
  std::size_t turns_;
  PolygonMerge merge_;
  std::vector<ImageExpressions> images_;
};

}  // namespace pixelsail
