// Whether the plug-in is found, when it is opened, and what is said of one that cannot be used.

#include <gtest/gtest.h>

#include <filesystem>

#include "run.h"

namespace {

namespace fs = std::filesystem;
using namespace fake_cuda;

const std::string kOpened = "(the plug-in was opened)\n";

TEST(CudaPlugin, IsOpenedOnceAndForAGpuOnly) {
  EXPECT_EQ(ask(kLibrary + kDriver + kPlugin, "cuda:1 auto plugin"),
            "cuda:1: " + kOpened +
                "cuda:1 (of 3; libpixelsail_cuda.so (sm_80 sm_90))\n"
                "auto: cuda:0 (of 3; libpixelsail_cuda.so (sm_80 sm_90))\n"
                "plugin: libpixelsail_cuda.so (sm_80 sm_90)\n");
  EXPECT_EQ(ask(kLibrary + kDriver + kPlugin, "cpu"), "cpu: cpu\n");
  EXPECT_EQ(ask(kLibrary + kDriver + kPlugin + "FAKE_GPUS=0 ", "cuda").find(kOpened), std::string::npos);
  EXPECT_EQ(ask(kLibrary + kDriver, "cuda plugin"), "cuda: cuda:0 (of 3)\nplugin: no libpixelsail_cuda.so\n");
}

TEST(CudaPlugin, IsFoundBesideTheProgramAndInTheFolderLib) {
  const fs::path root = fs::path(testing::TempDir()) / "pixelsail_plugin_places";
  fs::remove_all(root);
  fs::create_directories(root / "bin");
  fs::copy_file(FAKE_CUDA_ASK, root / "bin/ask");
  const auto plugin = [&] {
    return run(kBare + kLibrary + kDriver + (root / "bin/ask").string() + " plugin").output;
  };
  EXPECT_EQ(plugin(), "plugin: no libpixelsail_cuda.so\n");
  fs::copy_file(kPluginFile, root / "bin/libpixelsail_cuda.so");
  expect_part(plugin(), "plugin: libpixelsail_cuda.so (sm_80 sm_90)");
  fs::create_directories(root / "lib");
  fs::rename(root / "bin/libpixelsail_cuda.so", root / "lib/libpixelsail_cuda.so");
  expect_part(plugin(), "plugin: libpixelsail_cuda.so (sm_80 sm_90)");
  fs::remove_all(root);
}

TEST(CudaPlugin, OneThatDoesNotFitIsRefusedWithTheReason) {
  const auto said = [](const std::string& more) { return ask(kLibrary + kDriver + kPlugin + more, "cuda"); };
  expect_part(said("FAKE_PLUGIN_ABI=2 "),
              "cuda:0 (of 3; " + kPluginFile +
                  " is not used: it was made for another version of PixelSail (interface 2, wanted 1)");
  expect_part(said("FAKE_PLUGIN_TORCH=2.10.0 "),
              " is not used: it was made for LibTorch 2.10.0, and this is 2.11.0");
  expect_part(said("FAKE_PLUGIN_OLDEST=100 "),
              " is not used: it has code from sm_100 on, but Fake GPU 0 is sm_90)");
  expect_part(said("FAKE_PLUGIN_REFUSES='no such operator' "),
              "torch does not take its kernels: no such operator");
  expect_part(ask(kLibrary + kDriver + "PIXELSAIL_CUDA_PLUGIN=/nowhere/x.so ", "cuda"),
              "/nowhere/x.so is not used: it cannot be loaded (/nowhere/x.so: ");
  expect_part(
      ask(kLibrary + kDriver + "PIXELSAIL_CUDA_PLUGIN=" + kFolder + "/libfake_torch_cuda.so ", "cuda"),
      " is not used: it is no plug-in of PixelSail");
}

TEST(CudaPlugin, AGraphIsCapturedAfterAWarmUp) {
  expect_part(ask(kLibrary + kDriver + kPlugin, "graph"), "3 calls, then 3\n");
  expect_part(ask(kLibrary + kDriver + kPlugin, "broken_graph"), "broken_graph: error 3 the work is broken");
  expect_part(ask(kLibrary + kDriver, "graph"),
              "graph: error 4 a CUDA graph needs libpixelsail_cuda.so: no libpixelsail_cuda.so");
}

TEST(CudaPlugin, TheDoctorNamesIt) {
  const std::string doctor = std::string(PIXELSAIL_BINARY_DIR) + "/bin/pixelsail-doctor";
  if (!fs::exists(doctor)) GTEST_SKIP() << "pixelsail-doctor is not built";
  const auto said = [&](const std::string& environment) { return run(kBare + environment + doctor).output; };
  expect_part(said(kLibrary + kDriver + kPlugin),
              "ok       plug-in   libpixelsail_cuda.so (sm_80 sm_90) from " + kPluginFile);
  expect_part(said(kLibrary + kDriver + kPlugin + "FAKE_PLUGIN_ABI=7 "), "PROBLEM  plug-in   " + kPluginFile);
  expect_part(said(kPlugin), "note     plug-in   " + kPluginFile + " is opened for a GPU only");
}

}  // namespace
