// On the CPU nothing is sent anywhere; tests/strict_device/upload_test.cpp has the rest.

#include "model/upload.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tiny_model.h"

namespace pixelsail {
namespace {

using namespace testing_support;

TEST(Upload, OnTheCpuTensorsStayWhatTheyAre) {
  torch::Tensor floats = torch::rand({3, 4}), undefined, rows, one, numbers;
  const torch::Tensor before = floats, more = torch::rand({2, 4});
  Upload upload(torch::kCPU);
  upload.add(floats);
  upload.add(undefined);
  upload.add_rows({before, more}, rows);
  upload.add_rows({more}, one);
  upload.add({3, 1, 2}, numbers);
  upload.send();
  EXPECT_TRUE(floats.is_same(before));
  EXPECT_FALSE(undefined.defined());
  EXPECT_TRUE(torch::equal(rows, torch::cat({before, more})));
  EXPECT_EQ(one.const_data_ptr(), more.const_data_ptr()) << "one part is not copied";
  EXPECT_TRUE(torch::equal(numbers, torch::tensor({std::int64_t{3}, std::int64_t{1}, std::int64_t{2}})));
}

/// What only some models read is made for them beforehand, or by them.
TEST(Pack, ForAModelGivesTheSameStates) {
  for (const Backbone backbone : {Backbone::kSail, Backbone::kSolo, Backbone::kEve}) {
    for (const PromptInjection injection : {PromptInjection::kPatches, PromptInjection::kPooled}) {
      ModelConfig config = family_config(backbone);
      config.prompt_injection = injection;
      PixelSail model(config);
      model->initialize(1);
      const torch::NoGradGuard no_grad;
      Rng rng(5);
      std::vector<SequenceInput> samples{random_sample(config, rng, 3, 2, 4, 5),
                                         random_sample(config, rng, 3, 0, 0, 5)};
      samples[0].ids.back() = config.token_id("<Prompt2>");
      samples[0].prompt_of_patch[0] = 2;
      Upload upload(torch::kCPU);
      PackedInput packed;
      pack(samples, config, upload, packed);
      upload.send();
      EXPECT_EQ(packed.covered.patch_S.defined(), config.pools_prompts());
      EXPECT_EQ(packed.routed.place_T.defined(), backbone == Backbone::kEve);
      EXPECT_TRUE(
          torch::equal(model->hidden_states(packed), model->hidden_states(pack(samples, torch::kCPU))));
    }
  }
}

}  // namespace
}  // namespace pixelsail
