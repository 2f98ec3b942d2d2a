#include "model/cuda_driver.h"

#include <dlfcn.h>

#include <array>

namespace pixelsail {
namespace {

template <class Function>
Function symbol(void* library, const char* name) {
  return library == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library, name));
}

}  // namespace

CudaDriver::CudaDriver() : library_(dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL)) {
  const auto init = symbol<int (*)(unsigned)>(library_, "cuInit");
  if (init != nullptr) error_ = init(0);
}

int CudaDriver::version() const {
  int version = 0;
  const auto get = symbol<int (*)(int*)>(library_, "cuDriverGetVersion");
  return get != nullptr && get(&version) == 0 ? version : 0;
}

std::string CudaDriver::device_name(int device) const {
  std::array<char, 128> name{};
  const auto get = symbol<int (*)(char*, int, int)>(library_, "cuDeviceGetName");
  if (get == nullptr || get(name.data(), static_cast<int>(name.size()) - 1, device) != 0) return "unknown";
  return name.data();
}

CudaDriver::Capability CudaDriver::capability(int device) const {
  constexpr int kMajor = 75, kMinor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*
  Capability found;
  const auto get = symbol<int (*)(int*, int, int)>(library_, "cuDeviceGetAttribute");
  if (get == nullptr || get(&found.major, kMajor, device) != 0 || get(&found.minor, kMinor, device) != 0)
    return {};
  return found;
}

std::string cuda_version_text(int version) {
  if (version <= 0) return "unknown";
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

}  // namespace pixelsail
