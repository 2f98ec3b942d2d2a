#include "benchmarks/check.h"

#include <algorithm>

#include "benchmarks/benchmark.h"
#include "benchmarks/common/check_parts.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// For benchmarks without a check of their own: what asking needs.
void check_questions(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  BenchmarkConfig whole = config;
  whole.limit = 0;
  const QuestionSet set = load_questions(whole);
  check.count("questions", static_cast<std::int64_t>(set.questions.size()));
  for (std::size_t i = 0; i < set.questions.size(); ++i) {
    const AskedQuestion& question = set.questions[i];
    if (!question.fault.empty())
      check.fault("questions cannot be asked", question.id + ": " + question.fault);
    guarded(check, "regions to be shown are broken", [&] { set.regions(i); });
  }
  for (std::size_t i = 0; i < set.images.size(); ++i) {
    guarded(check, "pictures are missing or cannot be decoded", [&] { set.load_image(i); });
    if (options.progress)
      options.progress(static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(set.images.size()));
  }
  check.count("images", static_cast<std::int64_t>(set.images.size()));
}

std::string expected(const BenchmarkConfig& config, const Benchmark& benchmark) {
  const std::string files = benchmark.files.empty() ? "its files" : std::string(benchmark.files);
  return "expected below " + config.root + ": " + files + " (docs/benchmarks.md)";
}

void add(std::vector<CheckFinding>& findings, const std::string& what, const std::string& place) {
  auto found = std::ranges::find_if(findings, [&](const CheckFinding& one) { return one.what == what; });
  if (found == findings.end())
    found = findings.insert(findings.end(), CheckFinding{.what = what, .count = 0, .first = {}});
  if (found->first.size() < kFirstFindings) found->first.push_back(place);
  ++found->count;
}

}  // namespace

void BenchmarkCheck::fault(const std::string& what, const std::string& place) {
  add(faults, what, place);
}

void BenchmarkCheck::note(const std::string& what, const std::string& place) {
  add(notes, what, place);
}

BenchmarkCheck check_benchmark(const BenchmarkConfig& config, const CheckOptions& options) {
  const Benchmark& benchmark = find_asked_benchmark(config.benchmark);
  BenchmarkCheck check;
  check.benchmark = config.benchmark;
  check.split = config.split;
  check.root = config.root;
  BenchmarkConfig filled;
  if (!guarded(check, "the configuration does not fit", [&] { filled = with_published_values(config); }))
    return check;
  check.split = filled.split;
  std::error_code error;
  if (!std::filesystem::exists(filled.root, error)) {
    check.fault("the data is not there", filled.root + ": no such folder; expected below it: " +
                                             std::string(benchmark.files) + " (docs/benchmarks.md)");
    return check;
  }
  try {
    (benchmark.check != nullptr ? benchmark.check : check_questions)(filled, options, check);
  } catch (const Error& e) {
    check.fault("the files cannot be read", std::string(e.what()) + "; " + expected(filled, benchmark));
  }
  return check;
}

bool has_faults(std::span<const BenchmarkCheck> checks) {
  return std::ranges::any_of(checks, [](const BenchmarkCheck& check) { return !check.faults.empty(); });
}

}  // namespace pixelsail
