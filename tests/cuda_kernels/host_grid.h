#pragma once

/// Grids on the CPU for the bodies of kernels (cuda/grid.h).

#include <array>
#include <cmath>
#include <cstring>
#include <memory>

#include "fibers.h"
#include "grid.h"

namespace pixelsail::cuda {

/// Of a thread that needs no other.
class HostGrid {
 public:
  HostGrid(const Blocks& block, int thread) : block_(block), thread_(thread) {}
  int thread() const { return thread_; }
  int block_x() const { return static_cast<int>(block_.x); }
  int block_y() const { return static_cast<int>(block_.y); }
  int block_z() const { return static_cast<int>(block_.z); }

 private:
  Blocks block_;
  int thread_;
};

/// Of a thread that waits for others.
class FiberGrid : public HostGrid {
 public:
  /// What the threads of a block give each other; two places each, so that one wait is enough.
  struct Exchange {
    std::array<std::array<float, kThreads>, 2> values{};
  };

  FiberGrid(const Blocks& block, int thread, Fibers& fibers, Exchange& exchange)
      : HostGrid(block, thread), fibers_(fibers), exchange_(exchange) {}

  void sync() { fibers_.wait(Fibers::State::kAtBlock); }
  float exchange(float value, int mask) {
    turn_ ^= 1;
    auto& values = exchange_.values[turn_];
    values[static_cast<std::size_t>(thread())] = value;
    fibers_.wait(Fibers::State::kAtGroup);
    return values[static_cast<std::size_t>(thread() ^ mask)];
  }

 private:
  Fibers& fibers_;
  Exchange& exchange_;
  std::size_t turn_ = 0;
};

template <class Visit>
void for_blocks(const Blocks& blocks, const Visit& visit) {
  for (std::int64_t z = 0; z < blocks.z; ++z)
    for (std::int64_t y = 0; y < blocks.y; ++y)
      for (std::int64_t x = 0; x < blocks.x; ++x) visit(Blocks{.x = x, .y = y, .z = z});
}

/// body(grid) in every thread.
template <class Body>
void run_apart(const Blocks& blocks, const Body& body) {
  for_blocks(blocks, [&](const Blocks& block) {
    for (int thread = 0; thread < kThreads; ++thread) body(HostGrid(block, thread));
  });
}

/// body(grid, shared) in every thread, with a Shared for each block that is full of NaN at the start.
template <class Shared, class Body>
void run_together(const Blocks& blocks, FiberOrder order, const Body& body) {
  Fibers fibers(kThreads, kWarp, order);
  const auto shared = std::make_unique<Shared>();
  const auto exchange = std::make_unique<FiberGrid::Exchange>();
  for_blocks(blocks, [&](const Blocks& block) {
    std::memset(static_cast<void*>(shared.get()), 0xff, sizeof(Shared));
    fibers.run([&](int thread) {
      FiberGrid grid(block, thread, fibers, *exchange);
      body(grid, *shared);
    });
  });
}

}  // namespace pixelsail::cuda
