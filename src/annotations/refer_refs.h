#pragma once

/// The refs files of the referring benchmarks: refs(*).p (a pickled list of dicts) and grefs(*).json (the
/// same as JSON, with lists of annotations).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "annotations/refer.h"

namespace pixelsail::detail {

struct ReferRule {
  std::string split;
  /// Split names must be equal; otherwise testA/testB go by the last letter and "test" by substring.
  bool exact = false;
  /// ann_id is a list, [-1] for no target.
  bool several_targets = false;
  /// Refs that are wrong in any way are left out and counted, and a sentence may be empty.
  bool tolerant = false;
};

struct ReferRefs {
  std::vector<ReferExpression> expressions;
  std::int64_t refs_without_sentences = 0;
  std::int64_t faulty = 0;  ///< left out; only with ReferRule::tolerant
};

bool split_matches(const std::string& of_ref, const ReferRule& rule);

/// Reads the refs of one split from a .p or .json file. Throws DataError naming file and ref.
ReferRefs read_refs(const std::filesystem::path& path, const ReferRule& rule);

}  // namespace pixelsail::detail
