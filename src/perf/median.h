#pragma once

#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace pixelsail {

/// The middle value, the upper one of an even number; `values` must not be empty.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Of `runs` runs behind one that warms up, each with all that it gave the device to do.
inline double median_seconds(int runs, torch::Device device, const std::function<void()>& body) {
  const auto timed = [&] {
    const auto begin = std::chrono::steady_clock::now();
    body();
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  timed();
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) seconds.push_back(timed());
  return median(std::move(seconds));
}

}  // namespace pixelsail
