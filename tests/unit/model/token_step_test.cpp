// One more token for each sequence where the places lie in tensors, against the same tokens read at once; and the products
// with compact weights against the widened ones.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "model/fused_ops.h"
#include "model/model.h"
#include "model/quantized_weight.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

using testing_support::relative_difference;

constexpr std::int64_t kRead = 3;  // tokens read one by one behind each text

std::vector<SequenceInput> texts() {
  const ModelConfig config = testing_support::tiny_config();
  Rng rng(7);
  std::vector<SequenceInput> made;
  for (const int length : {9, 6, 12})
    made.push_back(testing_support::random_sample(config, rng, length, 0, 0, 0));
  return made;
}

SequenceInput cut(const SequenceInput& text, std::size_t end) {
  SequenceInput part = text;
  for (auto* values : {&part.ids, &part.row_position, &part.column_position}) values->resize(end);
  return part;
}

torch::Tensor of_all(const std::vector<SequenceInput>& all, std::vector<std::int64_t> SequenceInput::*values,
                     std::size_t from_end) {
  std::vector<std::int64_t> column;
  for (const SequenceInput& text : all) column.push_back((text.*values)[text.ids.size() - from_end]);
  return torch::tensor(column, torch::kInt64);
}

void expect_same_states(torch::ScalarType type, double limit) {
  const torch::InferenceMode inference;
  const ModelConfig config = testing_support::tiny_config();
  PixelSail model(config, WeightOptions{.dtype = type});
  model->initialize(3);
  TransformerImpl& transformer = *model->single_transformer->model;
  const std::vector<SequenceInput> all = texts();
  const torch::Tensor expected_TC = model->hidden_states(pack(all, torch::kCPU));

  std::vector<SequenceInput> begun;
  for (const SequenceInput& text : all) begun.push_back(cut(text, text.ids.size() - kRead));
  KvCache cache(config.num_hidden_layers, 3, config.num_key_value_heads, 16, config.head_size(),
                torch::TensorOptions().dtype(expected_TC.scalar_type()));
  model->hidden_states(pack(begun, torch::kCPU), &cache);
  std::vector<std::int64_t> past;
  for (const SequenceInput& text : begun) past.push_back(static_cast<std::int64_t>(text.ids.size()));
  torch::Tensor past_B = torch::tensor(past, torch::kInt64);
  for (std::size_t left = kRead; left > 0; --left) {
    const TokenPlaces places{.row_B = of_all(all, &SequenceInput::row_position, left),
                             .column_B = of_all(all, &SequenceInput::column_position, left),
                             .past_B = past_B,
                             .longest = past_B.max().item<std::int64_t>() + 1};
    const torch::Tensor x_BC = transformer.embed_text(of_all(all, &SequenceInput::ids, left));
    const torch::Tensor states_BC = transformer.decode(x_BC, places, cache);
    std::int64_t end = 0;
    for (std::size_t b = 0; b < all.size(); ++b) {
      end += static_cast<std::int64_t>(all[b].ids.size());
      EXPECT_LE(relative_difference(states_BC[static_cast<std::int64_t>(b)].to(torch::kFloat32),
                                    expected_TC[end - static_cast<std::int64_t>(left)].to(torch::kFloat32)),
                limit)
          << b << ", " << left << " left";
    }
    past_B += 1;
  }
}

TEST(TokenStep, ReadsAsTheWholeTextDoes) {
  expect_same_states(torch::kFloat32, 2e-5);
  expect_same_states(torch::kBFloat16, 3e-2);
}

