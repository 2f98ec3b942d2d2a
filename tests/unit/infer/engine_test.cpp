// Sequences that come and go: bits, memory and events.

#include "infer/engine.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine_world.h"
#include "infer/generate.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using testing_support::Record;
using testing_support::same_bits;
using testing_support::World;
using testing_support::WorldOptions;

/// One engine, and sequences that are admitted, stepped and cancelled at random.
class Schedule {
 public:
  Schedule(World& world, std::uint64_t seed) : world_(world), rng_(seed) {}

  void run() {
    std::int64_t left = rng_.between(1, 12);
    while (left > 0 || !running_.empty()) {
      const std::int64_t choice = rng_.between(0, 9);
      if (left > 0 && choice < 5) {
        admit();
        --left;
      } else if (choice == 5 && !running_.empty()) {
        cancel();
      } else {
        step();
      }
      check_stats();
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(engine_.stats().bytes, 0);
  }
  std::int64_t finished() const { return finished_; }

 private:
  struct Member {
    std::size_t sample;
    Record record;
    bool started = false;
  };

  void admit() {
    const auto sample = static_cast<std::size_t>(rng_.below(world_.size()));
    running_[engine_.admit(world_.sample(sample), world_.options(sample))] = {.sample = sample, .record = {}};
  }

  void step() {
    for (const EngineEvent& event : engine_.step()) {
      Member& member = running_.at(event.id);
      member.started = true;
      member.record.add(event);
      if (event.done == FinishReason::kNone) continue;
      EXPECT_TRUE(same_bits(member.record, world_.alone(member.sample))) << "sample " << member.sample;
      running_.erase(event.id);
      ++finished_;
    }
  }

  void cancel() {
    auto victim = running_.begin();
    std::advance(victim, static_cast<std::ptrdiff_t>(rng_.below(running_.size())));
    const std::int64_t before = engine_.stats().bytes;
    const bool started = victim->second.started;
    EXPECT_TRUE(engine_.cancel(victim->first));
    EXPECT_FALSE(engine_.cancel(victim->first));
    running_.erase(victim);
    EXPECT_TRUE(started ? engine_.stats().bytes < before : engine_.stats().bytes == before);
  }

  /// One prefix for each picture and adapter of the sequences that were read.
  void check_stats() {
    const EngineStats stats = engine_.stats();
    EXPECT_EQ(stats.sequences, static_cast<std::int64_t>(running_.size()));
    std::set<std::pair<const void*, const void*>> prefixes;
    for (const auto& [id, member] : running_) {
      const SequenceInput& input = world_.sample(member.sample);
      if (member.started && input.image_end > 0)
        prefixes.insert({input.patches_VK.const_data_ptr(), world_.options(member.sample).adapter.get()});
    }
    EXPECT_EQ(stats.prefixes, static_cast<std::int64_t>(prefixes.size()));
    EXPECT_EQ(stats.bytes == 0,
              std::ranges::none_of(running_, [](const auto& item) { return item.second.started; }));
  }

  World& world_;
  Rng rng_;
  Engine engine_{world_.model(), world_.engine_options()};
  std::map<SequenceId, Member> running_;
  std::int64_t finished_ = 0;
};

struct Kind {
  const char* name;
  WorldOptions options;
  int schedules;
};
void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class RandomSchedules : public testing::TestWithParam<Kind> {};

TEST_P(RandomSchedules, GiveEachSequenceItsBitsAlone) {
  World world(GetParam().options);
  std::int64_t finished = 0, masks = 0;
  for (int seed = 0; seed < GetParam().schedules && !HasFailure(); ++seed) {
    SCOPED_TRACE("schedule " + std::to_string(seed));
    Schedule schedule(world, static_cast<std::uint64_t>(seed));
    schedule.run();
    finished += schedule.finished();
  }
  EXPECT_GT(finished, 4 * GetParam().schedules);
  std::set<FinishReason> reasons;
  for (std::size_t i = 0; i < world.size(); ++i) {
    reasons.insert(world.alone(i).done);
    for (const torch::Tensor& mask : world.alone(i).masks) masks += mask.defined() ? 1 : 0;
  }
  EXPECT_GT(masks, 6) << "too few masks to compare";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, RandomSchedules,
    testing::Values(
        Kind{.name = "adapters", .options = {}, .schedules = 450},
        Kind{.name = "int8", .options = {.weights = {.quantization = Quantization::kInt8}}, .schedules = 300},
        Kind{.name = "bf16", .options = {.weights = {.dtype = torch::kBFloat16}}, .schedules = 100},
        Kind{.name = "pooled_prompts",
             .options = {.backbone = Backbone::kEve, .pooled = true, .adapters = false},
             .schedules = 150}),
    [](const auto& instance) { return std::string(instance.param.name); });

class OneEngine : public testing::Test {
 protected:
  World world_{WorldOptions{.adapters = false}};
  Engine engine_{world_.model(), world_.engine_options()};
};

TEST_F(OneEngine, SequencesAboutOnePictureShareItsPrefix) {
  const SequenceId first = engine_.admit(world_.sample(1), {.max_new_tokens = 4});
  EXPECT_EQ(engine_.stats().prefixes, 0);
  engine_.step();
  const std::int64_t one = engine_.stats().bytes;
  const SequenceId second = engine_.admit(world_.sample(2), {.max_new_tokens = 4});
  engine_.step();
  EXPECT_EQ(engine_.stats().prefixes, 1);
  const std::int64_t both = engine_.stats().bytes;
  // The first one's leaving frees its own text only.
  EXPECT_TRUE(engine_.cancel(first));
  EXPECT_EQ(engine_.stats().prefixes, 1);
  EXPECT_GT(both, engine_.stats().bytes);
  EXPECT_GT(2 * one, both);
  EXPECT_TRUE(engine_.cancel(second));
  EXPECT_EQ(engine_.stats().prefixes, 0);
  EXPECT_EQ(engine_.stats().bytes, 0);
}

TEST_F(OneEngine, AMaskComesOneStepBehindItsSeg) {
  const std::int64_t seg = world_.config().token_id("[SEG]");
  int masks = 0;
  for (std::size_t i = 0; i < world_.size(); ++i) {
    SequenceOptions options{.max_new_tokens = 8, .prompt_segs = false, .masks = true};
    engine_.admit(world_.sample(i), options);
    std::optional<std::int64_t> chosen;
    while (engine_.stats().sequences > 0) {
      const std::vector<EngineEvent> events = engine_.step();
      ASSERT_EQ(events.size(), 1U);
      EXPECT_EQ(events[0].segs.size(), chosen == seg ? 1U : 0U);
      for (const Seg& read : events[0].segs) {
        EXPECT_EQ(read.logits_HW.defined(), world_.sample(i).grid_h > 0);
        if (!read.logits_HW.defined()) continue;
        ++masks;
        // At any later time it is the same.
        EXPECT_TRUE(same_bits(engine_.predict_masks(std::span(&read, 1))[0], read.logits_HW));
      }
      chosen = events[0].token;
    }
  }
  EXPECT_GT(masks, 3);
}

TEST_F(OneEngine, MasksTogetherHaveTheBitsOfEachAlone) {
  std::vector<Seg> segs;
  engine_.admit(world_.sample(1), {.max_new_tokens = 1});
  for (const EngineEvent& event : engine_.step()) {
    for (const Seg& seg : event.segs) segs.push_back(seg);
  }
  ASSERT_FALSE(segs.empty());
  const Seg first = segs.front();
  // More than the mask head has features, and than the kernels take at once.
  for (int n = 1; n < 20; ++n) {
    segs.push_back(first);
    segs.back().state_1C = torch::randn_like(first.state_1C);
  }
  const std::vector<torch::Tensor> together = engine_.predict_masks(segs);
  for (std::size_t n = 0; n < segs.size(); ++n)
    EXPECT_TRUE(same_bits(engine_.predict_masks(std::span(&segs[n], 1))[0], together[n])) << n;
}

TEST_F(OneEngine, APromptThatCannotBeReadHarmsNobody) {
  engine_.admit(world_.sample(1), world_.options(1));
  SequenceInput bad = world_.sample(2);
  bad.row_position.pop_back();
  bad.image_end = 0;
  bad.grid_h = 0;
  engine_.admit(bad);
  EXPECT_THROW(engine_.step(), RunError);
  EXPECT_EQ(engine_.stats().sequences, 1);
  Record record;
  while (engine_.stats().sequences > 0) {
    for (const EngineEvent& event : engine_.step()) record.add(event);
  }
  EXPECT_TRUE(same_bits(record, world_.alone(1)));
  EXPECT_THROW(engine_.admit({}), RunError);
}

TEST_F(OneEngine, GenerateIsTheSameSequences) {
  std::vector<SequenceInput> prompts;
  for (std::size_t i = 0; i < world_.size(); ++i) prompts.push_back(world_.sample(i));
  const std::vector<Generated> together =
      generate(world_.model(), prompts, {.max_new_tokens = 6, .stop_ids = {5}, .keep_logits = true});
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const Generated alone = generate(world_.model(), std::span(&prompts[i], 1),
                                     {.max_new_tokens = 6, .stop_ids = {5}, .keep_logits = true})
                                .front();
    EXPECT_EQ(together[i].ids, alone.ids) << i;
    EXPECT_EQ(together[i].log_probabilities, alone.log_probabilities) << i;
    EXPECT_TRUE(same_bits(together[i].hidden_LC, alone.hidden_LC)) << i;
    EXPECT_TRUE(same_bits(together[i].step_logits, alone.step_logits)) << i;
    const std::size_t read = alone.ids.back() == world_.config().token_id("[SEG]") ? 0 : 1;
    EXPECT_EQ(static_cast<std::size_t>(alone.hidden_LC.size(0)),
              prompts[i].ids.size() + alone.ids.size() - read);
  }
}

}  // namespace
}  // namespace pixelsail
