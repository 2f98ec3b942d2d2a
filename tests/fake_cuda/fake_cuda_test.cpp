// Whether GPUs are found, with a driver and a CUDA part of LibTorch that only pretend, and what is said where
// there are none.

#include <gtest/gtest.h>

#include <filesystem>

#include "run.h"

namespace {

namespace fs = std::filesystem;
using namespace fake_cuda;

bool has_driver() {
  return ask("", "problem").find("no NVIDIA driver") == std::string::npos;
}

TEST(FakeCuda, ThreeGpusAreFoundInEveryOrder) {
  for (const std::string& environment : {kLibrary, kLibrary + kDriver}) {
    EXPECT_EQ(ask(environment, "auto problem available cuda:2"),
              "auto: cuda:0 (of 3)\nproblem: 3 \navailable: 1\ncuda:2: cuda:2 (of 3)\n");
    EXPECT_EQ(ask(environment, "problem cuda auto"),
              "problem: 3 \ncuda: cuda:0 (of 3)\nauto: cuda:0 (of 3)\n");
    EXPECT_EQ(ask(environment, "cuda:1 available problem auto"),
              "cuda:1: cuda:1 (of 3)\navailable: 1\nproblem: 3 \nauto: cuda:0 (of 3)\n");
    EXPECT_EQ(ask(environment, "cpu auto"), "cpu: cpu\nauto: cuda:0 (of 3)\n");
    expect_part(ask(environment, "cuda:3"), "error 4 device cuda:3: there are only 3 GPUs");
  }
}

TEST(FakeCuda, APartThatIsLoadedAlreadyNeedsNoDriver) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer wants to be loaded first";
#endif
  EXPECT_EQ(ask("LD_PRELOAD=" + kFolder + "/libfake_torch_cuda.so ", "auto problem"),
            "auto: cuda:0 (of 3)\nproblem: 3 \n");
}

TEST(FakeCuda, ACallerWhoAskedTooEarlyIsTold) {
  const std::string said = ask(kLibrary, "available auto cuda");
  expect_part(said, "available: 0\nauto: cpu (no GPU: LibTorch was asked about CUDA");
  expect_part(said, "cuda: error 4 device cuda: LibTorch was asked about CUDA");
}

TEST(FakeCuda, ProcessesOfOneMachineTakeTheirOwnGpu) {
  EXPECT_EQ(ask(kLibrary + "LOCAL_RANK=2 ", "auto cuda cuda:1"),
            "auto: cuda:2 (of 3)\ncuda: cuda:2 (of 3)\ncuda:1: cuda:1 (of 3)\n");
  EXPECT_EQ(ask(kLibrary + "LOCAL_RANK=2 FAKE_GPUS=1 ", "auto"), "auto: cuda:0 (of 1)\n");
  expect_part(ask(kLibrary + "LOCAL_RANK=3 ", "auto"), "error 2 LOCAL_RANK is 3, but there are only 3 GPUs");
  expect_part(ask(kLibrary + "LOCAL_RANK=x ", "auto"),
              "error 2 LOCAL_RANK=\"x\" in the environment is no number");
}

TEST(FakeCuda, BfloatIsForGpusThatMultiplyInIt) {
  EXPECT_EQ(ask(kLibrary + kDriver + "FAKE_CAPABILITY=90 ", "bf16"), "bf16: 1\n");
  EXPECT_EQ(ask(kLibrary + kDriver + "FAKE_CAPABILITY=80 ", "bf16"), "bf16: 1\n");
  EXPECT_EQ(ask(kLibrary + kDriver + "FAKE_CAPABILITY=75 ", "bf16"), "bf16: 0\n");
}

TEST(FakeCuda, AnswersAreInBfloatWhereAGpuMultipliesInIt) {
  EXPECT_EQ(ask(kLibrary + kDriver + "FAKE_CAPABILITY=90 ", "answers"), "answers: bf16 f32 f16\n");
  EXPECT_EQ(ask(kLibrary + kDriver + "FAKE_CAPABILITY=75 ", "answers"), "answers: f32 f32 f16\n");
  EXPECT_EQ(ask(kLibrary + kDriver + "FAKE_GPUS=0 ", "answers"), "answers: f32 f32 f16\n");
}

