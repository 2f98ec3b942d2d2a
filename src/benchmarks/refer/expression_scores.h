#pragma once

/// Scores predictions for RefCOCO, RefCOCO+, RefCOCOg and gRefCOCO. Opens no image; looks at neither bbox nor
/// area.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "annotations/refer.h"
#include "benchmarks/protocol.h"
#include "benchmarks/refer/prediction.h"
#include "metrics/segmentation_score.h"

namespace pixelsail {

struct ScoreOptions {
  PolygonMerge gt_merge = PolygonMerge::kUnion;
  /// gRefCOCO: a mask of fewer pixels (at least one) says "no target".
  std::int64_t nt_min_pixels = 0;
};

template <class Visitor>
void describe(Visitor& v, ScoreOptions& c) {
  gt_merge_field(v, c.gt_merge);
  v.field("nt_min_pixels", c.nt_min_pixels,
          {.min = 0, .help = "grefcoco: a mask of fewer pixels says \"no target\" (at least 1)"});
}

struct ReferScore {
  std::string benchmark, split;
  ScoreOptions options;
  SegmentationScore overall;
  /// By kind of expression, in alphabetical order; empty when the data set names no kinds.
  std::vector<std::pair<std::string, SegmentationScore>> kinds;
  /// One for each expression, in their order.
  std::vector<SegmentationSample> samples;
  /// Samples whose ground truth differs from the union of its polygons (0 with PolygonMerge::kUnion).
  std::int64_t merge_differs = 0;
};

/// `expressions`: those to be scored, of `data`. `source` names the predictions in messages.
/// Every expression needs exactly one prediction and every prediction an expression; otherwise, or when a
/// mask has not its image's size, a DataError says what is wrong, how often, and where first.
ReferScore score_refer(const ReferData& data, const std::string& split,
                       std::span<const ReferExpression> expressions, std::span<const Prediction> predictions,
                       const ScoreOptions& options, const std::string& source);

/// {"benchmark","split","gt_merge","samples","ciou","giou","pr":{"0.5":..},...}; for grefcoco also n_acc and
/// t_acc.
OrderedJson score_to_json(const ReferScore& score);

/// The rule with no-target samples for grefcoco, the plain one for the others.
ScoreRule score_rule(const std::string& benchmark);

/// "is 30x20, its image 20x30" when the mask has not the image's size, else nothing.
std::string mask_misfit(const Prediction& prediction, const ReferImage& image);

/// Folder that holds the benchmark's folder, from that folder or from the benchmark's own ("ROOT" or
/// "ROOT/refcoco").
std::filesystem::path refer_root(const std::filesystem::path& directory, const std::string& benchmark);

}  // namespace pixelsail
