// Quantized layers and the kernels of decoding against torch's operations.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "model/adapter.h"
#include "model/cpu_decoder.h"
#include "model/matmul.h"
#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::family_config;
using testing_support::random_sample;
using testing_support::relative_difference;

class Compact : public testing::TestWithParam<Quantization> {
 protected:
  torch::NoGradGuard no_grad_;
};

TEST_P(Compact, IsNearTheWeightAndMultipliesAsItSays) {
  torch::manual_seed(1);
  for (const std::int64_t in : {32, 64, 100, 192, 333}) {
    const torch::Tensor weight = torch::randn({40, in}), bias = torch::randn({40});
    QuantizedWeight quantized(40, in, GetParam(), torch::kCPU);
    quantized.set_rows(0, weight.slice(0, 0, 7));
    quantized.set_rows(7, weight.slice(0, 7));
    const torch::Tensor dequantized = quantized.dequantized(torch::kFloat32);
    EXPECT_LE(relative_difference(dequantized, weight), GetParam() == Quantization::kInt8 ? 0.006 : 0.1);
    EXPECT_LE(
        relative_difference(
            detail::dequantize_by_torch(quantized.data, quantized.scales, in, torch::kFloat32), dequantized),
        1e-6);
    // Few rows go to the kernels, many to a matrix product.
    for (const std::int64_t rows : {1, 3, 8, 30}) {
      const torch::Tensor x = torch::randn({rows, in});
      const torch::Tensor expected = at::linear(x, dequantized, bias);
      EXPECT_LE(relative_difference(quantized.multiply(x, bias), expected), 2e-4) << in << " " << rows;
      EXPECT_EQ(quantized.multiply(x.to(torch::kBFloat16), {}).scalar_type(), torch::kBFloat16);
    }
  }
}

TEST_P(Compact, AModelOfItIsNearTheExactOne) {
  const ModelConfig config = family_config(Backbone::kEve);
  PixelSail exact(config), rounded(config, WeightOptions{.quantization = GetParam()});
  exact->initialize(3);
  EXPECT_EQ(rounded->parameter_count(), exact->parameter_count());
  const auto weights = exact->named_parameters();
  for (const auto& item : rounded->named_parameters()) item.value().copy_(weights[item.key()]);
  for (const auto& [name, layer] : linear_layers(*rounded)) {
    if (layer->quantized) layer->quantized->set_rows(0, weights[name + ".weight"]);
  }
  Rng rng(5);
  const SequenceInput sample = random_sample(config, rng, 1, 3, 4, 8);
  const PackedInput packed = pack(std::span(&sample, 1), torch::kCPU);
  const double limit = GetParam() == Quantization::kInt8 ? 0.03 : 0.4;
  EXPECT_LE(relative_difference(rounded->hidden_states(packed), exact->hidden_states(packed)), limit);
}

INSTANTIATE_TEST_SUITE_P(Widths, Compact, testing::Values(Quantization::kInt8, Quantization::kInt4),
                         [](const auto& instance) { return quantization_name(instance.param); });

TEST(SmallProduct, EqualsTorchForEveryTypeAndShape) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(2);
  for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16, torch::kFloat16}) {
    const torch::Tensor weight = torch::randn({70, 45}).to(type), bias = torch::randn({70}).to(type);
    const torch::Tensor x = torch::randn({2, 3, 45});
    ASSERT_TRUE(is_small_matmul(x));
    const torch::Tensor expected = at::linear(x, weight.to(torch::kFloat32), bias.to(torch::kFloat32));
    EXPECT_LE(relative_difference(linear_matmul(x, weight, bias), expected), 1e-5);
    const torch::Tensor many = torch::randn({40, 45});
    EXPECT_LE(
        relative_difference(linear_matmul(many, weight, {}), at::linear(many, weight.to(torch::kFloat32))),
        1e-5);
  }
}

struct StepCase {
  Backbone backbone;
  torch::ScalarType type;
  Quantization quantization;
  double limit;
  bool adapter = false;
};

class Steps : public testing::TestWithParam<StepCase> {};

