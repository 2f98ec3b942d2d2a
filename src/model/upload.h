#pragma once

/// Tensors of the host on their way to a device, all of them in one copy: on a GPU every copy by itself costs
/// a call of the driver and, from ordinary memory, makes the host wait for all that was queued before it.

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace pixelsail {

class Upload {
 public:
  explicit Upload(torch::Device device) : device_(device) {}
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  /// `tensor` will be its copy on the device. It stays where it is, and its values as they are, until send().
  /// One that is undefined, or on the device already, is left alone.
  void add(torch::Tensor& tensor);
  void add(const std::vector<std::int64_t>& values, torch::Tensor& tensor);
  /// `tensor` will be the rows of all `parts` below each other. They differ in the number of rows only, and
  /// there is at least one.
  void add_rows(std::vector<torch::Tensor> parts, torch::Tensor& tensor);

  /// Copies what was added and puts it where it belongs: the tensors are views of one block of the device's
  /// memory. To a CUDA device the block goes from pinned memory, and nobody waits for it.
  void send();

 private:
  struct Item {
    torch::Tensor* place;
    std::vector<torch::Tensor> parts;
    std::int64_t offset, bytes;  ///< in the block
  };
  void add_item(std::vector<torch::Tensor> parts, torch::Tensor& place);

  torch::Device device_;
  std::vector<Item> items_;
  std::int64_t bytes_ = 0;
};

}  // namespace pixelsail
