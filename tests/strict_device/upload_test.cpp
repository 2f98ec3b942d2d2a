// What goes to the device in one copy arrives as it was.

#include "model/upload.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

#include "device.h"
#include "learner.h"
#include "model/counter_hash.h"
#include "train/packed_shard.h"

namespace pixelsail::strict {
namespace {

void expect_there(const torch::Tensor& there, const torch::Tensor& expected, const char* what) {
  EXPECT_EQ(there.device(), device()) << what;
  EXPECT_EQ(there.scalar_type(), expected.scalar_type()) << what;
  if (!device().is_cpu()) {  // there a tensor is where it wants to be
    EXPECT_TRUE(there.is_contiguous()) << what;
    EXPECT_EQ(there.storage_offset() * there.element_size() % 16, 0) << what;
  }
  EXPECT_TRUE(torch::equal(there.cpu(), expected)) << what;
}

TEST(Upload, TensorsOfAllTypesArriveInOneCopy) {
  // Sizes that are no multiples of anything, and values in another order than in memory.
  torch::Tensor bytes = torch::arange(7, torch::kUInt8), flags = torch::tensor({true, false, true}),
                floats = torch::arange(15, torch::kFloat32).view({3, 5}).t(),
                brains = torch::arange(3, torch::kFloat32).to(torch::kBFloat16).view({1, 3}),
                numbers = torch::arange(-2, 3), nothing = torch::empty({0, 4}), single = torch::tensor(2.5F),
                undefined, counted;
  const std::vector<torch::Tensor> expected{bytes,   flags, floats.contiguous(), brains, numbers,
                                            nothing, single};
  const std::vector<std::int64_t> values{5, -6, 7};
  const Counts before = counts();
  Upload upload(device());
  for (torch::Tensor* tensor : {&bytes, &flags, &floats, &brains, &numbers, &nothing, &single, &undefined})
    upload.add(*tensor);
  upload.add(values, counted);
  EXPECT_TRUE(numbers.is_cpu()) << "before it is sent";
  upload.send();
  if (is_strict()) {
    const Counts used = counts() - before;
    EXPECT_EQ(used.to_device, 1);
    EXPECT_EQ(used.launches, 0);
  }
  EXPECT_FALSE(undefined.defined());
  const std::vector<torch::Tensor> there{bytes, flags, floats, brains, numbers, nothing, single};
  for (std::size_t i = 0; i < there.size(); ++i)
    expect_there(there[i], expected[i], std::to_string(i).c_str());
  expect_there(counted, torch::tensor(values), "numbers of a vector");
}

TEST(Upload, RowsArriveBelowEachOther) {
  const torch::Tensor two = torch::rand({2, 3}), none = torch::empty({0, 3}), four = torch::rand({4, 3});
  torch::Tensor all, one, moved;
  Upload upload(device());
  upload.add_rows({two, none, four.t().contiguous().t()}, all);
  upload.add_rows({four}, one);
  // A part that is there already is not read back.
  upload.add_rows({two.to(device()), four.to(device())}, moved);
  upload.send();
  expect_there(all, torch::cat({two, four}), "three");
  expect_there(one, four, "one");
  EXPECT_TRUE(torch::equal(moved.cpu(), torch::cat({two, four})));
}

TEST(Upload, TensorsThatAreThereStay) {
  torch::Tensor there = torch::ones({3}).to(device());
  const torch::Tensor before = there;
  Upload upload(device());
  upload.add(there);
  upload.send();
  EXPECT_TRUE(there.is_same(before));
}

void expect_same(const torch::Tensor& there, const torch::Tensor& cpu, const std::string& what) {
  ASSERT_EQ(there.defined(), cpu.defined()) << what;
  if (cpu.defined()) expect_there(there, cpu.contiguous(), what.c_str());
}

void expect_same_run(const PackedInput& there, const PackedInput& cpu) {
  expect_same(there.ids_T, cpu.ids_T, "ids");
  expect_same(there.row_T, cpu.row_T, "rows");
  expect_same(there.column_T, cpu.column_T, "columns");
  expect_same(there.patches_VK, cpu.patches_VK, "patches");
  expect_same(there.patch_token_V, cpu.patch_token_V, "tokens of patches");
  expect_same(there.prompted_token_U, cpu.prompted_token_U, "prompted tokens");
  expect_same(there.prompt_number_U, cpu.prompt_number_U, "prompt numbers");
  expect_same(there.prompt_ids_N, cpu.prompt_ids_N, "prompt ids");
  expect_same(there.covered.patch_S, cpu.covered.patch_S, "covered patches");
  expect_same(there.covered.segment_S, cpu.covered.segment_S, "their segments");
  expect_same(there.covered.number_S, cpu.covered.number_S, "their numbers");
  expect_same(there.covered.segment_T, cpu.covered.segment_T, "segments of tokens");
  expect_same(there.routed.text_n, cpu.routed.text_n, "text");
  expect_same(there.routed.visual_m, cpu.routed.visual_m, "visual");
  expect_same(there.routed.place_T, cpu.routed.place_T, "places");
  EXPECT_EQ(there.segments.size(), cpu.segments.size());
}

/// Bit for bit: points are drawn where the model is.
TEST(RandomNumbers, AreTheSameOnEveryDevice) {
  const torch::Tensor seed_M =
      torch::tensor({std::int64_t{5}, std::int64_t{-6}, std::numeric_limits<std::int64_t>::min()});
  for (const std::int64_t count : {1, 7, 40001}) {
    EXPECT_TRUE(
        torch::equal(random_uniform(seed_M.to(device()), count).cpu(), random_uniform(seed_M, count)));
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{3}, ~std::uint64_t{4}})
      EXPECT_TRUE(
          torch::equal(random_bits(seed, count, device()).cpu(), random_bits(seed, count, torch::kCPU)));
  }
  // One stream by its two names.
  const torch::Tensor bits = random_bits(static_cast<std::uint64_t>(-6), 100, torch::kCPU);
  EXPECT_TRUE(torch::equal(random_uniform(seed_M, 100)[1], bits.to(torch::kFloat32) / (1 << kRandomBits)));
}

