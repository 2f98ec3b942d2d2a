/// Options of benchmarks: one struct each, read from text, YAML and --set alike.

#include "benchmarks/options.h"

#include <gtest/gtest.h>

#include "../annotations/fixtures.h"
#include "benchmarks/benchmark.h"
#include "benchmarks/muse/muse.h"
#include "config/config.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

TEST(BenchmarkOptions, TextYamlAndSetGiveTheSameStruct) {
  OptionValues text, set;
  text.set("gt_merge", "lisa_sum");
  set.assign("gt_merge=lisa_sum");
  const auto config = parse_config<BenchmarkConfig>("{benchmark: muse, root: x, gt_merge: lisa_sum}", "t");
  const std::vector<OptionValues> all{text, set, config.options};
  for (const OptionValues& values : all) {
    const auto options = options_of<MuseOptions>(values);
    EXPECT_EQ(options.gt_merge, PolygonMerge::kLisaSum);
    EXPECT_EQ(options.missing_masks, MissingMasks::kSkip);
  }
}

TEST(BenchmarkOptions, WrongOnesAreNamed) {
  OptionValues values;
  EXPECT_TRUE(has(message_of<ConfigError>([&] { values.set("gt_merges", "union"); }), "\"gt_merge\""));
  EXPECT_TRUE(has(message_of<ConfigError>([&] { values.set("gt_merge", "sum"); }), "lisa_sum"));
  EXPECT_TRUE(has(message_of<ConfigError>([&] { values.set("nt_min_pixels", "-1"); }), "at least 0"));
  EXPECT_TRUE(has(message_of<ConfigError>([&] { values.assign("gt_merges=union"); }), "--set"));
}

TEST(BenchmarkOptions, ThoseOfOtherBenchmarksAreRefused) {
  BenchmarkConfig config{.benchmark = "mme", .root = "x"};
  config.options.set("ignore_label", "published");  // as it is anyway
  EXPECT_NO_THROW(with_published_values(config));
  config.options.set("ignore_label", "clean");
  EXPECT_TRUE(has(message_of<ConfigError>([&] { with_published_values(config); }),
                  "mme.ignore_label: mme has no such option, it belongs to reasonseg"));
  ScoreRequest request{.benchmark = "mmstar", .predictions = {"p"}};
  request.options.set("gt_merge", "lisa_sum");
  EXPECT_TRUE(has(message_of<ConfigError>([&] { score_benchmark(request); }),
                  "refcoco, refcoco+, refcocog, grefcoco, muse"));
}

TEST(BenchmarkOptions, EveryNameOfATableIsRead) {
  for (const BenchmarkOption& option : benchmark_options()) {
    for (const std::string& name : option.spec.one_of) {
      OptionValues values;
      values.set(option.name, name);
      EXPECT_EQ(std::get<std::string>(values.value(option)), name);
    }
  }
}

}  // namespace
}  // namespace pixelsail
