#pragma once

/// Device and dtype names of configurations and command lines.

#include <torch/types.h>

#include <string>

namespace pixelsail {

/// auto, cpu, cuda, cuda:N. `auto` takes the first GPU when there is one that works, else the CPU.
/// Loads the CUDA part of LibTorch when it is needed: the programs link only its CPU part.
/// Throws ConfigError for another spelling, RunError with the reason when a GPU was asked for and cannot be
/// used.
torch::Device resolve_device(const std::string& name);

/// Empty when LibTorch's CUDA part is loaded (this loads it) and sees a GPU, else the reason.
std::string cuda_problem();

/// f32, bf16, f16. Throws ConfigError for another spelling.
torch::ScalarType resolve_dtype(const std::string& name);

/// Sets torch's CPU threads; 0 leaves its default. Call once, early.
void set_threads(int threads);

}  // namespace pixelsail