class UploadOf : public testing::TestWithParam<Family> {};

/// A micro-batch of samples of all kinds: everything that model and losses read is where the model is.
TEST_P(UploadOf, AMicroBatchIsOneCopy) {
  const ModelConfig& config = GetParam().config;
  MicroBatch batch = micro_batches(config)[0];
  batch.targets[2].point_coords_NP2 = torch::rand({2, 4, 2});
  batch.targets[4].mask2former_chw = batch.targets[4].mask2former_chw.to(torch::kBFloat16);
  PixelSail model(config, WeightOptions{.device = device()}), plain(config);
  const Counts before = counts();
  const PackedShard there = pack_shard(*model, batch);
  if (is_strict()) {
    EXPECT_EQ((counts() - before).to_device, 1);
  }
  const PackedShard cpu = pack_shard(*plain, batch);
  expect_same_run(there.packed, cpu.packed);
  EXPECT_EQ(cpu.packed.covered.patch_S.defined(), config.pools_prompts());
  EXPECT_EQ(cpu.packed.routed.place_T.defined(), config.traits().visual_copies);
  EXPECT_TRUE(cpu.packed.prompt_ids_N.defined());
  expect_same(there.targets.scored.position_S, cpu.targets.scored.position_S, "scored");
  expect_same(there.targets.scored.target_S, cpu.targets.scored.target_S, "targets");
  expect_same(there.targets.scored.has_masks_S, cpu.targets.scored.has_masks_S, "with masks");
  expect_same(there.targets.point_seed_M, cpu.targets.point_seed_M, "seeds of points");
  EXPECT_EQ(cpu.targets.point_seed_M.size(0), 2 * 4) << "two masks of samples 0, 4, 5 and 6";
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    const SampleTarget &a = there.targets.samples[i], &b = cpu.targets.samples[i];
    const std::string sample = " of sample " + std::to_string(i);
    expect_same(a.masks_Nhw, b.masks_Nhw, "masks" + sample);
    expect_same(a.mask2former_chw, b.mask2former_chw, "map" + sample);
    expect_same(a.sam2_chw, b.sam2_chw, "SAM 2's map" + sample);
    expect_same(a.point_coords_NP2, b.point_coords_NP2, "points" + sample);
    expect_same(there.targets.seg_token_N[i], cpu.targets.seg_token_N[i], "[SEG]" + sample);
    EXPECT_TRUE(!b.masks_Nhw.defined() || b.masks_Nhw.is_same(batch.targets[i].masks_Nhw))
        << "nothing is copied on the CPU";
  }
}

INSTANTIATE_TEST_SUITE_P(Families, UploadOf, testing::ValuesIn(families()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace pixelsail::strict
