#pragma once

/// What pixelsail-score is asked for: one benchmark, its annotations, predictions of any system, and the
/// protocol.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/rle.h"

namespace pixelsail {

/// Rules of multiple-choice matching: VLMEvalKit as bundled with the paper's code, or as it is today.
enum class ChoiceRules { kBundled, kCurrent };
/// MME's yes/no: VLMEvalKit's, or the benchmark's own script.
enum class YesNoRules { kVlmEvalKit, kMmeScript };

struct ScoreRequest {
  std::string benchmark;
  /// "text" only: JSON lines {"id":..,"text":".."} or {"id":..,"texts":[..]}.
  std::filesystem::path references;
  /// ROOT; each benchmark says in its header which files it reads below it.
  std::filesystem::path annotations;
  /// One file; "perbench" takes up to three, each a path or "caption=PATH", "mcq=PATH", "vtres=PATH".
  std::vector<std::string> predictions;
  /// Split, where the benchmark has several; empty: its usual one.
  std::string split;
  /// RefCOCOg and friends: unc, umd or google; empty: the usual one.
  std::string split_by;

  PolygonMerge gt_merge = PolygonMerge::kUnion;
  /// gRefCOCO: a mask of fewer pixels (at least one) says "no target".
  std::int64_t nt_min_pixels = 0;
  ChoiceRules choice_rules = ChoiceRules::kBundled;
  YesNoRules yes_no_rules = YesNoRules::kVlmEvalKit;
  /// ReasonSeg: the published script counts a sample without a mask in gIoU only; clean: in both.
  bool skip_missing_masks = true;
  /// ReasonSeg: the published script loses the "ignore" label on its way through RLE; clean: kept out of all
  /// counts.
  bool ignore_through_rle = true;
  /// PerBench captions: hypothesis and reference change places, as published.
  bool swapped = true;
  /// GCG: JSON file with the similarity of every predicted to every true phrase; empty: equal phrases match.
  std::filesystem::path similarities;

  /// WordNet database (index.*, data.*, *.exc).
  std::filesystem::path wordnet = "/usr/share/wordnet";
  /// METEOR 1.5: paraphrase table (gzip); empty: none. Original resource files; empty: see
  /// metrics/meteor_data.h.
  std::filesystem::path paraphrase, meteor_data;

  /// Faulty or missing predictions count as wrong and are reported instead of ending the run.
  bool allow_missing = false;

  /// Ids of the samples that are scored, as per-sample files name them; the others are as if they were not in
  /// the annotations. nullopt: all. Rolls of a question and questions about one image of mme go together.
  std::optional<std::set<std::string>> only;
  bool wants(const std::string& id) const { return !only || only->contains(id); }
};

}  // namespace pixelsail
