#include "benchmarks/benchmark_config.h"

#include <string_view>

#include "benchmarks/benchmark.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

void set_if_empty(std::string& value, std::string_view published) {
  if (value.empty()) value = published;
}

void check_place(const std::string& prompt, std::string_view place, const std::string& key) {
  const std::string mark = "{" + std::string(place) + "}";
  if (!place.empty() && prompt.find(mark) == std::string::npos)
    throw ConfigError(key + ": the prompt \"" + prompt + "\" has no " + mark + " in it");
}

/// "reasonseg": the benchmarks that ask phrases otherwise than sentences.
std::string phrase_benchmarks() {
  std::string names;
  for (const std::string& name : question_benchmarks())
    if (!find_benchmark(name).published.phrase_prompt.empty()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

BenchmarkConfig with_published_values(BenchmarkConfig config) {
  const Benchmark& benchmark = find_asked_benchmark(config.benchmark);
  const PublishedQuestion& published = benchmark.published;
  set_if_empty(config.split, published.split);
  set_if_empty(config.prompt, published.prompt);
  set_if_empty(config.retry_prefix, published.retry_prefix.empty() ? "none" : published.retry_prefix);
  check_place(config.prompt, published.place, config.benchmark + ".prompt");
  if (!published.phrase_prompt.empty()) {
    set_if_empty(config.phrase_prompt, published.phrase_prompt);
    check_place(config.phrase_prompt, published.place, config.benchmark + ".phrase_prompt");
  } else if (!config.phrase_prompt.empty()) {
    throw ConfigError(config.benchmark + ".phrase_prompt: only " + phrase_benchmarks() + " has one");
  }
  check_options(benchmark, config.options);
  return config;
}

}  // namespace pixelsail
