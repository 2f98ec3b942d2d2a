#include "data/draws.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "data/dataset.h"
#include "data/replay_draws.h"
#include "data/unusable.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

TEST(RngDraws, SomeIsAPartialShuffle) {
  Rng rng(3, "a"), twin(3, "a");
  RngDraws draws(rng);
  std::vector<std::size_t> order(10);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < 4; ++i) std::swap(order[i], order[i + twin.below(10 - i)]);
  order.resize(4);
  EXPECT_EQ(draws.some("turns", 10, 4), order);
  const auto all = draws.some("turns", 5, 9);
  EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()), (std::set<std::size_t>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(draws.some("turns", 0, Draws::kAll).empty());
}

TEST(RngDraws, WeightedLeavesOutWhatHasNoShare) {
  Rng rng(1);
  RngDraws draws(rng);
  const DrawShare shares[] = {{"a", 0}, {"b", 1}, {"c", 0}};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(draws.weighted("shape", shares), 1u);
}

Json draw(const char* name, const Json& n, const Json& value) {
  return {{"draw", name}, {"n", n}, {"value", value}};
}

TEST(ReplayDraws, GivesWhatWasRecorded) {
  const Json made = {draw("question", 16, 3),
                     draw("unused_categories", 3, {2, 1, 0}),
                     draw("order", 4, {3, 1, 0, 2}),
                     {{"draw", "count"}, {"low", 1}, {"high", 5}, {"value", 4}},
                     {{"draw", "turn"}, {"value", true}},
                     {{"draw", "shape"}, {"value", "box"}},
                     {{"draw", "classes"}, {"items", {7, 9, 8}}, {"value", {0, 2, 1}}}};
  const Json before = {draw("sentence", 2, 1), draw("item_order", 2, {1, 0}), draw("sentence", 3, 2)};
  ReplayDraws draws(made, before, "here");
  EXPECT_EQ(draws.index("question", 16), 3u);
  EXPECT_EQ(draws.some("order", 4, 2), (std::vector<std::size_t>{3, 1}));
  EXPECT_EQ(draws.integer("count", 1, 5), 4);
  EXPECT_TRUE(draws.chance("turn", 0.05));
  const DrawShare shares[] = {{"mask", 0.5}, {"box", 0.5}};
  EXPECT_EQ(draws.weighted("shape", shares), 1u);
  EXPECT_EQ(draws.arranged("classes", {7, 8, 9}), (std::vector<std::int64_t>{7, 9, 8}));
  EXPECT_EQ(draws.index_of("sentence", 1, 3), 2u);
  EXPECT_EQ(draws.place_of("item_order", 0, 2), 1u);
  EXPECT_FALSE(draws.departed());
  EXPECT_EQ(draws.left(), 0u);
}

TEST(ReplayDraws, SaysWhenItDeparts) {
  const Json made = {draw("question", 16, 3)};
  ReplayDraws other_name(made, Json::array(), "here"), other_count(made, Json::array(), "here");
  EXPECT_LT(other_name.index("answer", 5), 5u);
  EXPECT_TRUE(other_name.departed());
  EXPECT_LT(other_count.index("question", 2), 2u);
  EXPECT_TRUE(other_count.departed());
  EXPECT_THROW(ReplayDraws(Json::object(), Json::array(), "here"), DataError);
  EXPECT_THROW(ReplayDraws(Json::array({1}), Json::array(), "here"), DataError);
}

/// Counts what comes out of each choice.
class CountingDraws : public RngDraws {
 public:
  using RngDraws::RngDraws;
  /// How often each option came, and its probability.
  struct Choice {
    std::map<std::int64_t, std::int64_t> counts;
    std::map<std::int64_t, double> shares;
    std::int64_t total = 0;
  };

