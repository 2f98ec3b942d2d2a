#pragma once

/// LibTorch's CUDA part. The programs link the CPU part only; this loads the other when a GPU is wanted.
///
/// LibTorch asks for its CUDA hooks once and keeps the answer for the life of the process, so nothing that
/// asks (torch::cuda::is_available, torch::manual_seed, pinning memory, ...) may come before the loading.

#include <string>

namespace pixelsail {

/// What is known about GPUs once the CUDA part was asked for.
struct CudaState {
  bool driver_installed = false;
  int driver_error = 0;         ///< of the driver's first call; 0: it works
  int driver_version = 0;       ///< newest CUDA that it knows, 1000 * major + 10 * minor; 0: unknown
  std::string load_error;       ///< why the CUDA part could not be loaded
  bool registered = false;      ///< the CUDA part is loaded
  bool frozen = false;          ///< it was loaded after somebody had asked, so that LibTorch does not see it
  int needed_version = 0;       ///< CUDA that it was built with; 0: unknown
  int devices = 0;              ///< GPUs that LibTorch sees
  std::string visible_devices;  ///< CUDA_VISIBLE_DEVICES where it is set, with the "="
};

/// Loads libtorch_cuda.so from the folder of the libtorch_cpu.so that runs (or the file that the environment
/// variable PIXELSAIL_LIBTORCH_CUDA names) unless a CUDA part is registered already, then asks. Without a
/// driver that works and without that variable nothing is loaded: it is a gigabyte of kernels.
CudaState load_cuda();

/// Why no GPU can be used; empty when one can.
std::string cuda_problem(const CudaState& state);

}  // namespace pixelsail
