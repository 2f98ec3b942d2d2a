#pragma once

/// What GPUs can do at most, by their makers' data sheets: what a measured speed is a share of.

#include <torch/types.h>

#include <optional>
#include <string_view>

namespace pixelsail {

struct DevicePeak {
  double tflops = 0;  ///< matrix products of bf16 with sums in float32, without sparsity
  double gb_s = 0;    ///< reading memory, 10^9 bytes a second
};

/// By the name that the driver gives the GPU ("NVIDIA H100 80GB HBM3"); nothing for one that is not listed.
std::optional<DevicePeak> known_peak(std::string_view device_name);

/// Of a device of this machine; zeros for the CPU and for GPUs that are not listed.
DevicePeak peak_of(torch::Device device);

}  // namespace pixelsail
