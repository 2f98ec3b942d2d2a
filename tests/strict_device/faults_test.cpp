// The strict device notices what it is there for, and counts right.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <csignal>
#include <cstdlib>
#include <vector>

#include "device.h"

namespace pixelsail::strict {
namespace {

using Tensors = std::vector<torch::Tensor>;

torch::Tensor on_device(const torch::Tensor& tensor) {
  return tensor.to(device());
}

TEST(PlantedFault, ACpuTensorBesideOneOfTheDeviceIsRefused) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  const torch::Tensor here = torch::ones({3}), there = on_device(here);
  EXPECT_THROW(there + here, c10::Error);
  EXPECT_THROW(here + there, c10::Error);
  EXPECT_THROW(there.index_select(0, torch::tensor({0, 1})), c10::Error);
  EXPECT_THROW(there.index({torch::tensor({0, 1})}), c10::Error);
  EXPECT_THROW(torch::cat({there, here}), c10::Error);
  EXPECT_THROW(at::_foreach_add_(Tensors{there}, Tensors{torch::ones({})}), c10::Error);
  const torch::Tensor image = on_device(torch::ones({1, 1, 4, 4}));
  EXPECT_THROW(at::conv2d(image, torch::ones({1, 1, 3, 3})), c10::Error);
  EXPECT_THROW(at::scaled_dot_product_attention(image, image, image, torch::zeros({4, 4})), c10::Error);
  // A single number goes along with the launch.
  EXPECT_EQ((there + torch::tensor(2.0F)).sum().item<float>(), 9);
}

/// Named so that it runs first: it starts a process of its own, which is best done before there are threads.
TEST(PlantedFaultDeathTest, TouchingMemoryOnTheHostKills) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto touch = [](bool write) {
    std::signal(SIGSEGV, SIG_DFL);  // sanitizers have handlers of their own
    const torch::Tensor there = on_device(torch::ones({3}));
    volatile float* data = there.data_ptr<float>();
    if (write) data[1] = 2;
    const float read = data[1];
    std::exit(read == 1 ? 0 : 1);
  };
  EXPECT_EXIT(touch(false), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(touch(true), testing::KilledBySignal(SIGSEGV), "");
}

TEST(PlantedFault, ListsOfAnOptimizerLaidOutDifferentlyAreRefused) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  const auto zeros = [] { return on_device(torch::zeros({2, 3})); };
  const auto adamw = [&](const torch::Tensor& gradient, const torch::Tensor& step) {
    at::_fused_adamw_({zeros()}, {gradient}, {zeros()}, {zeros()}, {}, {step}, 1e-3, 0.9, 0.999, 0.0, 1e-8,
                      false, false);
  };
  const torch::Tensor step = on_device(torch::ones({}));
  const torch::Tensor permuted = on_device(torch::ones({3, 2})).t();
  EXPECT_NO_THROW(adamw(on_device(torch::ones({2, 3})), step));
  EXPECT_NO_THROW(adamw(permuted.contiguous(), step));
  EXPECT_THROW(adamw(permuted, step), c10::Error);
  EXPECT_THROW(adamw(on_device(torch::ones({2, 3}, torch::kFloat64)), step), c10::Error);
  EXPECT_THROW(adamw(on_device(torch::ones({2, 6})).slice(1, 0, 6, 2), step), c10::Error);
  EXPECT_THROW(adamw(permuted.contiguous(), torch::ones({})), c10::Error) << "a step counter on the CPU";
  EXPECT_THROW(at::_foreach_add_(Tensors{zeros()}, Tensors{permuted}), c10::Error);
  EXPECT_NO_THROW(at::_foreach_add_(Tensors{zeros()}, Tensors{permuted.contiguous()}));
  EXPECT_NO_THROW(at::_foreach_norm(Tensors{permuted, zeros().slice(1, 0, 2)}));
}

TEST(StrictDevice, MemoryThatNothingWasWrittenToHoldsNan) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  EXPECT_TRUE(torch::empty({100}, torch::TensorOptions(device())).isnan().all().item<bool>());
  const auto half = torch::TensorOptions(torch::kBFloat16).device(device());
  EXPECT_TRUE(torch::empty({100}, half).isnan().all().item<bool>());
}

TEST(StrictDevice, CopyInPlaceOfAViewIsRefused) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  const torch::Tensor x = on_device(torch::ones({4}));
  x.view({2, 2}).select(0, 1).fill_(5);
  EXPECT_EQ(x.sum().item<float>(), 12);
  EXPECT_THROW(at::view_as_complex(x.view({2, 2})), c10::Error);
}

/// What `work` made the device do.
template <class Work>
Counts counted(const Work& work) {
  const Counts before = counts();
  work();
  return counts() - before;
}

TEST(StrictDevice, CountsLaunchesCopiesAndWaits) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  const torch::Tensor here = torch::arange(6, torch::kFloat32);
  torch::Tensor there;
  const Counts up = counted([&] { there = here.to(device()); });
  EXPECT_EQ(up.to_device, 1);
  EXPECT_EQ(up.launches, 0);
  const Counts down = counted([&] { EXPECT_TRUE(torch::equal(there.cpu(), here)); });
  EXPECT_EQ(down.to_host, 1);
  const Counts across = counted([&] { there.clone(); });
  EXPECT_EQ(across.within_device, 1);
  EXPECT_EQ(across.launches, 1);
  const Counts views = counted([&] { there.view({2, 3}).t().unsqueeze(0).narrow(1, 0, 2); });
  EXPECT_EQ(views.launches, 0);
  const Counts kernels = counted([&] { there.add(1).mul_(2); });
  EXPECT_EQ(kernels.launches, 2);
  EXPECT_EQ(kernels.waits, 0);
  const Counts item = counted([&] { EXPECT_EQ(there[3].item<float>(), 3); });
  EXPECT_EQ(item.items, 1);
  torch::Tensor mask;
  EXPECT_EQ(counted([&] { mask = there > 2; }).waits, 0);
  EXPECT_EQ(counted([&] { EXPECT_EQ(mask.nonzero().size(0), 3); }).waits, 1);
  EXPECT_EQ(counted([&] { EXPECT_EQ(there.masked_select(mask).size(0), 3); }).waits, 1);
  EXPECT_EQ(counted([&] { EXPECT_EQ(there.index({mask}).size(0), 3); }).waits, 1);
  const torch::Tensor zero = on_device(torch::zeros({}));
  EXPECT_EQ(counted([&] { there.index_put_({mask}, zero); }).waits, 1);
  EXPECT_EQ(counted([&] { there.masked_fill_(mask, 0.0); }).waits, 0);
}

}  // namespace
}  // namespace pixelsail::strict
