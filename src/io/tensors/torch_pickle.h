#pragma once

/// The pickle inside a torch archive: plain data, tensors as descriptions of where their elements are, and
/// objects that are not looked at.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/pickle/pickle.h"
#include "io/tensors/safetensors.h"

namespace pixelsail::detail {

/// An entry "data/KEY" of the archive, `numel` elements long.
struct TorchStorage final : PickleObject {
  std::string key;
  DType dtype = DType::kF32;
  std::uint64_t numel = 0;
};

/// A view of a storage, as the file gives it: nothing but the number of its axes (at most kMaxTorchAxes, as
/// many strides as sides) has been checked.
struct TorchTensor final : PickleObject {
  std::shared_ptr<const TorchStorage> storage;
  /// In elements.
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape, stride;
};

inline constexpr std::size_t kMaxTorchAxes = 64;

/// What stands beside the tensors: made by a class or function that is not looked at.
struct TorchOpaque final : PickleObject {
  explicit TorchOpaque(std::string of) : name(std::move(of)) {}
  /// "mmengine.logging.history_buffer.HistoryBuffer", for messages.
  std::string name;
};

/// As read_pickle, but with the names of torch_names.h. OrderedDict becomes a dict and its attributes are
/// dropped; tensors and parameters become TorchTensor; what other names make is a TorchOpaque, which swallows
/// what is put into it. Dict entries whose key is a tuple or an object are left out. Nothing is executed. A
/// name that may not be skipped is a DataError with the name and its byte offset.
PickleValue read_torch_pickle(std::string_view bytes, const std::string& name,
                              const PickleLimits& limits = {});

/// nullptr when the value is no such object.
std::shared_ptr<const TorchOpaque> as_torch_opaque(const PickleValue& value);

/// nullptr when the value is no tensor.
std::shared_ptr<const TorchTensor> as_torch_tensor(const PickleValue& value);

}  // namespace pixelsail::detail
