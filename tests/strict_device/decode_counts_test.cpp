// A decoded token at the size of a published model: what it costs beside the arithmetic. Kernels compute shapes only.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "../unit/model/tiny_model.h"
#include "config/config.h"
#include "decoded.h"
#include "device.h"
#include "perf/bench_inputs.h"
#include "perf/model_file.h"

namespace pixelsail::strict {
namespace {

constexpr std::int64_t kTokens = 4;

struct Setting {
  Quantization quantization = Quantization::kNone;
  int sequences = 1;
};

Counts four_tokens(std::int64_t layers, const Setting& setting) {
  ModelConfig config =
      load_config<ModelFile>(std::string(PIXELSAIL_SOURCE_DIR) + "/configs/model/sail_0_5b.yaml").model;
  config.vocab_size = 151'690;  // of the published models with their new tokens
  add_special_tokens(config);
  config.num_hidden_layers = layers;
  const ShapesOnly shapes;
  PixelSail model(
      config,
      WeightOptions{.dtype = torch::kBFloat16, .device = device(), .quantization = setting.quantization});
  Rng rng(5);
  std::vector<SequenceInput> prompts;
  for (int i = 0; i < setting.sequences; ++i)
    prompts.push_back(testing_support::random_sample(config, rng, 0, 4, 4, 9));
  return counts_of_four_tokens(*model, prompts);
}

class DecodedTokenOfHalfABillion : public testing::TestWithParam<Setting> {};

TEST_P(DecodedTokenOfHalfABillion, AsksTheDeviceForLittle) {
  if (!is_strict()) GTEST_SKIP() << "not the strict device";
  constexpr std::int64_t kLayers = 24, kFewer = 20;
  const Counts all = four_tokens(kLayers, GetParam());
  EXPECT_EQ(all.to_device, 0);
  EXPECT_EQ(all.to_host, 1);  // four tokens together
  EXPECT_EQ(all.items + all.waits, 0);
  const std::int64_t launches =
      (all - four_tokens(kFewer, GetParam())).launches / (kTokens * (kLayers - kFewer));
  EXPECT_LE(launches, 16) << "a layer";
  RecordProperty("launches_a_layer", static_cast<int>(launches));
  RecordProperty("launches_a_token", static_cast<int>(all.launches / kTokens));
}

INSTANTIATE_TEST_SUITE_P(Weights, DecodedTokenOfHalfABillion,
                         testing::Values(Setting{}, Setting{.sequences = 3},
                                         Setting{.quantization = Quantization::kInt8},
                                         Setting{.quantization = Quantization::kInt4}),
                         [](const auto& instance) {
                           return std::string(quantization_name(instance.param.quantization)) + "_" +
                                  std::to_string(instance.param.sequences);
                         });

}  // namespace
}  // namespace pixelsail::strict
