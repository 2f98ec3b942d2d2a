// Compiled with -fopenmp: without it at::parallel_for, a template, runs on one thread only.

#include "model/parallel.h"

#include <ATen/Parallel.h>

#ifndef _OPENMP
#error "this file needs -fopenmp"
#endif

namespace pixelsail {

void run_parallel(std::int64_t n, std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body) {
  at::parallel_for(0, n, grain, body);
}

}  // namespace pixelsail
