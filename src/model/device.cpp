#include "model/device.h"

#include <dlfcn.h>
#include <torch/torch.h>

#include "model/weight_options.h"
#include "pixelsail/error.h"

namespace pixelsail {

std::string cuda_problem() {
  if (!torch::hasCUDA()) {
    // The driver first: without it loading a gigabyte of kernels has no point.
    if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL) == nullptr)
      return "no NVIDIA driver (libcuda.so.1) was found";
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      const char* reason = dlerror();
      return std::string("LibTorch's CUDA part cannot be loaded (") +
             (reason != nullptr ? reason : "unknown reason") +
             "); tools/bootstrap.sh --cuda installs what it needs";
    }
  }
  if (!torch::cuda::is_available()) return "no usable GPU was found";
  return {};
}

torch::Device resolve_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const bool automatic = name == "auto";
  int index = 0;
  if (name.starts_with("cuda:")) {
    const std::string digits = name.substr(5);
    if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos) {
      throw ConfigError("device '" + name + "' is not one of auto, cpu, cuda, cuda:N");
    }
    index = std::stoi(digits);
  } else if (name != "cuda" && !automatic) {
    throw ConfigError("device '" + name + "' is not one of auto, cpu, cuda, cuda:N");
  }
  const std::string reason = cuda_problem();
  if (!reason.empty()) {
    if (automatic) return torch::kCPU;
    throw RunError("device " + name + ": " + reason);
  }
  if (index >= static_cast<int>(torch::cuda::device_count())) {
    throw RunError("device " + name + ": there are only " + std::to_string(torch::cuda::device_count()) +
                   " GPUs");
  }
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

torch::ScalarType resolve_dtype(const std::string& name) {
  if (name == "f32") return torch::kFloat32;
  if (name == "bf16") return torch::kBFloat16;
  if (name == "f16") return torch::kFloat16;
  throw ConfigError("dtype '" + name + "' is not one of f32, bf16, f16");
}

WeightOptions resolve_weights(const std::string& dtype, torch::Device device) {
  WeightOptions options{.device = device};
  if (dtype == "int8" || dtype == "int4") {
    options.quantization = dtype == "int8" ? Quantization::kInt8 : Quantization::kInt4;
    options.dtype = device.is_cpu() ? torch::kFloat32 : torch::kBFloat16;
  } else if (dtype == "f32" || dtype == "bf16" || dtype == "f16") {
    options.dtype = resolve_dtype(dtype);
  } else {
    throw ConfigError("dtype '" + dtype + "' is not one of f32, bf16, f16, int8, int4");
  }
  try {
    const torch::NoGradGuard no_grad;
    const torch::Tensor ones = torch::ones({2, 2}, options.tensor());
    torch::matmul(ones, ones).sum().item<double>();
  } catch (const c10::Error& error) {
    throw RunError("device " + device.str() + " cannot compute in " + torch::toString(options.dtype) + ": " +
                   error.what_without_backtrace());
  }
  return options;
}

void set_threads(int threads) {
  if (threads > 0) torch::set_num_threads(threads);
}

}  // namespace pixelsail
