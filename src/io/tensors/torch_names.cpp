#include "io/tensors/torch_names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr TorchName kTorchNames[] = {
    {"collections", "OrderedDict", TorchRole::kOrderedDict},
    {"torch._utils", "_rebuild_tensor", TorchRole::kTensor},
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
    {"torch", "uint16"},
    {"torch", "uint32"},
    {"torch", "uint64"},
    {"torch", "float8_e4m3fn"},
    {"torch", "float8_e5m2"},
    {"torch", "strided"},
    {"torch", "preserve_format"},
    {"torch", "contiguous_format"},
    {"torch", "channels_last"},
    {"torch", "Tensor"},
    {"torch", "Generator"},
    // numpy arrays and scalars, and what carries their bytes in old protocols.
    {"numpy.core.multiarray", "_reconstruct"},
    {"numpy.core.multiarray", "scalar"},
    {"numpy._core.multiarray", "_reconstruct"},
    {"numpy._core.multiarray", "scalar"},
    {"numpy", "ndarray"},
    {"numpy", "dtype"},
    {"_codecs", "encode"},
    // Types, and getattr, with which mmengine's HistoryBuffer names the methods of its class.
    {"__builtin__", "getattr"},
    {"__builtin__", "set"},
    {"__builtin__", "frozenset"},
    {"__builtin__", "list"},
    {"__builtin__", "dict"},
    {"__builtin__", "tuple"},
    {"__builtin__", "bytes"},
    {"__builtin__", "bytearray"},
    {"__builtin__", "object"},
    {"__builtin__", "type"},
    {"__builtin__", "int"},
    {"__builtin__", "long"},
    {"__builtin__", "float"},
    {"__builtin__", "bool"},
    {"__builtin__", "str"},
    {"__builtin__", "unicode"},
    {"__builtin__", "complex"},
    {"__builtin__", "slice"},
    {"__builtin__", "range"},
    {"__builtin__", "xrange"},
    {"__builtin__", "print"},
    {"__builtin__", "max"},
    {"__builtin__", "min"},
    {"__builtin__", "sum"},
    {"__builtin__", "len"},
};

/// Modules whose functions nobody stores beside weights, but attackers do.
constexpr std::string_view kRefusedModules[] = {"os",
                                                "posix",
                                                "nt",
                                                "subprocess",
                                                "sys",
                                                "builtins",
                                                "__builtin__",
                                                "importlib",
                                                "runpy",
                                                "shutil",
                                                "socket",
                                                "ctypes",
                                                "pickle",
                                                "code",
                                                "commands",
                                                "webbrowser",
                                                "pty",
                                                "pip",
                                                "marshal",
                                                "urllib",
                                                "requests",
                                                "http",
                                                "imp",
                                                "tempfile",
                                                "timeit",
                                                "bdb",
                                                "pdb",
                                                "torch",
                                                "numpy",
                                                "operator",
                                                "multiprocessing",
                                                "asyncio",
                                                "codecs",
                                                "_pickle",
                                                "cloudpickle",
                                                "dill"};

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
  if (module == "builtins") module = "__builtin__";  // its name in Python 3
  if (name.empty()) return nullptr;
  for (const TorchName& known : kTorchNames)
    if (known.module == module && known.name == name) return &known;
  for (const TorchName& known : kTypeNames)
    if (known.module == module && known.name == name) return &known;
  return nullptr;
}

bool may_be_skipped(std::string_view module, std::string_view name) {
  const auto is_name = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '<' || c == '>' || c >= 0x80;
    });
  };
  if (!is_name(module) || !is_name(name)) return false;
  // "os.path" like "os", but "torch.nn" not like "torch".
  const std::string_view top = module.substr(0, module.find('.'));
  const bool library = top == "torch" || top == "numpy" || top == "multiprocessing" || top == "asyncio";
  return std::ranges::find(kRefusedModules, library ? module : top) == std::end(kRefusedModules);
}

std::string_view torch_storage_class(DType dtype) {
  const std::string_view name = dtype_row(dtype).storage;
  if (name.empty()) throw RunError("torch has no storage of this element type");
  return name;
}

}  // namespace pixelsail::detail
