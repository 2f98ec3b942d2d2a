#pragma once

/// What a kernel's body sees of the threads that run it. The bodies are templates over a grid, so that they are
/// compiled twice: by nvcc for GPUs, and by the tests' compiler for tests/cuda_kernels/host_grid.h, which runs
/// the threads of a block one after the other.

#include <cstdint>

#if defined(__CUDACC__)
#define PIXELSAIL_DEVICE __device__ __forceinline__
#define PIXELSAIL_BOTH __host__ __device__ __forceinline__
#define PIXELSAIL_UNROLL _Pragma("unroll")
#else
#define PIXELSAIL_DEVICE inline
#define PIXELSAIL_BOTH inline
#define PIXELSAIL_UNROLL
#endif

namespace pixelsail::cuda {

inline constexpr int kWarp = 32;
/// Threads of a block, of all kernels.
inline constexpr int kThreads = 128;
inline constexpr int kWarps = kThreads / kWarp;

/// Numbers of blocks of a launch.
struct Blocks {
  std::int64_t x = 1, y = 1, z = 1;
};

/// With a thread for each of so many.
inline Blocks blocks_for(std::int64_t threads) {
  return {.x = (threads + kThreads - 1) / kThreads};
}

#if defined(__CUDACC__)
class DeviceGrid {
 public:
  PIXELSAIL_DEVICE int thread() const { return static_cast<int>(threadIdx.x); }
  PIXELSAIL_DEVICE int block_x() const { return static_cast<int>(blockIdx.x); }
  PIXELSAIL_DEVICE int block_y() const { return static_cast<int>(blockIdx.y); }
  PIXELSAIL_DEVICE int block_z() const { return static_cast<int>(blockIdx.z); }
  /// Until all threads of the block are here.
  PIXELSAIL_DEVICE void sync() const { __syncthreads(); }
  /// The value of the thread of the warp whose number differs in the bits of `mask`. All threads of the warp
  /// call it together.
  PIXELSAIL_DEVICE float exchange(float value, int mask) const {
    return __shfl_xor_sync(0xffffffffU, value, mask);
  }
};
#endif

/// The sum of a value over groups of threads whose numbers differ in bits from `first` up to below `end`; all of
/// them get it.
template <class Grid>
PIXELSAIL_DEVICE float sum_over(Grid& grid, float value, int first, int end) {
  for (int mask = first; mask < end; mask *= 2) value += grid.exchange(value, mask);
  return value;
}

}  // namespace pixelsail::cuda
