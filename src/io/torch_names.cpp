#include "io/torch_names.h"

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr TorchName kNames[] = {
    {"collections", "OrderedDict", TorchRole::kOrderedDict},
    {"torch._utils", "_rebuild_tensor_v2", TorchRole::kTensor},
    {"torch._utils", "_rebuild_parameter", TorchRole::kParameter},
    {"torch._utils", "_rebuild_parameter_with_state", TorchRole::kParameter},
    {"torch", "DoubleStorage", TorchRole::kStorage, DType::kF64},
    {"torch", "FloatStorage", TorchRole::kStorage, DType::kF32},
    {"torch", "HalfStorage", TorchRole::kStorage, DType::kF16},
    {"torch", "BFloat16Storage", TorchRole::kStorage, DType::kBF16},
    {"torch", "LongStorage", TorchRole::kStorage, DType::kI64},
    {"torch", "IntStorage", TorchRole::kStorage, DType::kI32},
    {"torch", "ShortStorage", TorchRole::kStorage, DType::kI16},
    {"torch", "CharStorage", TorchRole::kStorage, DType::kI8},
    {"torch", "ByteStorage", TorchRole::kStorage, DType::kU8},
    {"torch", "BoolStorage", TorchRole::kStorage, DType::kBool},
    {"torch", "UntypedStorage", TorchRole::kStorage, DType::kU8},
    {"torch.storage", "UntypedStorage", TorchRole::kStorage, DType::kU8},
    {"torch", "Size", TorchRole::kSize},
    {"torch", "device"},
    // Element types are imported as constants.
    {"torch", "float64"},
    {"torch", "float32"},
    {"torch", "float16"},
    {"torch", "bfloat16"},
    {"torch", "int64"},
    {"torch", "int32"},
    {"torch", "int16"},
    {"torch", "int8"},
    {"torch", "uint8"},
    {"torch", "bool"},
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

}  // namespace

const TorchName* find_torch_name(std::string_view module, std::string_view name) {
  for (const TorchName& known : kNames) {
    if (known.module == module && known.name == name) return &known;
  }
  return nullptr;
}

std::string_view torch_storage_class(DType dtype) {
  for (const TorchName& known : kNames) {
    if (known.role == TorchRole::kStorage && known.dtype == dtype) return known.name;
  }
  throw RunError("torch has no storage of this element type");
}

}  // namespace pixelsail::detail
