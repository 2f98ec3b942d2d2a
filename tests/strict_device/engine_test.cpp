// Sequences that come and go on the strict device, against each of them alone on the CPU.

#include "infer/engine.h"

#include <gtest/gtest.h>

#include <map>

#include "../unit/infer/engine_world.h"
#include "device.h"

namespace pixelsail::strict {
namespace {

using testing_support::Record;
using testing_support::relative_difference;
using testing_support::World;
using testing_support::WorldOptions;

/// How many tokens the device decodes before the host looks.
class EngineOnTheDevice : public testing::TestWithParam<std::int64_t> {};

TEST_P(EngineOnTheDevice, SequencesThatComeAndGoAnswerAsOnTheCpu) {
  World on_cpu(WorldOptions{}), on_device(WorldOptions{.weights = {.device = device()}});
  EngineOptions options = on_device.engine_options();
  options.lookahead = GetParam();
  Engine engine(on_device.model(), options);
  std::map<SequenceId, std::size_t> sample_of;
  std::map<SequenceId, Record> records;
  const std::size_t count = 2 * on_device.size();
  for (std::size_t i = 0; i < count || engine.stats().sequences > 0; ++i) {
    if (i < count) {
      const std::size_t sample = (5 * i + i / on_device.size()) % on_device.size();
      sample_of[engine.admit(on_device.sample(sample), on_device.options(sample))] = sample;
    }
    if (i % 3 == 1) continue;  // two come together
    for (const EngineEvent& event : engine.step()) records[event.id].add(event);
    const SequenceId victim = i + 1;
    if (i % 7 == 2 && engine.cancel(victim)) records.erase(victim);
  }
  EXPECT_EQ(engine.stats().bytes, 0);
  EXPECT_GT(records.size(), count / 2);
  for (const auto& [id, record] : records) {
    const Record& expected = on_cpu.alone(sample_of[id]);
    EXPECT_EQ(record.ids, expected.ids) << id;
    EXPECT_EQ(record.done, expected.done) << id;
    ASSERT_EQ(record.masks.size(), expected.masks.size()) << id;
    for (std::size_t n = 0; n < record.masks.size(); ++n) {
      if (!expected.masks[n].defined()) continue;
      EXPECT_LE(relative_difference(record.masks[n].cpu(), expected.masks[n]), 1e-4) << id;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(TokensAhead, EngineOnTheDevice, testing::Values(1, 7));

}  // namespace
}  // namespace pixelsail::strict
