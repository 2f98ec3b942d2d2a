#pragma once

/// The ranks that train together. A second implementation (processes over a network) stands beside
/// local_group.h.
///
/// Every rank calls the same collective functions in the same order with tensors of the same sizes and types.
/// A rank that fails makes the calls of the others throw RunError.

#include <torch/types.h>

#include <cstdint>
#include <span>

namespace pixelsail {

class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Each tensor becomes the sum of all ranks' tensors, in place, added in the order of the ranks: the same
  /// bits on every rank and in every run.
  virtual void all_reduce(std::span<torch::Tensor> tensors) = 0;
  virtual void all_reduce(std::span<double> values) = 0;
  virtual void all_reduce(std::span<std::int64_t> counts) = 0;
  /// Each tensor becomes that of rank `root`.
  virtual void broadcast(std::span<torch::Tensor> tensors, int root) = 0;
  /// Returns when all ranks have called it.
  virtual void barrier() = 0;
};

/// A process alone: every collective call returns at once.
class SingleProcess final : public ProcessGroup {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void all_reduce(std::span<torch::Tensor>) override {}
  void all_reduce(std::span<double>) override {}
  void all_reduce(std::span<std::int64_t>) override {}
  void broadcast(std::span<torch::Tensor>, int) override {}
  void barrier() override {}
};

}  // namespace pixelsail
