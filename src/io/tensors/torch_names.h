#pragma once

/// The names that a pickle of torch.save imports. Nothing is imported: a name says how the values around it are
/// to be read. Names of other libraries are inert: what they make stands beside the tensors and is skipped.

#include <string_view>

#include "io/tensors/safetensors.h"

namespace pixelsail::detail {

enum class TorchRole {
  kOrderedDict,
  /// torch._utils._rebuild_tensor_v2(storage, offset, shape, stride, ...)
  kTensor,
  /// torch._utils._rebuild_parameter(tensor, ...): the tensor
  kParameter,
  /// A storage class: names an element type
  kStorage,
  /// torch.Size((2, 3)): the tuple
  kSize,
  /// A class, function or constant of something beside the tensors; what is made with it is not looked at
  kInert,
};

struct TorchName {
  std::string_view module, name;
  TorchRole role = TorchRole::kInert;
  /// Of a storage.
  DType dtype = DType::kU8;
};

/// nullptr for a name that is not listed.
const TorchName* find_torch_name(std::string_view module, std::string_view name);

/// Whether what this name makes may be skipped. It is never run, so nothing depends on this; but a checkpoint
/// that asks for os.system or eval is an attack, and its user should hear of it. False too for what is no name
/// of Python, and for unlisted members of "torch" and "numpy" themselves, which might be tensors of a kind
/// that is not known here.
bool may_be_skipped(std::string_view module, std::string_view name);

/// The storage class of an element type, in module "torch".
std::string_view torch_storage_class(DType dtype);

}  // namespace pixelsail::detail
