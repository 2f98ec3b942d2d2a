#include "config_targets.h"

#include <vector>

#include "config/config.h"
#include "core/user_path.h"
#include "data/teacher_spec.h"
#include "eval/eval_config.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "train/config.h"

namespace pixelsail {

/// The room that has them includes torch, which this program is without.
std::vector<std::string> optimizer_kinds() {
  return {"adamw", "muon"};
}

namespace fuzz {
namespace {

using namespace std::string_literals;

constexpr const char* kTrain =
    "train\n"
    "output_dir: out\n"
    "model: {hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 2, backbone: "
    "sail}\n"
    "data:\n"
    "  root: data\n"
    "  datasets:\n"
    "    - {kind: refcoco, weight: 1.5, split: train}\n"
    "    - kind: folder\n"
    "      root: '/x # y'\n"
    "train:\n"
    "  steps: 10\n"
    "  optimizer: {kind: muon, lr: 1e-4, warmup_start_lr: null}\n"
    "  parameters: [{match: '.*embed.*', lr: 1.0e-5, frozen: False}]\n"
    "--set train.steps=20\n"
    "--set data.datasets[1].weight=2\n";
constexpr const char* kEval =
    "eval\n"
    "defaults: {root: data, gt_merge: lisa_sum}\n"
    "benchmarks:\n"
    "  - {benchmark: refcoco, split: val}\n"
    "  - {benchmark: gcg, limit: 5}\n"
    "  - benchmark: mme\n"
    "    root: elsewhere\n"
    "checkpoints:\n"
    "  - {name: a, dir: x/final}\n"
    "baselines: [blind]\n"
    "bootstrap: 100\n";

constexpr const char* kTeacher =
    "teacher\n"
    "name: t\n"
    "height: 1024\n"
    "width: 768\n"
    "resize: long_side\n"
    "mean: [0.5, 0.5, 0.5]\n"
    "max_batch: 2\n"
    "channels: 256\n"
    "output: {layer: neck, key: '', index: 1, layout: nlc}\n";

template <class Config>
void check_config(const std::string& text, const std::vector<std::string>& overrides) {
  const auto config = parse_config<Config>(text, "input", overrides);
  const std::string written = config_to_yaml(config);
  require(config_to_yaml(parse_config<Config>(written, "again")) == written,
          "what was written is not what was read");
}

}  // namespace

Material config_material() {
  return {.seeds = {kTrain, kEval, kTeacher},
          .dictionary = {"\n",     "  ",       "- ",        ": ",         "[",        "]",
                         "{",      "}",        "'",         "\"",         "|\n",      "&a ",
                         "*a",     "<<: ",     "null",      "~",          "True",     "1e999",
                         ".nan",   ".inf",     "0x10",      "1_000",      "--set ",   "--set a[0].b=c\n",
                         "[9]",    "=",        "optimizer", "benchmarks", "datasets", "defaults",
                         "base: ", "!!binary "}};
}

void run_config(const std::string& input) {
  const auto& [kind, rest] = split_kind(input);
  std::string text;
  std::vector<std::string> overrides;
  for (std::size_t begin = 0; begin < rest.size();) {
    const std::size_t end = std::min(rest.find('\n', begin), rest.size());
    const std::string_view line = rest.substr(begin, end - begin);
    if (line.starts_with("--set ")) {
      overrides.emplace_back(line.substr(6));
    } else {
      text += std::string(line) + '\n';
    }
    begin = end + 1;
  }
  if (kind == "train") {
    check_config<RunConfig>(text, overrides);
  } else if (kind == "eval") {
    check_config<EvalConfig>(text, overrides);
  } else if (kind == "teacher") {
    check_config<TeacherSpec>(text, overrides);
  } else {
    throw DataError("no program");
  }
}

Material path_material() {
  return {.seeds = {"~/data", "$HOME/x", "${HOME}/y", "/a/b"},
          .dictionary = {"~", "~user", "$HOME", "${HOME}", "${", "$USER", "/", "}", "\xff", "..", "$"}};
}

void run_path(const std::string& input) {
  const std::string path = expand_user_path(input);
  require(path != "~" && !path.starts_with("~/"), "a home folder that was not put in");
}

}  // namespace fuzz
}  // namespace pixelsail
