// What libpixelsail_cuda.so shows: its number and its table (src/model/cuda_plugin_abi.h).

#include <torch/library.h>
#include <torch/version.h>

#include "graph.h"
#include "model/cuda_plugin_abi.h"
#include "operators.h"
#include "sentence.h"

namespace pixelsail::cuda {
namespace {

/// Only when it was asked for: a static initializer would register with whatever torch the library is loaded beside.
int register_kernels(char* error, std::size_t error_size) {
  return guarded(error, error_size, [] {
    static const torch::Library kLibrary = [] {
      torch::Library m = MAKE_TORCH_LIBRARY_IMPL(pixelsail, CUDA);
      m.impl("rope_store", TORCH_FN(rope_store));
      m.impl("decode_attention", TORCH_FN(decode_attention));
      m.impl("silu_product", TORCH_FN(silu_product));
      m.impl("int8_product", TORCH_FN(int8_product));
      m.impl("int4_product", TORCH_FN(int4_product));
      return m;
    }();
  });
}

constexpr pixelsail_cuda_table kTable{.torch = TORCH_VERSION,
                                      .architectures = PIXELSAIL_CUDA_ARCHITECTURES,
                                      .oldest_capability = PIXELSAIL_CUDA_OLDEST,
                                      .register_kernels = &register_kernels,
                                      .capture = &capture,
                                      .replay = &replay,
                                      .release = &release};

}  // namespace
}  // namespace pixelsail::cuda

extern "C" {

__attribute__((visibility("default"))) int pixelsail_cuda_abi() {
  return PIXELSAIL_CUDA_ABI;
}

__attribute__((visibility("default"))) const pixelsail_cuda_table* pixelsail_cuda_table_of_version() {
  return &pixelsail::cuda::kTable;
}
}
