#include <c10/cuda/CUDAStream.h>

#include "tensors.h"

namespace pixelsail::cuda {

void* current_stream(const at::Tensor& tensor) {
  return c10::cuda::getCurrentCUDAStream(tensor.device().index()).stream();
}

}  // namespace pixelsail::cuda
