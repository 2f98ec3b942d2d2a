#include "questions/benchmark_config.h"

#include <array>
#include <string_view>

#include "data/templates.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// What a benchmark asks where the configuration does not say.
struct Published {
  std::string_view benchmark, split, prompt;
  /// A place that the template must have; empty: none.
  std::string_view place;
  std::string_view retry_prefix = {};
};

constexpr std::array kPublished{
    Published{"refcoco", "val", kReferPrompt, "sent"},
    Published{"refcoco+", "val", kReferPrompt, "sent"},
    Published{"refcocog", "val", kReferPrompt, "sent"},
    Published{"grefcoco", "val", kReferPrompt, "sent"},
    Published{"refcocog_caption", "val", kRegionCaptionPrompt, ""},
    Published{"perbench_caption", "", kPerBenchCaptionPrompt, ""},
    Published{"perbench_mcq", "", kPerBenchChoicePrompt, "question"},
    Published{"perbench_vtres", "", kPlainPrompt, "question", "It is [SEG]."},
    Published{"mme", "", kPlainPrompt, "question"},
    Published{"mmbench", "", kChoicePrompt, "question"},
    Published{"seedbench", "", kChoicePrompt, "question"},
    Published{"mmstar", "", kChoicePrompt, "question"},
    Published{"reasonseg", "val", kReasonSegSentencePrompt, "question"},
    Published{"gcg", "val", kGcgPrompt, ""},
    Published{"muse", "val", kMusePrompt, "question"},
    Published{"folder", "val", kPlainPrompt, "question"},
};

void set_if_empty(std::string& value, std::string_view published) {
  if (value.empty()) value = published;
}

void check_place(const std::string& prompt, std::string_view place, const std::string& key) {
  const std::string mark = "{" + std::string(place) + "}";
  if (!place.empty() && prompt.find(mark) == std::string::npos)
    throw ConfigError(key + ": the prompt \"" + prompt + "\" has no " + mark + " in it");
}

}  // namespace

const std::vector<std::string>& question_benchmarks() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Published& one : kPublished) names.emplace_back(one.benchmark);
    return names;
  }();
  return kNames;
}

BenchmarkConfig with_published_values(BenchmarkConfig config) {
  const Published* published = nullptr;
  for (const Published& one : kPublished)
    if (one.benchmark == config.benchmark) published = &one;
  if (published == nullptr) {
    std::string known;
    for (const std::string& name : question_benchmarks()) known += (known.empty() ? "" : ", ") + name;
    throw ConfigError("unknown benchmark \"" + config.benchmark + "\" (known: " + known + ")");
  }
  set_if_empty(config.split, published->split);
  set_if_empty(config.prompt, published->prompt);
  set_if_empty(config.retry_prefix, published->retry_prefix.empty() ? "none" : published->retry_prefix);
  check_place(config.prompt, published->place, config.benchmark + ".prompt");
  if (config.benchmark == "reasonseg") {
    set_if_empty(config.phrase_prompt, kReasonSegPhrasePrompt);
    check_place(config.phrase_prompt, published->place, config.benchmark + ".phrase_prompt");
  } else if (!config.phrase_prompt.empty()) {
    throw ConfigError(config.benchmark + ".phrase_prompt: only reasonseg has one");
  }
  return config;
}

}  // namespace pixelsail
