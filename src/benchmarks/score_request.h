#pragma once

/// What a benchmark is scored by: its annotations, predictions of any system, and the protocol.

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/options.h"
#include "io/json.h"

namespace pixelsail {

struct ScoreRequest {
  std::string benchmark;
  /// "text" only: JSON lines {"id":..,"text":".."} or {"id":..,"texts":[..]}.
  std::filesystem::path references;
  /// ROOT; each benchmark says in its header which files it reads below it.
  std::filesystem::path annotations;
  /// One file; "perbench" takes up to three, each a path or "caption=PATH", "mcq=PATH", "vtres=PATH".
  std::vector<std::string> predictions;
  /// The lines of that file, when they are in memory: it is not read then. May be null.
  const std::vector<OrderedJson>* lines = nullptr;
  /// Split, where the benchmark has several; empty: its usual one.
  std::string split;
  /// RefCOCOg and friends: unc, umd or google; empty: the usual one.
  std::string split_by;

  /// The benchmark's own: options_of<its struct>(options).
  OptionValues options;

  /// Faulty or missing predictions count as wrong and are reported instead of ending the run.
  bool allow_missing = false;

  /// Ids of the samples that are scored, as per-sample files name them; the others are as if they were not in
  /// the annotations. nullopt: all. Rolls of a question and questions about one image of mme go together.
  std::optional<std::set<std::string>> only;
  bool wants(const std::string& id) const { return !only || only->contains(id); }
};

}  // namespace pixelsail
