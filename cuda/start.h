#pragma once

/// Starting kernels; for the .cu files.

#include <cuda_runtime.h>

#include "element.h"
#include "launch.h"

namespace pixelsail::cuda {

/// `start` gets a value of the element's type and starts kernels; returns what CUDA says against them.
template <class Start>
const char* with_element(Element element, const Start& start) {
  switch (element) {
    case Element::kFloat32:
      start(float{});
      break;
    case Element::kBfloat16:
      start(Bfloat16{});
      break;
    case Element::kFloat16:
      start(Float16{});
      break;
  }
  const cudaError_t error = cudaGetLastError();
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

inline cudaStream_t stream_of(void* stream) {
  return static_cast<cudaStream_t>(stream);
}

inline dim3 dimensions(const Blocks& blocks) {
  return dim3(static_cast<unsigned int>(blocks.x), static_cast<unsigned int>(blocks.y),
              static_cast<unsigned int>(blocks.z));
}

}  // namespace pixelsail::cuda
