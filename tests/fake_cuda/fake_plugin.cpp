// Stands in for libpixelsail_cuda.so. The environment says what it pretends: FAKE_PLUGIN_ABI its number (1),
// FAKE_PLUGIN_TORCH the LibTorch that it was made for (this one), FAKE_PLUGIN_OLDEST the oldest GPU that it has code for
// (80), FAKE_PLUGIN_REFUSES a sentence with which everything fails. Its graphs are for GPU 1 and do nothing.

#include <torch/version.h>

#include <cstdio>
#include <cstdlib>

#include "model/cuda_plugin_abi.h"

namespace {

const char* text(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

int refused(char* error, std::size_t error_size) {
  const char* sentence = std::getenv("FAKE_PLUGIN_REFUSES");
  if (sentence == nullptr) return 0;
  std::snprintf(error, error_size, "%s", sentence);
  return 1;
}

struct Graph {
  pixelsail_cuda_work work;
  void* user;
};

int capture(int device, pixelsail_cuda_work work, void* user, int warm_up, void** graph, char* error,
            std::size_t error_size) {
  for (int i = 0; i <= warm_up; ++i) {
    if (work(user) != 0) {
      std::snprintf(error, error_size, "the work to capture failed");
      return 1;
    }
  }
  if (device != 1) return 1;
  *graph = new Graph{work, user};
  return 0;
}

int replay(void* /*graph*/, char* error, std::size_t error_size) {
  return refused(error, error_size);
}

void release(void* graph) {
  delete static_cast<Graph*>(graph);
}

}  // namespace

extern "C" {

int pixelsail_cuda_abi() {
  std::puts("(the plug-in was opened)");
  return std::atoi(text("FAKE_PLUGIN_ABI", "1"));
}

const pixelsail_cuda_table* pixelsail_cuda_table_of_version() {
  static const pixelsail_cuda_table kTable{.torch = text("FAKE_PLUGIN_TORCH", TORCH_VERSION),
                                           .architectures = "sm_80 sm_90",
                                           .oldest_capability = std::atoi(text("FAKE_PLUGIN_OLDEST", "80")),
                                           .register_kernels = &refused,
                                           .capture = &capture,
                                           .replay = &replay,
                                           .release = &release};
  return &kTable;
}
}
