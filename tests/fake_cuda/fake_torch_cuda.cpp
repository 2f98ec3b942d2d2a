// Stands in for libtorch_cuda.so: registers CUDA hooks when it is loaded, as that does, and reports as many
// GPUs as FAKE_GPUS says (3 when it is not set).

#include <ATen/detail/CUDAHooksInterface.h>

#include <cstdlib>

namespace at {
namespace {

class CUDAHooks : public CUDAHooksInterface {
 public:
  explicit CUDAHooks(CUDAHooksArgs) {}
  bool hasCUDA() const override { return deviceCount() > 0; }
  c10::DeviceIndex deviceCount() const override {
    const char* gpus = std::getenv("FAKE_GPUS");
    return static_cast<c10::DeviceIndex>(gpus == nullptr ? 3 : std::atoi(gpus));
  }
  int getNumGPUs() const override { return deviceCount(); }
  long versionCUDART() const override { return 13000; }
};

// Under the name of the class, which is the one that at::detail::getCUDAHooks() asks for.
REGISTER_CUDA_HOOKS(CUDAHooks)

}  // namespace
}  // namespace at
