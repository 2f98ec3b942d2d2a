#pragma once

/// What libpixelsail_cuda.so (cuda/) and the library that opens it agree on. Plain C types only. A change of anything in
/// here is a new number.

#include <cstddef>

#define PIXELSAIL_CUDA_ABI 1

extern "C" {

/// Work to be captured; 0: done, else it failed.
using pixelsail_cuda_work = int (*)(void* user);

/// What a plug-in offers. Functions that can fail return 0, or another number with a sentence in `error`, which holds
/// `error_size` bytes.
struct pixelsail_cuda_table {
  const char* torch;          ///< version of LibTorch that it was compiled with: "2.11.0"
  const char* architectures;  ///< that it has code for: "sm_80 sm_90 sm_100"
  int oldest_capability;      ///< of a GPU that can run it, 10 * major + minor

  /// Makes the kernels known to torch, for the life of the process.
  int (*register_kernels)(char* error, std::size_t error_size);

  /// Runs `work` `warm_up` times on a stream of its own, then once more to capture what it starts, as `*graph`. Tensors
  /// that it makes live as long as the graph, and each replay writes them again.
  int (*capture)(int device, pixelsail_cuda_work work, void* user, int warm_up, void** graph, char* error,
                 std::size_t error_size);
  /// Starts what was captured, on the stream on which torch works at present.
  int (*replay)(void* graph, char* error, std::size_t error_size);
  void (*release)(void* graph);
};

/// The plug-in's number, PIXELSAIL_CUDA_ABI when it was compiled; asked before anything else.
using pixelsail_cuda_abi_function = int (*)();
/// Its table, for the life of the process.
using pixelsail_cuda_table_function = const pixelsail_cuda_table* (*)();
}

/// Names of these functions in the plug-in.
#define PIXELSAIL_CUDA_ABI_NAME "pixelsail_cuda_abi"
#define PIXELSAIL_CUDA_TABLE_NAME "pixelsail_cuda_table_of_version"
