#pragma once

/// libpixelsail_cuda.so: kernels for GPUs and CUDA graphs, opened at run time where it is there. Without it everything
/// works by torch's own operations.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

struct pixelsail_cuda_table;

namespace pixelsail {

struct CudaPlugin {
  std::filesystem::path path;                   ///< empty: none was found
  std::string problem;                          ///< why what was found is not used
  std::string architectures;                    ///< "sm_80 sm_90 sm_100"; empty unless it is used
  const pixelsail_cuda_table* table = nullptr;  ///< null unless it is used

  bool usable() const { return table != nullptr; }
};

/// Where it is: the file that the environment variable PIXELSAIL_CUDA_PLUGIN names, else libpixelsail_cuda.so beside the
/// library or program that this code is part of, or in lib beside its folder. Empty: nowhere.
std::filesystem::path find_cuda_plugin();

/// Opens it, at the first call only, and makes its kernels known to torch; one that was made for another version of this
/// library or of torch, or has no code for a GPU of this machine, is not used. To be called when a GPU is used, behind
/// load_cuda().
const CudaPlugin& cuda_plugin();

/// "libpixelsail_cuda.so (sm_80 sm_90 sm_100)", "libpixelsail_cuda.so is not used: ...", "no libpixelsail_cuda.so".
std::string describe(const CudaPlugin& plugin);

/// What a function starts on a GPU, captured as a CUDA graph.
class CudaGraph {
 public:
  /// Runs `work` twice to warm up and once to capture it. It must not wait for the GPU, must find its tensors where they
  /// were, and start the same every time. Throws what `work` throws, RunError when it cannot be captured or `plugin` is
  /// not usable.
  CudaGraph(const CudaPlugin& plugin, int device, const std::function<void()>& work);
  ~CudaGraph();
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  /// Starts it again, on torch's current stream. Throws RunError.
  void replay() const;

 private:
  const pixelsail_cuda_table* table_;
  void* graph_ = nullptr;
};

}  // namespace pixelsail
