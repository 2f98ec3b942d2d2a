#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "benchmarks/common/check_parts.h"
#include "benchmarks/refer/refer.h"

namespace pixelsail {
namespace {

/// Counts of the published split files (refer API, and what papers report); 0: not known.
struct PublishedSplit {
  std::string_view benchmark, split_by, split;
  std::int64_t refs = 0, expressions = 0;
};
constexpr std::array kPublishedSplits{
    PublishedSplit{"refcoco", "unc", "train", 42404, 0},
    PublishedSplit{"refcoco", "unc", "val", 3811, 10834},
    PublishedSplit{"refcoco", "unc", "testA", 1975, 5657},
    PublishedSplit{"refcoco", "unc", "testB", 1810, 5095},
    PublishedSplit{"refcoco+", "unc", "train", 42278, 0},
    PublishedSplit{"refcoco+", "unc", "val", 3805, 0},
    PublishedSplit{"refcoco+", "unc", "testA", 1975, 0},
    PublishedSplit{"refcoco+", "unc", "testB", 1798, 0},
    PublishedSplit{"refcocog", "umd", "train", 42226, 0},
    PublishedSplit{"refcocog", "umd", "val", 2573, 0},
    PublishedSplit{"refcocog", "umd", "test", 5023, 0},
};

void add_published(const BenchmarkConfig& config, std::int64_t refs, std::int64_t expressions,
                   BenchmarkCheck& check) {
  const std::string usual = config.benchmark == "refcocog" ? "umd" : "unc";
  const std::string& by = config.split_by.empty() ? usual : config.split_by;
  for (const PublishedSplit& one : kPublishedSplits) {
    if (one.benchmark != config.benchmark || one.split_by != by || one.split != config.split) continue;
    check.published.push_back({.name = "refs", .published = one.refs, .found = refs});
    if (one.expressions > 0)
      check.published.push_back({.name = "expressions", .published = one.expressions, .found = expressions});
  }
}

}  // namespace

void check_refer(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const auto root = refer_root(config.root, config.benchmark);
  const ReferData data =
      ReferData::load(root, config.benchmark, config.split, config.split_by, ReferScope::kTargets);
  std::set<std::int64_t> refs, targets, images;
  std::int64_t no_target = 0, several = 0;
  for (const ReferExpression& expression : data.expressions()) {
    refs.insert(expression.ref_id);
    images.insert(expression.image_id);
    targets.insert(expression.ann_ids.begin(), expression.ann_ids.end());
    no_target += expression.ann_ids.empty() ? 1 : 0;
    several += expression.ann_ids.size() > 1 ? 1 : 0;
  }
  const auto expressions = static_cast<std::int64_t>(data.expressions().size());
  const std::int64_t all_refs = static_cast<std::int64_t>(refs.size()) + data.refs_without_sentences();
  check.count("refs", all_refs);
  check.count("expressions", expressions);
  if (config.benchmark == "grefcoco") {
    check.count("expressions without a target", no_target);
    check.count("expressions with several targets", several);
  }
  check.count("targets", static_cast<std::int64_t>(targets.size()));
  add_published(config, all_refs, expressions, check);
  for (std::int64_t i = 0; i < data.refs_without_sentences(); ++i)
    check.note("refs have no sentence and are left out", data.annotation_file().parent_path().string());

  MaskCheck masks(check, MergeNotes::kWanted);
  std::set<std::int64_t> seen;
  for (const ReferExpression& expression : data.expressions()) {
    const ReferImage& image = data.image(expression.image_id);
    for (const std::int64_t id : expression.ann_ids) {
      if (!seen.insert(id).second) continue;
      masks.add(data.segmentation(id), image.height, image.width, MaskUse::kTarget,
                data.annotation_file().string() + ": annotation " + std::to_string(id));
    }
  }
  masks.finish();

  PictureCheck pictures(check, options);
  for (const std::int64_t id : images) {
    const ReferImage& image = data.image(id);
    pictures.add(data.image_path(id), image.height, image.width);
  }
  pictures.run();
}

}  // namespace pixelsail
