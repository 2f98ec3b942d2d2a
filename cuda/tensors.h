#pragma once

/// Tensors as kernels see them.

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <optional>

#include "launch.h"

namespace pixelsail::cuda {

/// Nothing for a type that the kernels do not have.
std::optional<Element> element_of(const at::Tensor& tensor);

/// Throws unless `tensor` has these sizes (-1: any) and lies where `like` does. Messages name it and `operation`.
void check_tensor(const char* operation, const char* name, const at::Tensor& tensor, const at::Tensor& like,
                  at::IntArrayRef sizes);

/// Whether all rows begin at multiples of 16 bytes and have dense elements.
bool is_packed(const at::Tensor& tensor);

/// Of [B, heads, d] or [B, G, S, d].
Strides strides_of(const at::Tensor& tensor);

/// Throws when a launch was refused.
void check_launch(const char* operation, const char* error);

/// The stream (cudaStream_t) on which torch works on the device of `tensor` at present.
void* current_stream(const at::Tensor& tensor);

/// The operator by torch's own operations, which stand for all devices: so the CPU's way is that of any.
template <class Signature, class... Arguments>
auto by_torch(const char* operation, Arguments&&... arguments) {
  const auto found = c10::Dispatcher::singleton().findSchemaOrThrow(operation, "");
  return found.typed<Signature>().redispatch(c10::DispatchKeySet(c10::DispatchKey::CPU),
                                             std::forward<Arguments>(arguments)...);
}

}  // namespace pixelsail::cuda
