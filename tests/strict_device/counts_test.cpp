// How much a GPU is given to do: limits that only go down. Whoever needs fewer launches, copies or waits
// lowers them here.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <ostream>
#include <sstream>

#include "decoded.h"
#include "device.h"
#include "learner.h"

namespace pixelsail::strict {
namespace {

enum class Work {
  kMicroBatch,  ///< forward and backward of `count` samples with masks and both teachers
  kUpdate,      ///< clipping, AdamW or Muon, clearing the gradients
  kTokens,      ///< four more tokens for each of `count` sequences, which the host looks at together
};

struct Row {
  const char* name;
  Work work;
  const char* family = "sail";
  int count = 1;
  bool bf16 = false, recompute = false, lora = false, muon = false, bf16_weights = false;
  Counts limit;
};

// Two decoder layers, one upsampling block. Counts: launches, copies to the device, to the host and within
// the device, item(), waits of the host for a size.
constexpr std::array kRows{
    Row{.name = "micro_batch_sail", .work = Work::kMicroBatch, .limit = {496, 1, 0, 39, 0, 0}},
    Row{.name = "micro_batch_sail_4_samples",
        .work = Work::kMicroBatch,
        .count = 4,
        .limit = {1066, 1, 0, 147, 0, 0}},
    Row{.name = "micro_batch_sail_bf16",
        .work = Work::kMicroBatch,
        .bf16 = true,
        .limit = {593, 2, 0, 132, 0, 0}},
    Row{.name = "micro_batch_sail_bf16_weights",
        .work = Work::kMicroBatch,
        .bf16 = true,
        .bf16_weights = true,
        .limit = {593, 2, 0, 132, 0, 0}},
    Row{.name = "micro_batch_sail_recomputed",
        .work = Work::kMicroBatch,
        .recompute = true,
        .limit = {575, 1, 0, 50, 0, 0}},
    Row{.name = "micro_batch_sail_pooled",
        .work = Work::kMicroBatch,
        .family = "pooled_prompts",
        .limit = {514, 1, 0, 39, 0, 1}},
    Row{.name = "micro_batch_sail_lora",
        .work = Work::kMicroBatch,
        .lora = true,
        .limit = {822, 1, 0, 53, 0, 0}},
    Row{.name = "micro_batch_sail_7b",
        .work = Work::kMicroBatch,
        .family = "sail_7b",
        .limit = {484, 1, 0, 39, 0, 0}},
    Row{.name = "micro_batch_solo",
        .work = Work::kMicroBatch,
        .family = "solo",
        .limit = {540, 1, 0, 32, 0, 0}},
    Row{.name = "micro_batch_eve",
        .work = Work::kMicroBatch,
        .family = "eve",
        .limit = {832, 1, 0, 38, 0, 0}},
    Row{.name = "update_adamw", .work = Work::kUpdate, .limit = {8, 0, 1, 0, 0, 0}},
    Row{.name = "update_muon", .work = Work::kUpdate, .muon = true, .limit = {222, 0, 1, 48, 0, 0}},
    Row{.name = "update_bf16_weights",
        .work = Work::kUpdate,
        .bf16 = true,
        .bf16_weights = true,
        .limit = {17, 0, 1, 3, 0, 0}},
    Row{.name = "token_sail", .work = Work::kTokens, .limit = {246, 0, 1, 20, 0, 0}},
    Row{.name = "token_sail_bf16", .work = Work::kTokens, .bf16 = true, .limit = {258, 0, 1, 32, 0, 0}},
    Row{.name = "token_sail_2_sequences", .work = Work::kTokens, .count = 2, .limit = {246, 0, 1, 20, 0, 0}},
    Row{.name = "token_solo", .work = Work::kTokens, .family = "solo", .limit = {246, 0, 1, 20, 0, 0}},
    Row{.name = "token_eve", .work = Work::kTokens, .family = "eve", .limit = {246, 0, 1, 20, 0, 0}},
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

/// Of one micro-batch, when the ones before have made what is made once, or of the update behind it.
Counts training_counts(const Row& row, const ModelConfig& config) {
  LearnerOptions options{.recompute = row.recompute, .bf16 = row.bf16, .bf16_weights = row.bf16_weights};
  if (row.muon) options.optimizer.kind = "muon";
  if (row.lora) options.lora = {.rank = 2, .dropout = 0.1};
  Learner learner(config, device(), options);
  // All with a picture of their own.
  const MicroBatch all = micro_batches(config)[0];
  MicroBatch batch;
  for (const std::size_t i : {0, 2, 4, 6}) {
    if (static_cast<int>(batch.samples.size()) == row.count) break;
    batch.samples.push_back(all.samples[i]);
    batch.targets.push_back(all.targets[i]);
  }
  learner.accumulate(batch, 0, 2);
  const Counts before = counts();
  learner.accumulate(batch, 1, 2);
  const Counts between = counts();
  learner.finish();
  return row.work == Work::kMicroBatch ? between - before : counts() - between;
}

/// Of four tokens, behind prompts of different lengths and the first four.
Counts token_counts(const Row& row, const ModelConfig& config) {
  PixelSail model(config,
                  WeightOptions{.dtype = row.bf16 ? torch::kBFloat16 : torch::kFloat32, .device = device()});
  model->initialize(1);
  Rng rng(5);
  std::vector<SequenceInput> prompts;
  for (int i = 0; i < row.count; ++i)
    prompts.push_back(testing_support::random_sample(config, rng, 0, 3 - i, 4, 9 - i));
  return counts_of_four_tokens(*model, prompts);
}

Counts measured(const Row& row) {
  const ModelConfig config = family(row.family);
  return row.work == Work::kTokens ? token_counts(row, config) : training_counts(row, config);
}

std::string text_of(const Counts& counts) {
  std::ostringstream text;
  text << '{' << counts.launches << ", " << counts.to_device << ", " << counts.to_host << ", "
       << counts.within_device << ", " << counts.items << ", " << counts.waits << '}';
  return text.str();
}

class WorkOfTheDevice : public testing::TestWithParam<Row> {};

TEST_P(WorkOfTheDevice, IsNoMoreThanItWas) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  const Row& row = GetParam();
  const Counts now = measured(row);
  const bool within = now.launches <= row.limit.launches && now.to_device <= row.limit.to_device &&
                      now.to_host <= row.limit.to_host && now.within_device <= row.limit.within_device &&
                      now.items <= row.limit.items && now.waits <= row.limit.waits;
  EXPECT_TRUE(within) << "measured " << row.name << ": " << text_of(now) << ", the limit is "
                      << text_of(row.limit);
}

INSTANTIATE_TEST_SUITE_P(Table, WorkOfTheDevice, testing::ValuesIn(kRows),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace pixelsail::strict
