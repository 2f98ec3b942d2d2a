// Asks for devices in the order of its arguments and prints one line for each; a process of its own, because
// LibTorch keeps the first answer about CUDA for the life of a process.

#include <torch/torch.h>

#include <iostream>

#include "model/answer_dtype.h"
#include "model/cuda_library.h"
#include "model/cuda_plugin.h"
#include "model/device.h"
#include "model/matmul.h"
#include "pixelsail/error.h"

namespace {

/// How often the work is called until a graph of it was captured, and after that.
std::string graph_of(bool fails) {
  int calls = 0;
  const pixelsail::CudaGraph graph(pixelsail::cuda_plugin(), 1, [&] {
    if (++calls == 3 && fails) throw pixelsail::DataError("the work is broken");
  });
  const int captured = calls;
  graph.replay();
  return std::to_string(captured) + " calls, then " + std::to_string(calls);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string what = argv[i];
    try {
      if (what == "problem") {
        const pixelsail::CudaState state = pixelsail::load_cuda();
        std::cout << "problem: " << state.devices << " " << pixelsail::cuda_problem(state) << '\n';
      } else if (what == "available") {
        std::cout << "available: " << torch::cuda::is_available() << '\n';
      } else if (what == "plugin") {
        const std::string description =
            pixelsail::describe(pixelsail::cuda_plugin());  // opening it may print
        std::cout << "plugin: " << description << '\n';
      } else if (what == "graph" || what == "broken_graph") {
        std::cout << what << ": " << graph_of(what != "graph") << '\n';
      } else if (what == "bf16") {
        std::cout << "bf16: " << pixelsail::computes_in(torch::kBFloat16, torch::Device(torch::kCUDA, 0))
                  << '\n';
      } else if (what == "answers") {
        std::cout << "answers: " << pixelsail::answer_dtype("auto", "auto") << " "
                  << pixelsail::answer_dtype("auto", "cpu") << " " << pixelsail::answer_dtype("f16", "auto")
                  << '\n';
      } else {
        std::cout << what << ": " << pixelsail::choose_device(what).description << '\n';
      }
    } catch (const pixelsail::Error& error) {
      std::cout << what << ": error " << error.exit_code() << " " << error.what() << '\n';
    }
  }
}
