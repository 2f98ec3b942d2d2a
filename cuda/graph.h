#pragma once

/// A step of work captured as a CUDA graph. src/model/cuda_plugin_abi.h says what these functions do.

#include <cstddef>

#include "model/cuda_plugin_abi.h"

namespace pixelsail::cuda {

int capture(int device, pixelsail_cuda_work work, void* user, int warm_up, void** graph, char* error,
            std::size_t error_size);
int replay(void* graph, char* error, std::size_t error_size);
void release(void* graph);

}  // namespace pixelsail::cuda
