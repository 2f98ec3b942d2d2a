#include "graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#include <stdexcept>

#include "sentence.h"

namespace pixelsail::cuda {
namespace {

struct Graph {
  explicit Graph(int number) : device(static_cast<c10::DeviceIndex>(number)) {}
  c10::DeviceIndex device;
  at::cuda::CUDAGraph graph;
};

void run(pixelsail_cuda_work work, void* user) {
  if (work(user) != 0) throw std::runtime_error("the work to capture failed");
}

/// A capture that was begun is ended, whatever happens; the first failure is told.
void capture_once(at::cuda::CUDAGraph& graph, pixelsail_cuda_work work, void* user) {
  // Other threads of the process may go on allocating and copying.
  graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  if (work(user) != 0) {
    try {
      graph.capture_end();
    } catch (const std::exception&) {  // the work's own failure says more
    }
    throw std::runtime_error("the work to capture failed");
  }
  graph.capture_end();
}

}  // namespace

int capture(int device, pixelsail_cuda_work work, void* user, int warm_up, void** graph, char* error,
            std::size_t error_size) {
  return guarded(error, error_size, [&] {
    auto made = std::make_unique<Graph>(device);
    const c10::cuda::CUDAGuard on_device(made->device);
    c10::cuda::getCurrentCUDAStream(made->device).synchronize();
    const c10::cuda::CUDAStream side = c10::cuda::getStreamFromPool(false, made->device);
    {
      const c10::cuda::CUDAStreamGuard on_side(side);
      for (int i = 0; i < warm_up; ++i) run(work, user);
      side.synchronize();
      capture_once(made->graph, work, user);
      side.synchronize();
    }
    *graph = made.release();
  });
}

int replay(void* graph, char* error, std::size_t error_size) {
  return guarded(error, error_size, [&] {
    auto& captured = *static_cast<Graph*>(graph);
    const c10::cuda::CUDAGuard on_device(captured.device);
    captured.graph.replay();
  });
}

void release(void* graph) {
  guarded(nullptr, 0, [&] {
    const std::unique_ptr<Graph> captured(static_cast<Graph*>(graph));
    const c10::cuda::CUDAGuard on_device(captured->device);
  });
}

}  // namespace pixelsail::cuda
