#include "model/cuda_library.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <torch/cuda.h>

#include <cstdlib>
#include <filesystem>
#include <typeinfo>

#include "model/cuda_driver.h"

namespace pixelsail {
namespace {

/// Asking the registry, unlike at::hasCUDA(), fixes nothing.
bool is_registered() {
  return at::CUDAHooksRegistry()->Has("CUDAHooks");
}

/// The CUDA part that belongs to the CPU part of this process: another build's would not fit.
std::filesystem::path default_library() {
  Dl_info info{};
  const auto* symbol = reinterpret_cast<const void*>(&at::CUDAHooksRegistry);
  if (dladdr(symbol, &info) == 0 || info.dli_fname == nullptr) return "libtorch_cuda.so";
  return std::filesystem::path(info.dli_fname).parent_path() / "libtorch_cuda.so";
}

/// Empty, or why it could not be loaded.
std::string load(const std::filesystem::path& library) {
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* reason = dlerror();
    return reason != nullptr ? reason : "unknown reason";
  }
  return is_registered() ? "" : library.string() + " registers no CUDA hooks";
}

}  // namespace

CudaState load_cuda() {
  CudaState state;
  const CudaDriver driver;
  state.driver_installed = driver.installed();
  state.driver_error = driver.installed() ? driver.error() : 0;
  state.driver_version = driver.version();
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES"))  // NOLINT(concurrency-mt-unsafe)
    state.visible_devices = std::string("CUDA_VISIBLE_DEVICES=") + visible;
  if (!is_registered()) {
    const char* named = std::getenv("PIXELSAIL_LIBTORCH_CUDA");  // NOLINT(concurrency-mt-unsafe)
    if (named != nullptr && *named != '\0') {
      state.load_error = load(named);
    } else if (state.driver_installed && state.driver_error == 0) {
      state.load_error = load(default_library());
    }
  }
  state.registered = is_registered();
  if (!state.registered) return state;
  const at::CUDAHooksInterface& hooks = at::detail::getCUDAHooks();
  state.frozen = typeid(hooks) == typeid(at::CUDAHooksInterface);
  if (state.frozen) return state;
  state.devices = static_cast<int>(torch::cuda::device_count());
  try {
    state.needed_version = static_cast<int>(hooks.versionCUDART());
  } catch (const c10::Error&) {
    state.needed_version = 0;  // hooks that do not say
  }
  return state;
}

std::string cuda_problem(const CudaState& state) {
  if (state.devices > 0) return {};
  if (state.frozen) {
    return "LibTorch was asked about CUDA (torch::cuda::is_available, torch::manual_seed, pinned memory, "
           "...) "
           "before its CUDA part was loaded, and keeps the answer \"none\" for the life of the process; "
           "choose "
           "the device first";
  }
  if (!state.load_error.empty()) {
    return "LibTorch's CUDA part cannot be loaded (" + state.load_error +
           "); tools/bootstrap.sh --cuda installs what it needs";
  }
  if (!state.driver_installed) return "no NVIDIA driver (libcuda.so.1) was found";
  if (state.driver_error != 0) {
    constexpr int kNoDevice = 100;  // CUDA_ERROR_NO_DEVICE
    const std::string reason = state.driver_error == kNoDevice ? "sees no GPU"
                                                               : "does not work (cuInit: error " +
                                                                     std::to_string(state.driver_error) + ")";
    return "the NVIDIA driver " + reason +
           (state.visible_devices.empty() ? "" : "; " + state.visible_devices);
  }
  // Within one major version an older driver is good enough.
  if (state.driver_version > 0 && state.driver_version / 1000 < state.needed_version / 1000) {
    return "the NVIDIA driver supports CUDA " + cuda_version_text(state.driver_version) +
           ", this LibTorch was built with " + cuda_version_text(state.needed_version) +
           ": update the driver";
  }
  return "LibTorch sees no GPU" + (state.visible_devices.empty() ? "" : " (" + state.visible_devices + ")");
}

}  // namespace pixelsail
