#pragma once

/// The device's memory and how kernels get at it.

#include <c10/core/Allocator.h>
#include <torch/types.h>

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "counts.h"
#include "device.h"

namespace pixelsail::strict {

/// Allocations in pages of their own, closed (PROT_NONE) while nobody has opened them.
class Pages {
 public:
  /// At least `bytes` closed bytes, all of their bits set: NaN as any floating-point type. `touched` false: nothing is
  /// written, so that the machine need not have the memory.
  void* allocate(std::size_t bytes, bool touched);
  void release(void* begin);

  /// What was asked for, without the rest of the pages.
  MemoryCount count() const;
  void begin_peak();

  /// The allocation that begins here can be read and written until as many close() as open().
  void open(void* begin);
  void close(void* begin);

 private:
  struct Block {
    std::size_t bytes = 0, asked = 0;
    int users = 0;
  };
  mutable std::mutex mutex_;
  std::map<void*, Block> blocks_;
  MemoryCount count_;
};

/// torch registers allocators, hooks and kernels for the life of the process and calls them as free
/// functions. What they share can therefore belong to no test; this is all of it.
struct State {
  Pages pages;
  Tally tally;
  std::atomic<bool> shapes_only{false};
};
State& state();

c10::Allocator* allocator();

/// A new tensor of the device.
torch::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType type);

/// What one kernel has opened, closed at the end of its life.
class Access {
 public:
  Access() = default;
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  /// The same memory as a CPU tensor; a tensor that is not the device's as it is. With shapes only a tensor of the
  /// meta device, which has no memory at all.
  torch::Tensor on_host(const torch::Tensor& tensor);
  std::optional<torch::Tensor> on_host(const std::optional<torch::Tensor>& tensor);
  /// A new tensor of the device with values (but of the meta device) and strides of `host`; undefined for an undefined
  /// one.
  torch::Tensor on_device(const torch::Tensor& host);
  /// Gives `tensor` the shape, strides and values of `host`, with more memory where it takes more.
  void assign(const torch::Tensor& tensor, const torch::Tensor& host);

 private:
  std::vector<c10::DataPtr> replaced_;  ///< memory of assign(), kept until its pages are closed
  std::set<void*> opened_;
};

}  // namespace pixelsail::strict