  std::size_t index(std::string_view name, std::size_t n) override {
    const std::size_t value = RngDraws::index(name, n);
    uniform(name, n, {static_cast<std::int64_t>(value)});
    return value;
  }
  std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high) override {
    const std::int64_t value = RngDraws::integer(name, low, high);
    uniform(name, static_cast<std::size_t>(high - low + 1), {value - low});
    return value;
  }
  std::vector<std::size_t> some(std::string_view name, std::size_t n, std::size_t count) override {
    const std::vector<std::size_t> values = RngDraws::some(name, n, count);
    // Each place has each value equally often; the first and the last place are looked at.
    if (!values.empty()) {
      uniform(std::string(name) + " first", n, {static_cast<std::int64_t>(values.front())});
      uniform(std::string(name) + " last", n, {static_cast<std::int64_t>(values.back())});
    }
    return values;
  }
  std::vector<std::int64_t> arranged(std::string_view name, std::vector<std::int64_t> things) override {
    std::vector<std::int64_t> sorted = things, result = RngDraws::arranged(name, std::move(things));
    std::ranges::sort(sorted);
    uniform(name, sorted.size(), {std::ranges::find(sorted, result.front()) - sorted.begin()});
    return result;
  }
  bool chance(std::string_view name, double probability) override {
    const bool value = RngDraws::chance(name, probability);
    add(std::string(name), {{1, probability}, {0, 1 - probability}}, value ? 1 : 0);
    return value;
  }
  std::size_t weighted(std::string_view name, std::span<const DrawShare> options) override {
    const std::size_t value = RngDraws::weighted(name, options);
    std::map<std::int64_t, double> shares;
    double sum = 0;
    for (const DrawShare& option : options) sum += option.share;
    for (std::size_t i = 0; i < options.size(); ++i)
      shares[static_cast<std::int64_t>(i)] = options[i].share / sum;
    add(std::string(name), shares, static_cast<std::int64_t>(value));
    return value;
  }

  const std::map<std::string, Choice>& choices() const { return choices_; }
  std::int64_t total() const { return total_; }

 private:
  void uniform(std::string_view name, std::size_t n, std::initializer_list<std::int64_t> values) {
    std::map<std::int64_t, double> shares;
    for (std::size_t i = 0; i < n; ++i) shares[static_cast<std::int64_t>(i)] = 1.0 / static_cast<double>(n);
    for (const std::int64_t value : values)
      add(std::string(name) + " of " + std::to_string(n), shares, value);
  }
  void add(const std::string& name, const std::map<std::int64_t, double>& shares, std::int64_t value) {
    Choice& choice = choices_[name];
    choice.shares = shares;
    ++choice.counts[value];
    ++choice.total;
    ++total_;
  }
  std::map<std::string, Choice> choices_;
  std::int64_t total_ = 0;
};

std::vector<std::string> published_kinds() {
  std::vector<std::string> kinds{"refcoco", "refcocog", "grefcoco"};
  for (const DatasetRow& row : dataset_rows()) {
    const std::string name(row.name);
    for (const char* start :
         {"coco_", "pix2cap_", "gcg_", "muse", "reasonseg", "refcocog_vp", "osprey_", "sam_"})
      if (name.starts_with(start)) kinds.push_back(name);
  }
  return kinds;
}

class DistributionTest : public ::testing::TestWithParam<std::string> {};

TEST_P(DistributionTest, EveryChoiceIsWithinFourSigma) {
  DatasetConfig config;
  config.kind = GetParam();
  config.rules = "published";
  DataConfig data;
  data.root = std::string(PIXELSAIL_SOURCE_DIR) + "/tests/golden/datamix";
  const auto dataset = make_dataset(config, data);
  Rng rng(20, GetParam()), items(21, GetParam());
  CountingDraws draws(rng);
  // Ten of 133 candidates need more draws for the same precision.
  const std::int64_t wanted = GetParam() == "coco_category" ? 40000 : 10000;
  for (int visit = 0; visit < 100000 && draws.total() < wanted; ++visit) {
    try {
      dataset->make(items.between(0, dataset->size() - 1), draws);
    } catch (const UnusableSample&) {
    }
  }
  EXPECT_GE(draws.total(), wanted);
  for (const auto& [name, choice] : draws.choices()) {
    for (const auto& [value, share] : choice.shares) {
      const double expected = static_cast<double>(choice.total) * share;
      const double sigma = std::sqrt(expected * (1 - share));
      const auto found = choice.counts.find(value);
      const auto count = static_cast<double>(found == choice.counts.end() ? 0 : found->second);
      // Where less than a handful is expected the normal law says little.
      if (expected < 20) continue;
      EXPECT_NEAR(count, expected, 4 * sigma + 1e-9) << name << ": " << value << " of " << choice.total;
    }
    for (const auto& [value, count] : choice.counts)
      EXPECT_TRUE(choice.shares.contains(value)) << name << ": " << value;
  }
}

INSTANTIATE_TEST_SUITE_P(All, DistributionTest, ::testing::ValuesIn(published_kinds()),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace pixelsail
