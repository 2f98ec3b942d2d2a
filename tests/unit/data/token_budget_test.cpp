// Batches of so many tokens: the same stream, cut at other places.

#include <algorithm>

#include "loader_fixture.h"

namespace pixelsail {
namespace {

using test::has;
using test::LoaderTest;
using test::message_of;

std::int64_t tokens_of(const Example& example) {
  return static_cast<std::int64_t>(example.sequence.tokens.ids.size());
}

class TokenBudget : public LoaderTest {
 protected:
  TokenBudget() {
    write_own(11, {2, 7});
    config_.workers = 3;
  }
  std::unique_ptr<Loader> budget(std::int64_t tokens) {
    return std::make_unique<Loader>(config_, test::demo_builder(), BatchSize(1, tokens), 3);
  }
  /// Of some samples of the stream.
  std::vector<std::int64_t> lengths(int count) {
    const auto loader = make(1);
    std::vector<std::int64_t> result;
    for (int i = 0; i < count; ++i) result.push_back(tokens_of(loader->next().examples.at(0)));
    return result;
  }
};

/// The same samples in the same order, and as many in a batch as fit.
TEST_F(TokenBudget, FillsBatchesWithWholeSamples) {
  const std::vector<std::int64_t> some = lengths(40);
  const auto [shortest, longest] = std::ranges::minmax(some);
  ASSERT_LT(3 * shortest, longest) << "of very different length";
  for (const std::int64_t limit : {std::int64_t{1}, longest - 1, longest, 2 * longest, 3 * longest + 7}) {
    const auto plain = make(1), packed = budget(limit);
    std::vector<std::int64_t> sums, firsts;
    std::int64_t skipped = 0, plain_skipped = 0, samples = 0;
    bool several = false, alone = false;
    for (int b = 0; b < 12; ++b) {
      const Batch batch = packed->next();
      ASSERT_FALSE(batch.examples.empty());
      EXPECT_EQ(batch.micro_batch, samples);
      std::int64_t sum = 0;
      for (const Example& example : batch.examples) {
        const Batch expected = plain->next();
        EXPECT_EQ(text(example), text(expected.examples.at(0)));
        plain_skipped += expected.skipped;
        sum += tokens_of(example);
      }
      skipped += batch.skipped;
      samples += static_cast<std::int64_t>(batch.examples.size());
      several = several || batch.examples.size() > 1;
      alone = alone || sum > limit;
      EXPECT_TRUE(sum <= limit || batch.examples.size() == 1) << sum << " of " << limit;
      // One more would not have fitted.
      if (!sums.empty()) {
        EXPECT_GT(sums.back() + tokens_of(batch.examples[0]), limit);
      }
      sums.push_back(sum);
    }
    EXPECT_EQ(skipped, plain_skipped);
    EXPECT_TRUE(limit == 1 ? !several && alone : limit < longest || (several && !alone)) << limit;
    EXPECT_EQ(packed->state()["samples"], samples);
  }
}

TEST_F(TokenBudget, IsRestoredAtEveryPlace) {
  const std::int64_t limit = 2 * std::ranges::max(lengths(40));
  const auto whole = budget(limit);
  std::vector<Json> states{whole->state()};
  std::vector<std::vector<std::string>> batches;
  for (int i = 0; i < 20; ++i) {
    batches.push_back(take(*whole, 1));
    states.push_back(Json::parse(whole->state().dump()));
  }
  const auto used = budget(limit);
  take(*used, 5);
  for (const std::size_t at : {0, 1, 7, 14, 3}) {
    const auto fresh = budget(limit);
    for (Loader* loader : {fresh.get(), used.get()}) {
      loader->restore(states[at]);
      EXPECT_EQ(loader->state(), states[at]);
      for (std::size_t i = at; i < at + 6; ++i) {
        EXPECT_EQ(take(*loader, 1), batches[i]) << at << " " << i;
        EXPECT_EQ(loader->state(), states[i + 1]);
      }
    }
  }
}

TEST_F(TokenBudget, DoesNotDependOnThreads) {
  const std::int64_t limit = 2 * std::ranges::max(lengths(40));
  const auto several = take(*budget(limit), 10);
  config_.workers = 1;
  config_.prefetch = 1;
  EXPECT_EQ(take(*budget(limit), 10), several);
}

TEST_F(TokenBudget, IsNoOtherStream) {
  const Json state = budget(500)->state();
  EXPECT_TRUE(has(message_of<DataError>([&] { budget(501)->restore(state); }), "another tokens_per_batch"));
  EXPECT_TRUE(has(message_of<DataError>([&] { make(1)->restore(state); }), "saved with tokens_per_batch"));
  EXPECT_TRUE(has(message_of<DataError>([&] { budget(500)->restore(make(1)->state()); }),
                  "saved without tokens_per_batch"));
  Json broken = state;
  broken["samples"] = -1;
  EXPECT_TRUE(has(message_of<DataError>([&] { budget(500)->restore(broken); }),
                  "-1 is an impossible number of samples"));
  const auto refused = [&](BatchSize size, int world) {
    EXPECT_THROW(Loader(config_, test::demo_builder(), size, 3, 0, world), ConfigError);
  };
  refused(BatchSize(2, 500), 1);
  refused(BatchSize(1, 500), 2);
  refused(BatchSize(1, -1), 1);
}

/// A sample that ends the run does so in every call, and nothing that stands before it is lost.
TEST_F(TokenBudget, ABrokenSampleStops) {
  config_.on_error = "stop";
  config_.datasets[0].weight = 0;
  const auto loader = budget(1 << 20);
  EXPECT_THROW(loader->next(), DataError);
  EXPECT_THROW(loader->next(), DataError);
  EXPECT_EQ(loader->state()["samples"], 0);
}

}  // namespace
}  // namespace pixelsail
