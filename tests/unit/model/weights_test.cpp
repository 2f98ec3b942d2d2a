#include "model/weights_load.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "model/weights.h"
#include "pixelsail/error.h"
#include "tiny_model.h"

namespace pixelsail {
namespace {

class WeightsFile : public testing::Test {
 protected:
  WeightsFile() : path_(std::filesystem::path(testing::TempDir()) / "weights_test.safetensors") {
    model_->initialize(1);
  }
  ~WeightsFile() override { std::filesystem::remove(path_); }
  PixelSail model_{testing_support::tiny_config()};
  std::filesystem::path path_;
};

TEST_F(WeightsFile, RoundTripIsExact) {
  write_tensors(path_, named_tensors(*model_));
  PixelSail other(testing_support::tiny_config());
  load_parameters(*other, path_);
  for (const auto& item : model_->named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), other->named_parameters()[item.key()])) << item.key();
  }
}

TEST_F(WeightsFile, EveryProblemIsListedAndNothingIsLoaded) {
  NamedTensors tensors = named_tensors(*model_);
  const std::string missing = tensors[2].first, misshapen = tensors[4].first;
  tensors[4].second = torch::zeros({1, 2, 3});
  tensors.erase(tensors.begin() + 2);
  tensors.emplace_back("stranger", torch::zeros({1}));
  write_tensors(path_, tensors);
  PixelSail other(testing_support::tiny_config());
  other->initialize(9);
  const torch::Tensor before = other->parameters()[0].clone();
  try {
    load_parameters(*other, path_);
    FAIL() << "accepted";
  } catch (const DataError& error) {
    const std::string message = error.what();
    for (const std::string& name : {missing, misshapen, std::string("stranger"), path_.string()}) {
      EXPECT_NE(message.find(name), std::string::npos) << message;
    }
  }
  EXPECT_TRUE(torch::equal(before, other->parameters()[0]));
  EXPECT_NO_THROW(read_tensors(path_));
}

TEST_F(WeightsFile, PrefixesMayBeIgnored) {
  NamedTensors tensors = named_tensors(*model_);
  tensors.emplace_back("teacher.weight", torch::zeros({1}));
  write_tensors(path_, tensors);
  EXPECT_THROW(load_parameters(*model_, path_), DataError);
  EXPECT_NO_THROW(load_parameters(*model_, path_, {"teacher."}));
}

}  // namespace
}  // namespace pixelsail
