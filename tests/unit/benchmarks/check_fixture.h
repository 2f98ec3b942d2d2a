#pragma once

/// A synthetic data set with all benchmarks, written once; every test gets a copy that it may damage.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "../annotations/fixtures.h"
#include "benchmarks/check.h"
#include "image/codec.h"
#include "io/json.h"
#include "synth/benchmarks.h"
#include "synth/synth.h"

namespace pixelsail::test {

namespace fs = std::filesystem;

inline std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// How often a finding of that kind was made; 0: never.
inline std::int64_t times(const std::vector<CheckFinding>& findings, const std::string& what) {
  for (const CheckFinding& finding : findings)
    if (finding.what == what) return finding.count;
  return 0;
}

/// Whether one of the named places of that kind contains `part`.
inline bool names(const std::vector<CheckFinding>& findings, const std::string& what,
                  const std::string& part) {
  return std::ranges::any_of(findings, [&](const CheckFinding& finding) {
    return finding.what == what && std::ranges::any_of(finding.first, [&](const std::string& place) {
             return place.find(part) != std::string::npos;
           });
  });
}

class CheckTest : public testing::Test {
 protected:
  static fs::path pristine() {
    return fs::temp_directory_path() / ("pixelsail_check_test_" + std::to_string(::getpid()));
  }
  static void SetUpTestSuite() {
    fs::remove_all(pristine());
    const SynthConfig data{.seed = 3, .train = 3, .val = 8, .test_a = 0, .test_b = 0, .threads = 1};
    write_synthetic_dataset(data, pristine(), nullptr);
    write_synthetic_benchmarks({.names = {"all"}, .scenes = 8, .reasonseg_train = 2}, data, pristine(),
                               nullptr);
    write_folder(pristine());
  }
  /// One's own folder of the same pictures: four masks, one thing that is not there, two texts.
  static void write_folder(const fs::path& root) {
    std::vector<std::string> pictures;
    for (const auto& entry : fs::directory_iterator(root / "images" / "train2014"))
      pictures.push_back("train2014/" + entry.path().filename().string());
    std::ranges::sort(pictures);
    const std::vector<std::string> rest = {
        R"("expression": "the disc", "masks": [[2, 2, 20, 2, 20, 20, 2, 20]])",
        R"("expression": "the star", "masks": [[2, 2, 20, 2, 20, 20, 2, 20]])",
        R"("expression": "the ring", "masks": [[4, 4, 20, 4, 20, 20, 4, 20], [2, 2, 9, 2, 9, 9, 2, 9]])",
        R"("expression": "the cross", "masks": [[2, 2, 20, 2, 20, 20, 2, 20]])",
        R"("expression": "the cup", "masks": [])",
        R"("question": "What is <Prompt0>?", "answer": "A red disc.", "regions": ["box:1,1,8,8"])",
        R"("question": "What is it?", "answer": "A blue star.")"};
    std::string lines;
    for (std::size_t i = 0; i < rest.size(); ++i)
      lines += R"({"image": ")" + pictures.at(i) + R"(", "split": "val", )" + rest[i] + "}\n";
    write_text(root / "samples.jsonl", lines);
  }
  static void TearDownTestSuite() { fs::remove_all(pristine()); }
  void SetUp() override {
    root_ = pristine().string() + "_copy";
    fs::remove_all(root_);
    fs::copy(pristine(), root_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(root_); }

  BenchmarkCheck check(const std::string& benchmark, bool deep = false) const {
    return check_benchmark(config(benchmark), {.deep = deep});
  }
  BenchmarkConfig config(const std::string& benchmark) const {
    BenchmarkConfig config;
    config.benchmark = benchmark;
    config.root = root_.string();
    return config;
  }
  /// Rewrites a JSON file below the root, members in their order.
  template <class Change>
  void change(const std::string& name, const Change& change) const {
    OrderedJson json = OrderedJson::parse(read_text(root_ / name));
    change(json);
    write_text(root_ / name, json.dump());
  }
  static std::int64_t count(const BenchmarkCheck& check, const std::string& name) {
    for (const auto& [known, value] : check.counts)
      if (known == name) return value;
    ADD_FAILURE() << "nothing is counted as " << name;
    return -1;
  }

  fs::path root_;
};

}  // namespace pixelsail::test
