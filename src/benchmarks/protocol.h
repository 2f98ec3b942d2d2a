#pragma once

/// Options that several benchmarks share.

#include <array>
#include <string>

#include "benchmarks/options.h"
#include "io/rle.h"

namespace pixelsail {

constexpr std::array<EnumName<PolygonMerge>, 3> enum_names(PolygonMerge) {
  return {{{PolygonMerge::kUnion, "union"},
           {PolygonMerge::kLisaSum, "lisa_sum"},
           {PolygonMerge::kSa2vaRle, "sa2va_rle"}}};
}

/// What an answer without a mask adds to cIoU's sums: nothing, or an empty mask.
enum class MissingMasks { kSkip, kCount };
constexpr std::array<EnumName<MissingMasks>, 2> enum_names(MissingMasks) {
  return {{{MissingMasks::kSkip, "skip"}, {MissingMasks::kCount, "count"}}};
}

template <class Visitor>
void gt_merge_field(Visitor& v, PolygonMerge& value) {
  v.field("gt_merge", value, {.help = "how polygons of one object become one mask"});
}

template <class Visitor>
void missing_masks_field(Visitor& v, MissingMasks& value) {
  v.field("missing_masks", value, {.help = "answers without a mask: not in cIoU, or empty masks"});
}

template <class Visitor>
void wordnet_field(Visitor& v, std::string& value) {
  v.field("wordnet", value, {.help = "WordNet database folder"});
}

/// Files that METEOR reads.
struct MeteorOptions {
  /// index.*, data.*, *.exc
  std::string wordnet = "/usr/share/wordnet";
  /// METEOR 1.5: paraphrase table (gzip); empty: none. Original resource files; empty: see
  /// metrics/meteor/meteor_data.h.
  std::string paraphrase, meteor_data;
};

template <class Visitor>
void describe(Visitor& v, MeteorOptions& c) {
  wordnet_field(v, c.wordnet);
  v.field("paraphrase", c.paraphrase, {.help = "METEOR 1.5: paraphrase table (gzip); empty: none"});
  v.field("meteor_data", c.meteor_data, {.help = "METEOR 1.5: folder of its original resource files"});
}

}  // namespace pixelsail
