#include "model/device.h"

#include <torch/torch.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "model/cuda_library.h"
#include "model/cuda_plugin.h"
#include "model/weight_options.h"
#include "model/weights.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Number of a GPU, or nothing for anything that is not one to three digits.
std::optional<int> parse_index(std::string_view digits) {
  constexpr std::size_t kMostDigits = 3;
  int index = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (digits.empty() || digits.size() > kMostDigits || result.ec != std::errc() || index < 0 ||
      result.ptr != digits.data() + digits.size())
    return std::nullopt;
  return index;
}

/// Which of the machine's GPUs this process of several takes.
int index_of_process(int devices) {
  const char* text = std::getenv("LOCAL_RANK");  // NOLINT(concurrency-mt-unsafe): read once, at the start
  if (text == nullptr || *text == '\0') return 0;
  const std::optional<int> rank = parse_index(text);
  if (!rank) throw ConfigError(std::string("LOCAL_RANK=\"") + text + "\" in the environment is no number");
  if (devices == 1) return 0;  // the launcher shows each process a GPU of its own
  if (*rank >= devices) {
    throw ConfigError("LOCAL_RANK is " + std::to_string(*rank) + ", but there are only " +
                      std::to_string(devices) + " GPUs for the processes of this machine");
  }
  return *rank;
}

}  // namespace

DeviceChoice choose_device(const std::string& name) {
  if (name == "cpu") return {torch::kCPU, "cpu"};
  const bool automatic = name == "auto";
  std::optional<int> index;
  if (name.starts_with("cuda:")) index = parse_index(std::string_view(name).substr(5));
  if (!automatic && name != "cuda" && !index)
    throw ConfigError("device '" + name + "' is not one of auto, cpu, cuda, cuda:N");
  const CudaState state = load_cuda();
  if (const std::string problem = cuda_problem(state); !problem.empty()) {
    if (automatic) return {torch::kCPU, "cpu (no GPU: " + problem + ")"};
    throw RunError("device " + name + ": " + problem);
  }
  if (!index) index = index_of_process(state.devices);
  if (*index >= state.devices)
    throw RunError("device " + name + ": there are only " + std::to_string(state.devices) + " GPUs");
  // cuDNN's attention plans anew for every shape, and every token and every photograph has a shape of its own.
  at::globalContext().setSDPUseCuDNN(false);
  const torch::Device device(torch::kCUDA, static_cast<c10::DeviceIndex>(*index));
  const CudaPlugin& plugin = cuda_plugin();
  return {device, device.str() + " (of " + std::to_string(state.devices) +
                      (plugin.path.empty() ? "" : "; " + describe(plugin)) + ")"};
}

torch::Device resolve_device(const std::string& name) {
  return choose_device(name).device;
}

torch::ScalarType resolve_dtype(const std::string& name) {
  return to_scalar_type(weight_dtype(name, /*quantized=*/false));
}

WeightOptions resolve_weights(const std::string& dtype, torch::Device device) {
  WeightOptions options{.device = device};
  const DType type = weight_dtype(dtype);
  if (is_quantized(type)) {
    options.quantization = type;
    options.dtype = device.is_cpu() ? torch::kFloat32 : torch::kBFloat16;
  } else {
    options.dtype = to_scalar_type(type);
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
