#include "eval/eval_config.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Benchmark, with the split (and then the number) where that is needed to tell them apart.
std::string benchmark_label(const EvalConfig& config, std::size_t index) {
  const BenchmarkConfig& own = config.benchmarks[index];
  const auto same_benchmark = [&](const BenchmarkConfig& b) { return b.benchmark == own.benchmark; };
  if (std::ranges::count_if(config.benchmarks, same_benchmark) == 1) return own.benchmark;
  const auto same_split = [&](const BenchmarkConfig& b) { return same_benchmark(b) && b.split == own.split; };
  const std::string label = own.benchmark + ' ' + own.split;
  if (std::ranges::count_if(config.benchmarks, same_split) == 1) return label;
  return label + " #" + std::to_string(index + 1);
}

/// A file name for any text: letters, digits and - stay, the rest becomes _.
std::string file_name(const std::string& name) {
  std::string text = name;
  for (char& c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '+') c = '_';
  }
  return text;
}

}  // namespace

std::vector<EvalJob> plan_jobs(const EvalConfig& config) {
  struct Source {
    std::string name;
    int checkpoint = -1;
    std::string baseline;
  };
  std::vector<Source> sources;
  for (std::size_t i = 0; i < config.checkpoints.size(); ++i) {
    sources.push_back({config.checkpoints[i].name, static_cast<int>(i), {}});
  }
  for (const std::string& baseline : config.baselines) sources.push_back({baseline, -1, baseline});
  const bool single_source = sources.size() == 1;
  const bool single_benchmark = config.benchmarks.size() == 1;
  std::vector<EvalJob> jobs;
  for (const Source& source : sources) {
    std::string source_name = source.name;
    if (source_name.empty() && !single_source)
      source_name = checkpoint_name(config, static_cast<std::size_t>(source.checkpoint));
    for (std::size_t i = 0; i < config.benchmarks.size(); ++i) {
      std::string name = source_name;
      if (name.empty()) {
        name = benchmark_label(config, i);
      } else if (!single_benchmark) {
        name += ' ' + benchmark_label(config, i);
      }
      EvalJob job{.name = name, .benchmark = i, .checkpoint = source.checkpoint, .baseline = source.baseline};
      if (!single_source || !single_benchmark) job.folder = "predictions/" + file_name(name);
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

void validate(const EvalConfig& config) {
  if (config.benchmarks.empty())
    throw ConfigError("benchmarks: the list is empty, nothing would be evaluated");
  if (config.checkpoints.empty() && config.baselines.empty()) {
    throw ConfigError("checkpoints: none is given (use --checkpoint DIR, or list some in the file)");
  }
  for (const std::string& baseline : config.baselines) {
    if (baseline != kBlind)
      throw ConfigError("baselines: unknown baseline \"" + baseline + "\" (known: " + kBlind + ")");
  }
  for (const BenchmarkConfig& benchmark : config.benchmarks) with_published_values(benchmark);
  const std::filesystem::path sheet(config.contact_sheet);
  if (sheet.is_absolute() || sheet.has_parent_path() || (!sheet.empty() && sheet.extension() != ".png")) {
    throw ConfigError("contact_sheet: \"" + config.contact_sheet +
                      "\" must be a file name that ends in .png");
  }
  std::set<std::string> names, folders;
  for (const EvalJob& job : plan_jobs(config)) {
    if (!names.insert(job.name).second || !folders.insert(job.folder).second) {
      throw ConfigError("checkpoints: two results would be named \"" + job.name +
                        "\"; give each its own name");
    }
  }
}

std::string checkpoint_name(const EvalConfig& config, std::size_t index) {
  const CheckpointConfig& checkpoint = config.checkpoints.at(index);
  if (!checkpoint.name.empty()) return checkpoint.name;
  const std::filesystem::path dir = checkpoint.dir;
  return (dir.has_filename() ? dir : dir.parent_path()).filename().string();
}

EvalConfig resolved(EvalConfig config) {
  for (BenchmarkConfig& benchmark : config.benchmarks) benchmark = with_published_values(benchmark);
  return config;
}

ResolvedEval::ResolvedEval(const EvalConfig& given) {
  validate(given);
  config_ = resolved(given);
  jobs_ = plan_jobs(config_);
}

std::string ResolvedEval::answered_by(const EvalJob& job) const {
  return job.checkpoint < 0 ? job.baseline
                            : checkpoint_name(config_, static_cast<std::size_t>(job.checkpoint));
}

}  // namespace pixelsail
