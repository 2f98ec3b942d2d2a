// Exported modules against the features that PyTorch computed (tests/golden/teacher), and modules that are not what the file
// beside them says.

#include "teach/module.h"

#include <gtest/gtest.h>
#include <torch/script.h>
#include <torch/torch.h>

#include "io/atomic_file.h"
#include "io/tensors/safetensors.h"
#include "pixelsail/error.h"
#include "support/messages.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::has;
using test::message_of;

constexpr std::array kPictures{"a.png", "b.png", "below/c.png", "d.png"};

fs::path golden() {
  return fs::path(PIXELSAIL_SOURCE_DIR) / "tests" / "golden" / "teacher";
}

std::vector<std::shared_ptr<const Image>> pictures_for(const TeacherSpec& spec) {
  std::vector<std::shared_ptr<const Image>> pictures;
  for (const char* name : kPictures)
    pictures.push_back(
        std::make_shared<const Image>(teacher_picture(load_image(golden() / "images" / name), spec)));
  return pictures;
}

torch::Tensor to_tensor(const TensorView& view) {
  torch::Tensor tensor = torch::empty(view.shape, torch::kFloat32);
  std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
  return tensor;
}

class TeacherModuleGolden : public testing::TestWithParam<const char*> {};

TEST_P(TeacherModuleGolden, ComputesWhatPythonDoes) {
  const std::string name = GetParam();
  const SafetensorsFile expected(golden() / "expected.safetensors");
  const TeacherModule module(golden() / (name + ".pt"), torch::kCPU);
  const auto pictures = pictures_for(module.spec());
  for (const std::int64_t batch : {0, 1, 3}) {
    const std::vector<torch::Tensor> maps = module.run(pictures, /*bf16=*/false, batch);
    ASSERT_EQ(maps.size(), kPictures.size());
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const torch::Tensor wanted = to_tensor(expected.at(name + "/" + kPictures[i]));
      ASSERT_EQ(maps[i].sizes(), wanted.sizes()) << kPictures[i];
      EXPECT_LT((maps[i] - wanted).abs().max().item<double>(), 1e-5)
          << kPictures[i] << " in batches of " << batch;
      EXPECT_FALSE(maps[i].requires_grad());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TeacherModuleGolden, testing::Values("stretch", "tokens", "padded"));

/// A copy of a golden module whose file beside it can be changed.
class TeacherModuleFaults : public testing::Test {
 protected:
  TeacherModuleFaults() {
    fs::copy_file(golden() / "stretch.pt", dir_.path() / "t.pt");
    spec("");
  }
  void spec(const std::string& more, const std::string& channels = "6") {
    write_file_atomic(dir_.path() / "t.yaml",
                      "name: t\nheight: 16\nwidth: 32\nchannels: " + channels + "\n" + more);
  }
  /// What a run says.
  std::string said() {
    const TeacherModule module(file(), torch::kCPU);
    return message_of<RunError>([&] { module.run(pictures_for(module.spec()), false); });
  }
  fs::path file() const { return dir_.path() / "t.pt"; }
  test::TempDir dir_;
};

TEST_F(TeacherModuleFaults, TheFileBesideItIsStrict) {
  const auto message = [&] { return message_of<ConfigError>([&] { read_teacher_spec(file()); }); };
  spec("chanels: 3\n");
  EXPECT_TRUE(has(message(), "t.yaml")) << message();
  spec("std: [0.2, 0.2]\n");
  EXPECT_TRUE(has(message(), "std: three numbers")) << message();
  spec("std: [0.2, 0, 0.2]\n");
  EXPECT_TRUE(has(message(), "std: numbers above 0")) << message();
  spec("resize: crop\n");
  EXPECT_TRUE(has(message(), "resize")) << message();
  spec("resize: long_side\nmultiple: 64\n");
  EXPECT_TRUE(has(message(), "multiple")) << message();
  write_file_atomic(dir_.path() / "t.yaml", "name: t\nheight: 16\nwidth: 32\n");
  EXPECT_TRUE(has(message(), "channels")) << message();
  fs::remove(dir_.path() / "t.yaml");
  EXPECT_TRUE(has(message_of<DataError>([&] { read_teacher_spec(file()); }), "t.yaml: missing"));
  EXPECT_TRUE(has(message_of<DataError>([&] { read_teacher_spec(dir_.path() / "none.pt"); }), "none.pt"));
}

TEST_F(TeacherModuleFaults, SaysWhatTheModuleDoesOtherwise) {
  spec("", "7");
  EXPECT_TRUE(has(said(), "t.pt: returned 6 channels of [4, 6, 4, 8], 7 were expected (channels)")) << said();
  spec("output: {layout: nlc}\n");
  EXPECT_TRUE(has(said(), "3 axes (output.layout: nlc)")) << said();
  spec("output: {key: x}\n");
  EXPECT_TRUE(has(said(), "no dictionary, but output.key is \"x\"")) << said();
  spec("output: {index: 1}\n");
  EXPECT_TRUE(has(said(), "output.index is 1")) << said();
  spec("dtype: f16\n");  // the weights are float32
  EXPECT_TRUE(has(said(), "t.pt: failed on pictures: ")) << said();
  fs::copy_file(golden() / "padded.pt", file(), fs::copy_options::overwrite_existing);
  spec("output: {key: middle}\n", "4");
  EXPECT_TRUE(has(said(), "without the key \"middle\" (output.key); it has: coarse, fine")) << said();
  fs::copy_file(golden() / "tokens.pt", file(), fs::copy_options::overwrite_existing);
  spec("max_batch: 2\noutput: {index: 2, layout: nlc}\n", "5");
  EXPECT_TRUE(has(said(), "returned 2 values; output.index asks for number 2")) << said();
}

TEST_F(TeacherModuleFaults, FilesThatAreNoModules) {
  const auto load = [](const fs::path& path) {
    return [path] { const TeacherModule module(path, torch::kCPU); };
  };
  const std::string whole = read_file(file());
  for (const std::string& bytes : {std::string(), std::string("torch"), whole.substr(0, whole.size() / 2)}) {
    write_file_atomic(file(), bytes);
    EXPECT_TRUE(has(message_of<DataError>(load(file())), "t.pt: cannot be loaded as a TorchScript module"));
    write_file_atomic(dir_.path() / "t.pt2", bytes);
    const std::string message = message_of<DataError>(load(dir_.path() / "t.pt2"));
    EXPECT_TRUE(has(message, "t.pt2: cannot be loaded as an AOTInductor package")) << message;
  }
  fs::copy_file(golden() / "stretch.pt", dir_.path() / "t.pt2", fs::copy_options::overwrite_existing);
  EXPECT_TRUE(has(message_of<DataError>(load(dir_.path() / "t.pt2")), "AOTInductor"));
  write_file_atomic(dir_.path() / "t.onnx", whole);
  EXPECT_TRUE(has(message_of<ConfigError>(load(dir_.path() / "t.onnx")), "TorchScript module (.pt)"));
  spec("output: {key: x}\n");
  EXPECT_TRUE(has(message_of<ConfigError>(load(dir_.path() / "t.pt2")), "use output.index"));
}

TEST(TeacherFeatures, KeptInTheTypeThatTheFileSays) {
  const test::TempDir dir;
  fs::copy_file(golden() / "stretch.pt", dir.path() / "t.pt");
  const TeacherModule exact(golden() / "stretch.pt", torch::kCPU);
  const std::vector<torch::Tensor> wanted = exact.run(pictures_for(exact.spec()), false);
  for (const auto& [name, type] : {std::pair("f16", torch::kFloat16), std::pair("bf16", torch::kBFloat16)}) {
    write_file_atomic(dir.path() / "t.yaml",
                      std::string("name: t\nheight: 16\nwidth: 32\nchannels: 6\nstore: ") + name + "\n");
    const TeacherModule module(dir.path() / "t.pt", torch::kCPU);
    const std::vector<torch::Tensor> maps = module.run(pictures_for(module.spec()), false);
    for (std::size_t i = 0; i < maps.size(); ++i) {
      EXPECT_EQ(maps[i].scalar_type(), type);
      EXPECT_TRUE(maps[i].equal(wanted[i].to(type))) << i;
    }
    // Autocast rounds on the way.
    const torch::Tensor rounded = module.run(pictures_for(module.spec()), true)[0].to(torch::kFloat32);
    EXPECT_FALSE(rounded.equal(maps[0].to(torch::kFloat32)));
    EXPECT_LT((rounded - wanted[0]).abs().max().item<double>(), 0.05);
  }
}

}  // namespace
}  // namespace pixelsail
