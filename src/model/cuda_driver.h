#pragma once

/// The NVIDIA driver, asked through its own library: no CUDA headers are needed.

#include <string>

namespace pixelsail {

class CudaDriver {
 public:
  /// Loads libcuda.so.1 where it is.
  CudaDriver();
  bool installed() const { return library_ != nullptr; }
  /// The driver's own error code of its first call; 0: it works and sees a GPU.
  int error() const { return error_; }
  /// 1000 * major + 10 * minor of the newest CUDA that the driver knows; 0: unknown.
  int version() const;
  /// "unknown" where the driver does not say.
  std::string device_name(int device) const;

  struct Capability {
    int major = 0, minor = 0;  ///< 0: unknown
  };
  Capability capability(int device) const;

 private:
  void* library_;
  int error_ = -1;
};

/// "13.0"; "unknown" for 0.
std::string cuda_version_text(int version);

}  // namespace pixelsail
