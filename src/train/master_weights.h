#pragma once

/// Weights in bfloat16 that a model computes with, of which an optimizer trains float32 originals.

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "model/model.h"
#include "train/flat_layout.h"
#include "train/optimizer.h"

namespace pixelsail {

/// The originals ("masters") of a model's trained matrices. A working weight is its original rounded to the nearest
/// bfloat16, so that the two have their upper bits in common: kept are the working weight and the difference of the
/// bit patterns, which 16 bits hold. Together they take the four bytes of the original. The originals themselves are
/// there while an optimizer steps or a file is written, when nothing is kept for backward. An original halfway between
/// two bfloat16 has the larger in magnitude, where torch takes the even one: 16 bits can't tell the two halves that
/// would meet there apart.
///
/// Only operands of products are rounded, which autocast would round at every pass: a model computes what it computes
/// from float32 weights under autocast, but for the embedding. Biases and the weights of norms, a thousandth of the
/// memory, stay float32. So do gradients: each is added up in float32.
class MasterWeights {
 public:
  /// `trained`: of the model and of others. From here on the model's trained matrices are bfloat16, and `trained` has
  /// their originals in their place. Frozen matrices become bfloat16 where that changes no value. Throws RunError for a
  /// matrix that isn't contiguous. Nobody else may hold values of the model's parameters.
  MasterWeights(PixelSailImpl& model, std::vector<GroupedParameter>& trained,
                std::int64_t bucket_bytes = FlatLayout::kBucketBytes);
  MasterWeights(const MasterWeights&) = delete;
  MasterWeights& operator=(const MasterWeights&) = delete;

  /// What backward() adds to for each parameter of an optimizer: the working weight of an original, another parameter
  /// itself.
  std::vector<torch::Tensor> working(std::vector<torch::Tensor> optimized) const;

  /// The originals have the gradients of their working weights, until drop_gradients().
  void take_gradients();
  void drop_gradients();

  /// The originals have their values while `body` runs; working weights are then what it has made of them.
  void with_values(const std::function<void()>& body);
  /// The same, and the model's parameters are the originals, to be written or read.
  void with_originals_in_model(const std::function<void()>& body);
  /// The model is what a bfloat16 checkpoint of it would hold, to the bit, while `body` runs. Nobody changes it there.
  void with_bfloat16_model(const std::function<void()>& body);

 private:
  struct Pair {
    torch::Tensor working, master;
  };
  void become_working(std::vector<GroupedParameter>& trained, std::int64_t bucket_bytes);
  /// Of a buffer: the originals' values, and back.
  torch::Tensor joined(std::size_t buffer) const;
  void split(std::size_t buffer, const torch::Tensor& values);
  /// Of a buffer: indices of the working weights that halves were rounded up to and that torch would round down from.
  torch::Tensor raised_to_odd(std::size_t buffer) const;
  void open();
  void close();

  std::vector<torch::Tensor> of_model_;  ///< all parameters of the model
  std::vector<Pair> pairs_;
  std::optional<FlatLayout> layout_;  ///< of the pairs
  std::vector<torch::Tensor> high_;   ///< by buffer: working weights, bfloat16
  std::vector<torch::Tensor>
      rest_;  ///< by buffer: bits of the original less those of the working weight, int16
  std::vector<torch::Tensor> values_;     ///< by buffer: originals, while they are there
  std::vector<torch::Tensor> no_values_;  ///< by pair: of the original's shape, without memory of its own
};

}  // namespace pixelsail
