#pragma once

/// RefCOCO, RefCOCO+, RefCOCOg and gRefCOCO in their published files:
///   ROOT/<name>/{instances.json, refs(unc).p | refs(umd).p | refs(google).p | grefs(unc).json}
///   ROOT/images/train2014/<file_name>
/// Used by training and by evaluation alike.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/rle.h"
#include "pixelsail/mask.h"

namespace pixelsail {

struct ReferImage {
  std::int64_t id = 0;
  std::string file_name;
  int height = 0, width = 0;
};

/// One sentence of one ref.
struct ReferExpression {
  std::int64_t ref_id = 0, sent_id = 0, image_id = 0;
  std::string sentence;  ///< `sent`
  std::string raw;
  std::vector<std::int64_t> ann_ids;  ///< empty: no target
  /// Kind of expression where the data set says it (our synthetic one does, in `kind`); else empty.
  std::string kind;
};

/// Which annotations to keep in memory.
enum class ReferScope {
  kImages,   ///< every annotation of the images of the split (evaluation: "select every object")
  kTargets,  ///< only those an expression points to (training)
  /// As kTargets, and refs, pictures and annotations that are wrong in any way are left out with what points to
  /// them; faulty() counts them. Sentences may be empty.
  kUsableTargets,
};

class ReferData {
 public:
  /// benchmark: refcoco, refcoco+, refcocog, grefcoco. split_by empty: unc, unc, umd, unc.
  /// Split rules: testA/testB by the last letter, "test" by substring, train/val exact; grefcoco always
  /// exact. Refs without any sentence (the published gRefCOCO has some) are left out and counted. Throws
  /// DataError naming file and entry for anything missing or inconsistent; ConfigError for unknown names.
  static ReferData load(const std::filesystem::path& root, const std::string& benchmark,
                        const std::string& split, const std::string& split_by = {},
                        ReferScope scope = ReferScope::kImages);

  const std::string& benchmark() const { return benchmark_; }
  const std::filesystem::path& root() const { return root_; }
  /// In file order of the refs, then of their sentences.
  const std::vector<ReferExpression>& expressions() const { return expressions_; }
  std::int64_t refs_without_sentences() const { return refs_without_sentences_; }
  /// Refs left out by ReferScope::kUsableTargets.
  std::int64_t faulty() const { return faulty_; }
  /// This and the following lookups throw DataError for an id that was not loaded.
  const ReferImage& image(std::int64_t id) const;
  /// ROOT/images/train2014/<file_name>
  std::filesystem::path image_path(std::int64_t id) const;
  /// Ids of every (non-crowd) annotation of an image, in file order (kTargets: only the targets).
  const std::vector<std::int64_t>& annotations_of_image(std::int64_t image_id) const;
  /// COCO segmentation of an annotation.
  const nlohmann::json& segmentation(std::int64_t ann_id) const;
  std::int64_t category(std::int64_t ann_id) const;

  /// Ground truth of an expression as values per pixel (see PolygonMerge), row-major. The values of several
  /// annotations are joined by bitwise OR; with kSa2vaRle the joined sums go through encode_values.
  std::vector<std::uint8_t> target_values(const ReferExpression& expression, PolygonMerge merge) const;
  /// The union of the expression's annotations as runs; `parts_overlap` is set when the polygons of one of
  /// them do, which is when the ways to merge differ.
  SegmentationRuns target_runs(const ReferExpression& expression) const;
  /// The same as a binary mask (all zero for no target).
  Mask target_mask(const ReferExpression& expression, PolygonMerge merge = PolygonMerge::kUnion) const;
  Mask annotation_mask(std::int64_t ann_id, PolygonMerge merge = PolygonMerge::kUnion) const;
  /// Path of instances.json, for messages.
  std::filesystem::path annotation_file() const { return root_ / benchmark_ / "instances.json"; }

 private:
  void read_instances(ReferScope scope);
  void check_references(const std::filesystem::path& refs_file) const;
  void check_reference(const ReferExpression& expression, const std::string& where) const;
  void drop_broken_references();
  std::vector<std::uint8_t> annotation_values(std::int64_t ann_id, PolygonMerge merge) const;

  struct Annotation {
    std::int64_t image_id = 0, category = 0;
    nlohmann::json segmentation;
  };
  std::string benchmark_;
  std::filesystem::path root_;
  std::vector<ReferExpression> expressions_;
  std::int64_t refs_without_sentences_ = 0;
  std::int64_t faulty_ = 0;
  std::map<std::int64_t, ReferImage> images_;
  std::map<std::int64_t, Annotation> annotations_;
  std::map<std::int64_t, std::vector<std::int64_t>> annotations_of_image_;
};

}  // namespace pixelsail