TEST_P(Steps, OfTheKernelsAreThoseOfTheModel) {
  const torch::NoGradGuard no_grad;
  const StepCase c = GetParam();
  const ModelConfig config = family_config(c.backbone);
  PixelSail model(config, WeightOptions{.dtype = c.type, .quantization = c.quantization});
  model->initialize(3);
  const Adapter adapter(*model,
                        {.rank = 2, .alpha = 4, .dropout = 0, .targets = {"q_proj", "o_proj", "up_proj"}}, 1);
  for (const auto& [name, layer] : adapter.layers()) layer->b_OR.normal_(0, 0.1);
  if (c.adapter) adapter.attach(*model);
  const auto steps = CpuDecoder::of(*model);
  ASSERT_NE(steps, nullptr);
  Rng rng(6);
  std::vector<SequenceInput> samples;
  for (const std::int64_t text : {4, 9, 2}) samples.push_back(random_sample(config, rng, 0, 2, 3, text));
  const auto cache_of = [&](std::int64_t batch) {
    return KvCache(config.num_hidden_layers, batch, config.num_key_value_heads, 12, config.head_size(),
                   torch::TensorOptions(activation_type(c.type, torch::kCPU)));
  };
  // Of each sequence the image and two texts in a prefix, the rest as its own.
  KvCache theirs = cache_of(3);
  model->hidden_states(pack(samples, torch::kCPU), &theirs);
  std::vector<KvCache> prefixes, own;
  for (std::int64_t b = 0; b < 3; ++b) {
    const std::int64_t read = theirs.length(b), shared = samples[static_cast<std::size_t>(b)].image_end;
    prefixes.push_back(cache_of(1));
    own.push_back(cache_of(1));
    for (std::int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
      const torch::Tensor k_LGd = theirs.keys(layer, b, read).transpose(0, 1),
                          v_LGd = theirs.values(layer, b, read).transpose(0, 1);
      prefixes.back().write(layer, 0, k_LGd.slice(0, 0, shared), v_LGd.slice(0, 0, shared));
      own.back().write(layer, 0, k_LGd.slice(0, shared), v_LGd.slice(0, shared));
    }
    prefixes.back().advance(0, shared);
    own.back().advance(0, read - shared);
  }
  std::vector<CpuDecoder::Sequence> ours;
  for (std::size_t b = 0; b < 3; ++b) ours.push_back({.prefix = &prefixes[b], .own = &own[b]});
  for (std::int64_t step = 0; step < 5; ++step) {
    std::vector<SequenceInput> tokens;
    for (std::int64_t b = 0; b < 3; ++b) {
      const std::int64_t position = theirs.length(b);
      tokens.push_back(
          {.ids = {rng.between(0, 31)}, .row_position = {position}, .column_position = {position}});
    }
    const PackedInput packed = pack(tokens, torch::kCPU);
    EXPECT_LE(relative_difference(steps->run(tokens, ours), model->hidden_states(packed, &theirs)), c.limit)
        << step;
  }
  EXPECT_EQ(prefixes[1].length(0) + own[1].length(0), theirs.length(1));
}

INSTANTIATE_TEST_SUITE_P(
    All, Steps,
    testing::Values(StepCase{Backbone::kSail, torch::kFloat32, Quantization::kNone, 1e-5},
                    StepCase{Backbone::kSolo, torch::kFloat32, Quantization::kNone, 1e-5},
                    StepCase{Backbone::kEve, torch::kFloat32, Quantization::kNone, 1e-5},
                    StepCase{Backbone::kSail, torch::kBFloat16, Quantization::kNone, 2e-2},
                    StepCase{Backbone::kSail, torch::kFloat16, Quantization::kNone, 2e-3},
                    StepCase{Backbone::kEve, torch::kFloat32, Quantization::kInt8, 1e-3},
                    StepCase{Backbone::kSail, torch::kFloat32, Quantization::kInt4, 1e-3},
                    StepCase{Backbone::kSail, torch::kFloat32, Quantization::kNone, 1e-5, true},
                    StepCase{Backbone::kEve, torch::kFloat32, Quantization::kInt8, 1e-3, true}),
    [](const auto& instance) { return "case_" + std::to_string(instance.index); });

}  // namespace
}  // namespace pixelsail