TEST(FakeCuda, AnUnusableGpuIsSaidWithTheReason) {
  const std::string old = ask(kLibrary + kDriver + "FAKE_GPUS=0 FAKE_DRIVER=12040 ", "auto cuda");
  expect_part(old,
              "auto: cpu (no GPU: the NVIDIA driver supports CUDA 12.4, this LibTorch was built with 13.0");
  expect_part(old, "cuda: error 4 device cuda: the NVIDIA driver supports CUDA 12.4");
  expect_part(ask(kDriver + "FAKE_DRIVER_ERROR=100 ", "auto"), "the NVIDIA driver sees no GPU");
  expect_part(ask(kDriver + "FAKE_DRIVER_ERROR=803 ", "auto"),
              "the NVIDIA driver does not work (cuInit: error 803)");
  expect_part(ask(kLibrary + kDriver + "FAKE_GPUS=0 CUDA_VISIBLE_DEVICES=7 ", "auto"),
              "LibTorch sees no GPU (CUDA_VISIBLE_DEVICES=7)");
  expect_part(ask("PIXELSAIL_LIBTORCH_CUDA=/nowhere/libtorch_cuda.so ", "auto"),
              "LibTorch's CUDA part cannot be loaded (/nowhere/libtorch_cuda.so: ");
}

/// A driver that works makes the library look beside libtorch_cpu, by an absolute path.
TEST(FakeCuda, TheCudaPartIsThatBesideTheCpuPart) {
  const std::string said = ask(kDriver, "auto");
  if (said.find("cannot be loaded") == std::string::npos)
    GTEST_SKIP() << "this LibTorch's CUDA part can be loaded";
  // The file itself, or the first library that it lacks.
  const bool named =
      said.find("libtorch_cuda.so") != std::string::npos || said.find(".so") != std::string::npos;
  EXPECT_TRUE(named) << said;
}

TEST(FakeCuda, WithoutAGpuEverybodySaysSo) {
  if (has_driver()) GTEST_SKIP() << "this machine has an NVIDIA driver";
  EXPECT_EQ(ask("", "auto cpu"), "auto: cpu (no GPU: no NVIDIA driver (libcuda.so.1) was found)\ncpu: cpu\n");
  expect_part(ask("", "cuda"), "error 4 device cuda: no NVIDIA driver (libcuda.so.1) was found");
  const std::string doctor = std::string(PIXELSAIL_BINARY_DIR) + "/bin/pixelsail-doctor";
  if (!fs::exists(doctor)) return;
  const Said bare = run(kBare + doctor);
  expect_part(bare.output, "note     cuda      no NVIDIA driver (libcuda.so.1) was found: the CPU is used");
  EXPECT_EQ(bare.exit_code, 0);
}

TEST(FakeCuda, TheDoctorFindsThem) {
  const std::string doctor = std::string(PIXELSAIL_BINARY_DIR) + "/bin/pixelsail-doctor";
  if (!fs::exists(doctor)) GTEST_SKIP() << "pixelsail-doctor is not built";
  const Said found = run(kBare + kLibrary + kDriver + doctor);
  expect_part(found.output, "cuda      3 GPU(s), LibTorch built with CUDA 13.0");
  for (const char* gpu : {"Fake GPU 0 (sm_90)", "Fake GPU 1 (sm_90)", "Fake GPU 2 (sm_90)"})
    expect_part(found.output, gpu);
  EXPECT_EQ(found.exit_code, 4) << "they cannot compute";
  const Said old = run(kBare + kLibrary + kDriver + "FAKE_GPUS=0 FAKE_DRIVER=12040 " + doctor);
  expect_part(old.output, "PROBLEM  cuda      the NVIDIA driver supports CUDA 12.4");
  EXPECT_EQ(old.exit_code, 4);
}

}  // namespace
