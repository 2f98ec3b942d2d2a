#include "io/tensors/torch_names.h"

#include <array>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr TorchName kNames[] = {
    {"collections", "OrderedDict", TorchRole::kOrderedDict},
    {"torch._utils", "_rebuild_tensor_v2", TorchRole::kTensor},
    {"torch._utils", "_rebuild_parameter", TorchRole::kParameter},
    {"torch._utils", "_rebuild_parameter_with_state", TorchRole::kParameter},
    {"torch", "UntypedStorage", TorchRole::kStorage, DType::kU8},
    {"torch.storage", "UntypedStorage", TorchRole::kStorage, DType::kU8},
    {"torch", "Size", TorchRole::kSize},
    {"torch", "device"},
    // Element types that this library has not; the others come from the table of core/dtype.h.
    {"torch", "complex64"},
    {"torch", "complex128"},
    // numpy arrays and scalars, and what carries their bytes in old protocols.
    {"numpy.core.multiarray", "_reconstruct"},
    {"numpy.core.multiarray", "scalar"},
    {"numpy._core.multiarray", "_reconstruct"},
    {"numpy._core.multiarray", "scalar"},
    {"numpy", "ndarray"},
    {"numpy", "dtype"},
    {"_codecs", "encode"},
    // What mmengine keeps of a training run in "message_hub".
    {"mmengine.logging.history_buffer", "HistoryBuffer"},
};

/// Storage classes and, imported as constants, the types themselves.
constexpr auto kTypeNames = [] {
  std::array<TorchName, 2 * kDTypes.size()> names{};
  std::size_t count = 0;
  for (const DTypeRow& row : kDTypes) {
    names[count++] = {"torch", row.storage, TorchRole::kStorage, row.dtype};
    names[count++] = {"torch", row.torch};
  }
  return names;
}();

}  // namespace

const TorchName* find_torch_name(std::string_view module, std::string_view name) {
  if (name.empty()) return nullptr;
  for (const TorchName& known : kNames)
    if (known.module == module && known.name == name) return &known;
  for (const TorchName& known : kTypeNames)
    if (known.module == module && known.name == name) return &known;
  return nullptr;
}

std::string_view torch_storage_class(DType dtype) {
  const std::string_view name = dtype_row(dtype).storage;
  if (name.empty()) throw RunError("torch has no storage of this element type");
  return name;
}

}  // namespace pixelsail::detail