TEST(TokenStep, SeesItsOwnKeysAlone) {
  const torch::InferenceMode inference;
  constexpr std::int64_t kHeads = 6, kKvHeads = 2, kSize = 8, kCapacity = 10;
  const torch::Tensor q_BHd = torch::randn({3, kHeads, kSize});
  const torch::Tensor keys_BGSd = torch::randn({3, kKvHeads, kCapacity, kSize}),
                      values_BGSd = torch::randn({3, kKvHeads, kCapacity, kSize});
  const torch::Tensor past_B = torch::tensor({0, 7, 3}, torch::kInt64);
  for (const std::int64_t longest : {std::int64_t{8}, kCapacity}) {
    const torch::Tensor found_BHd = decode_attention(q_BHd, keys_BGSd, values_BGSd, past_B, longest);
    for (std::int64_t b = 0; b < 3; ++b) {
      const std::int64_t seen = past_B[b].item<std::int64_t>() + 1;
      for (std::int64_t h = 0; h < kHeads; ++h) {
        const std::int64_t g = h / (kHeads / kKvHeads);
        const torch::Tensor k_Sd = keys_BGSd[b][g].narrow(0, 0, seen),
                            v_Sd = values_BGSd[b][g].narrow(0, 0, seen);
        const torch::Tensor weights_S = at::softmax(at::mv(k_Sd, q_BHd[b][h]) / std::sqrt(8.0), 0);
        EXPECT_LE(relative_difference(found_BHd[b][h], at::mv(v_Sd.t(), weights_S)), 1e-5) << b << " " << h;
      }
    }
  }
}

TEST(TokenStep, StoresKeysWhereEachSequenceEnds) {
  const torch::InferenceMode inference;
  const torch::Tensor q_BHd = torch::randn({2, 4, 8}), k_BGd = torch::randn({2, 2, 8}),
                      v_BGd = torch::randn({2, 2, 8});
  const torch::Tensor positions_B = torch::tensor({5, 11}, torch::kInt64),
                      past_B = torch::tensor({1, 3}, torch::kInt64);
  const RopeTable table = make_rope_table(positions_B, positions_B, 8, 1e4);
  const torch::Tensor keys = torch::full({2, 2, 4, 8}, 7.0), values = torch::full({2, 2, 4, 8}, 7.0);
  const torch::Tensor rotated = rope_store(q_BHd, k_BGd, v_BGd, table, keys, values, past_B);
  EXPECT_TRUE(torch::equal(rotated, apply_rope(q_BHd, table)));
  torch::Tensor expected_keys = torch::full({2, 2, 4, 8}, 7.0),
                expected_values = torch::full({2, 2, 4, 8}, 7.0);
  for (const auto& [b, place] : {std::pair{0, 1}, std::pair{1, 3}}) {
    expected_keys[b].select(1, place).copy_(apply_rope(k_BGd, table)[b]);
    expected_values[b].select(1, place).copy_(v_BGd[b]);
  }
  EXPECT_TRUE(torch::equal(keys, expected_keys));
  EXPECT_TRUE(torch::equal(values, expected_values));
}

TEST(CompactProduct, IsThatOfTheWidenedWeight) {
  const torch::InferenceMode inference;
  constexpr std::int64_t kOut = 24;
  for (const std::int64_t in : {std::int64_t{64}, std::int64_t{200}}) {
    for (const Quantization kind : {Quantization::kInt8, Quantization::kInt4}) {
      QuantizedWeight weight(kOut, in, kind, torch::kCPU);
      weight.set_rows(0, torch::randn({kOut, in}));
      const torch::Tensor x = torch::randn({2, 3, in}), bias = torch::randn({kOut});
      for (const torch::Tensor& added : {bias, torch::Tensor()}) {
        const torch::Tensor found = kind == Quantization::kInt8
                                        ? int8_product(x, weight.data, weight.scales, added)
                                        : int4_product(x, weight.data, weight.scales, added, in);
        const torch::Tensor expected = at::linear(x, weight.dequantized(torch::kFloat32), added);
        EXPECT_EQ(found.sizes(), expected.sizes());
        EXPECT_LE(relative_difference(found, expected), 1e-5) << in << " " << quantization_name(kind);
      }
    }
  }
}

}  // namespace
}  // namespace pixelsail
