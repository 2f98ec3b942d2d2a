#pragma once

/// Looks through the files of a benchmark before a long run: counts, and everything that would stop the run
/// or spoil its numbers. It goes on after a fault, so that one look finds all of them; only what stops a
/// loader (a file that is missing or no JSON) hides what stands behind it.
///
///   faults  pictures that are missing, cannot be decoded or have another size than their annotations say;
///           masks that do not decode or have another size than their picture; empty regions that a model is
///           to be shown; more regions than there are prompts; empty texts; entries that miss what they need;
///           answers that are no option; questions without their rolls
///   notes   what published files have and the scorer copes with: empty target masks, polygons of fewer than 6
///           numbers, refs without sentences, records without a picture, questions without an answer, tables
///           of a published name with another MD5, and annotations that gt_merge lisa_sum or sa2va_rle decode
///           to another mask than their union
///
/// Counts that the published files are known to have stand beside those found. They differ for other data and
/// are no faults.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/benchmark_config.h"
#include "io/json.h"

namespace pixelsail {

/// One kind of fault or note.
struct CheckFinding {
  std::string what;  ///< "pictures are missing"
  std::int64_t count = 0;
  /// Names or places of the first kFirstFindings.
  std::vector<std::string> first;
};
inline constexpr std::size_t kFirstFindings = 5;

struct PublishedCount {
  std::string name;
  std::int64_t published = 0, found = 0;
};

struct BenchmarkCheck {
  std::string benchmark;
  std::string split;  ///< empty where there is none
  std::string root;
  std::vector<std::pair<std::string, std::int64_t>> counts;
  std::vector<PublishedCount> published;
  /// Texts by name ("md5").
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<CheckFinding> faults, notes;

  void count(const std::string& name, std::int64_t value) { counts.emplace_back(name, value); }
  /// Adds to the finding of that kind.
  void fault(const std::string& what, const std::string& place);
  void note(const std::string& what, const std::string& place);
};

struct CheckOptions {
  /// Decode every picture; otherwise only headers are read (and pictures decoded whose header is unclear).
  bool deep = false;
  /// Called while pictures are looked at.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// Checks the whole split, whatever config.limit says. Throws ConfigError for an unknown benchmark only; what
/// is wrong with the data, or with the configuration of this benchmark, is a fault of the result.
BenchmarkCheck check_benchmark(const BenchmarkConfig& config, const CheckOptions& options = {});

bool has_faults(std::span<const BenchmarkCheck> checks);

/// {"faults":n,"benchmarks":[{"benchmark","split","root","counts":{},"published":[{"name","published","found",
/// "equal"}],"facts":{},"faults":[{"what","count","first":[]}],"notes":[..]}]}; n counts kinds.
OrderedJson check_to_json(std::span<const BenchmarkCheck> checks);
/// The same for reading, a paragraph a benchmark.
std::string check_to_text(std::span<const BenchmarkCheck> checks);

}  // namespace pixelsail
