#include "model/device.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

TEST(Device, Spellings) {
  EXPECT_EQ(resolve_device("cpu"), torch::Device(torch::kCPU));
  EXPECT_NO_THROW(resolve_device("auto"));
  for (const char* bad : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:99999", "CPU"}) {
    EXPECT_THROW(resolve_device(bad), ConfigError) << bad;
  }
  EXPECT_EQ(resolve_dtype("bf16"), torch::kBFloat16);
  EXPECT_THROW(resolve_dtype("float32"), ConfigError);
}

TEST(Device, AMissingGpuIsSaid) {
  if (resolve_device("auto").is_cuda()) GTEST_SKIP() << "this machine has a GPU";
  EXPECT_THROW(resolve_device("cuda"), RunError);
  EXPECT_THROW(resolve_device("cuda:0"), RunError);
}

TEST(Device, CudaAgreesWithCpu) {
  const torch::Device device = resolve_device("auto");
  if (!device.is_cuda()) GTEST_SKIP() << "no usable GPU";
  PixelSail model(testing_support::tiny_config());
  model->initialize(1);
  Rng rng(2);
  std::vector<SequenceInput> samples{testing_support::random_sample(model->config, rng, 0, 3, 4, 9),
                                     testing_support::random_sample(model->config, rng, 0, 2, 2, 5)};
  const torch::Tensor cpu = model->hidden_states(pack(samples, torch::kCPU));
  model->to(device);
  const torch::Tensor gpu = model->hidden_states(pack(samples, device));
  EXPECT_LE(testing_support::relative_difference(gpu.cpu(), cpu), 1e-4);
}

}  // namespace
}  // namespace pixelsail
