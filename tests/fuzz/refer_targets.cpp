#include "refer_targets.h"

#include "annotation_seeds.h"
#include "annotations/refer.h"
#include "annotations/refer_refs.h"
#include "io/pickle/pickle_writer.h"
#include "io/rle.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "scratch.h"
#include "seeds.h"

namespace pixelsail::fuzz {
namespace {

/// Annotations before images, other spellings, a crowd.
constexpr const char* kOtherInstances =
    R"({"annotations":[{"id":10.0,"image_id":5,"segmentation":[[1.5,1,5,1,5,5.25]],"iscrowd":false},)"
    R"({"id":12,"image_id":5,"iscrowd":1,"segmentation":{"counts":"52>","size":[3,7]}}],)"
    R"("images":[{"file_name":"b.jpg","width":12,"height":9,"id":5},{"id":6,"file_name":"c","height":1,"width":1}]})";

void check_sizes(const ReferData& data) {
  constexpr std::int64_t kMaxPixels = 1 << 16;
  for (const ReferExpression& expression : data.expressions()) {
    const ReferImage& image = data.image(expression.image_id);
    if (std::int64_t{image.height} * image.width > kMaxPixels) continue;
    const Mask mask = data.target_mask(expression);
    require(mask.height == image.height && mask.width == image.width,
            "a target of another size than its image");
    const SegmentationRuns runs = data.target_runs(expression);
    require(rle_area(encode_mask(mask)) == rle_area(runs.runs), "runs and pixels of a target differ");
    for (const auto merge : {PolygonMerge::kLisaSum, PolygonMerge::kSa2vaRle})
      require(data.target_values(expression, merge).size() == mask.data.size(), "a target of another size");
    for (const std::int64_t id : data.annotations_of_image(expression.image_id)) {
      data.category(id);
      data.annotation_mask(id);
    }
  }
}

}  // namespace

Material refs_material() {
  Material material;
  material.dictionary = pickle_material().dictionary;
  for (const char* text : {kRefs, kGrefs}) {
    const OrderedJson refs = OrderedJson::parse(text);
    material.seeds.push_back(write_pickle(refs, 0));
    material.seeds.push_back(write_pickle(refs, 2));
  }
  for (const char* word :
       {"ref_id", "ann_id", "image_id", "split", "sentences", "sent_id", "sent", "raw", "val"}) {
    material.dictionary.emplace_back(word);
    material.dictionary.push_back("U" + std::string(1, static_cast<char>(std::string(word).size())) + word);
  }
  return material;
}

void run_refs(const std::string& input) {
  static const Scratch kScratch;
  const std::filesystem::path file = kScratch.put("refs.p", input);
  const auto check = [&](const detail::ReferRule& rule) {
    for (const ReferExpression& expression : detail::read_refs(file, rule).expressions) {
      require(!expression.sentence.empty(), "an expression without words");
      require(rule.several_targets || expression.ann_ids.size() == 1, "an expression without its target");
    }
  };
  try {
    check({.split = "val"});
  } catch (const DataError&) {
    check({.split = "val", .exact = true, .several_targets = true});
  }
}

Material instances_material() {
  return {.seeds = {kInstances, kOtherInstances},
          .dictionary = {"segmentation", "iscrowd", "image_id", "counts", "size", "images", "annotations",
                         "10", "5", "[[0,0,1e5,0,1e5,1e5]]", "[[]]", "[0,0,4,0,4,4]"}};
}

void run_instances(const std::string& input) {
  static const Scratch kScratch;
  static const std::filesystem::path kRefsFile =
      kScratch.put("refcoco/refs(unc).p", write_pickle(OrderedJson::parse(kRefs)));
  kScratch.put("refcoco/instances.json", input);
  ReferData::load(kScratch.root(), "refcoco", "val", {}, ReferScope::kTargets);
  check_sizes(ReferData::load(kScratch.root(), "refcoco", "val"));
}

Material grefs_material() {
  return {
      .seeds = {kGrefs, kRefs},
      .dictionary = {"[-1]", "[10,-1]", "[]", "10.0", "\"10\"", "no_target", "ann_id", "sentences", "testA"}};
}

void run_grefs(const std::string& input) {
  static const Scratch kScratch;
  static const std::filesystem::path kInstancesFile = kScratch.put("grefcoco/instances.json", kInstances);
  kScratch.put("grefcoco/grefs(unc).json", input);
  check_sizes(ReferData::load(kScratch.root(), "grefcoco", "val"));
}

}  // namespace pixelsail::fuzz
