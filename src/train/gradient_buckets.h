#pragma once

/// The gradients of all parameters in a few flat buffers. A parameter's gradient is a view of its buffer with
/// the parameter's own strides: fused optimizers walk parameter and gradient side by side in memory (the
/// CPU's without looking at strides, CUDA's refuses others), while autograd hands back whatever layout its
/// last operation left.

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "distributed/process_group.h"
#include "train/flat_layout.h"

namespace pixelsail {

class GradientBuckets {
 public:
  /// Buffers as in FlatLayout: the last parameters, whose gradients come first, lie in the first one. Gradients have
  /// the type that their parameter says (Tensor::grad_dtype). Throws RunError for a parameter whose memory has gaps or
  /// overlaps. `parameters` must not have other owners of their gradients while this object lives.
  explicit GradientBuckets(std::vector<torch::Tensor> parameters,
                           std::int64_t bucket_bytes = FlatLayout::kBucketBytes);
  ~GradientBuckets();
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;

  /// From here on backward() adds into the buffers. May be called again.
  void attach();
  /// Adds to one parameter's gradient, in any layout; `index` counts as in the constructor.
  void add(std::size_t index, const torch::Tensor& gradient);
  /// The sum over all ranks, in their order; a parameter is touched when it is on any of them.
  void all_reduce(ProcessGroup& group);
  /// Parameters that nothing was added to since clear() have no gradient until attach(): an optimizer leaves
  /// them as they are, decay included.
  void detach_untouched();
  /// Zero everywhere, and no parameter has a gradient until attach().
  void clear();

  /// The buffers, zeros between parameters included.
  const std::vector<torch::Tensor>& buffers() const { return buffers_; }

 private:
  std::vector<torch::Tensor> parameters_, buffers_;
  std::vector<torch::Tensor> views_;  ///< parallel to the parameters
  /// Whether something was added to it; parallel to the parameters. Not bool: hooks of two devices' threads
  /// may write neighbours.
  std::vector<char> touched_;
};

}  // namespace pixelsail
