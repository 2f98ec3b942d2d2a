#pragma once

/// Device and dtype names of configurations and command lines.

#include <torch/types.h>

#include <string>

namespace pixelsail {

struct DeviceChoice {
  torch::Device device = torch::kCPU;
  /// For people: "cpu (no GPU: no NVIDIA driver (libcuda.so.1) was found)", "cuda:1 (of 3)", "cpu".
  std::string description;
};

/// auto, cpu, cuda, cuda:N. `auto` takes a GPU when there is one that works, else the CPU. Where several
/// processes share a machine, `auto` and `cuda` take the GPU of the launcher's number for this process
/// (LOCAL_RANK), the first without one or where only one is visible. Loads the CUDA part of LibTorch when it
/// is needed (cuda_library.h); to be called before torch is asked about CUDA. Throws ConfigError for another
/// spelling and for a LOCAL_RANK that is no number or without a GPU, RunError with the reason when a GPU was
/// asked for and cannot be used.
DeviceChoice choose_device(const std::string& name);

/// The device of choose_device().
torch::Device resolve_device(const std::string& name);

/// f32, bf16, f16. Throws ConfigError for another spelling.
torch::ScalarType resolve_dtype(const std::string& name);

/// Sets torch's CPU threads; 0 leaves its default. Call once, early.
void set_threads(int threads);

}  // namespace pixelsail
