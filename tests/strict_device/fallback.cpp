// Every operator that has no kernel of its own: the CPU's kernel on the same memory, after a look at its
// arguments.

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>
#include <torch/torch.h>

#include "arguments.h"
#include "memory.h"
#include "shapes.h"

namespace pixelsail::strict {
namespace {

c10::IValue on_host(const c10::IValue& value, Access& access) {
  if (value.isTensor()) return access.on_host(value.toTensor());
  if (value.isTensorList()) {
    std::vector<torch::Tensor> list;
    for (const torch::Tensor& tensor : value.toTensorVector()) list.push_back(access.on_host(tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<torch::Tensor>> list;
    for (const std::optional<torch::Tensor>& tensor : value.toOptionalTensorVector())
      list.push_back(access.on_host(tensor));
    return list;
  }
  if (value.isDevice()) return torch::Device(state().shapes_only ? torch::kMeta : torch::kCPU);
  return value;
}

/// The argument that a result is another name of, as in "add_(Tensor(a!) self) -> Tensor(a!)".
std::size_t written_argument(const c10::FunctionSchema& schema, const c10::AliasInfo& result) {
  for (std::size_t i = 0; i < schema.arguments().size(); ++i) {
    const c10::AliasInfo* argument = schema.arguments()[i].alias_info();
    if (argument != nullptr && argument->beforeSets() == result.beforeSets()) return i;
  }
  TORCH_CHECK(false, "strict device: ", schema.name(), " writes to something that is no argument");
}

c10::IValue on_device(const c10::IValue& value, Access& access) {
  if (value.isTensor()) return access.on_device(value.toTensor());
  if (value.isTensorList()) {
    std::vector<torch::Tensor> list;
    for (const torch::Tensor& tensor : value.toTensorVector()) list.push_back(access.on_device(tensor));
    return list;
  }
  return value;
}

void run_on_host(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const c10::FunctionSchema& schema = op.schema();
  const std::size_t count = schema.arguments().size();
  const std::vector<c10::IValue> arguments(stack->end() - static_cast<std::ptrdiff_t>(count), stack->end());
  check_arguments(schema, arguments);
  state().tally.add(&Counts::launches);
  if (makes_host_wait(schema, arguments)) state().tally.add(&Counts::waits);

  Access access;
  torch::jit::drop(*stack, count);
  const std::size_t below = stack->size();
  std::vector<c10::IValue> aliases;
  for (const c10::IValue& value : arguments) aliases.push_back(on_host(value, access));
  stack->insert(stack->end(), aliases.begin(), aliases.end());
  if (state().shapes_only) {
    run_shapes(op, stack);
  } else {
    op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  }

  // A kernel may have given an empty output its size.
  for (std::size_t i = 0; i < count; ++i) {
    const c10::AliasInfo* alias = schema.arguments()[i].alias_info();
    if (alias == nullptr || !alias->isWrite() || !aliases[i].isTensor()) continue;
    const torch::Tensor& host = aliases[i].toTensor();
    const torch::Tensor& tensor = arguments[i].toTensor();
    if (tensor.defined() && tensor.is_privateuseone() && host.sizes() != tensor.sizes())
      access.assign(tensor, host);
  }
  for (std::size_t i = 0; i < schema.returns().size(); ++i) {
    c10::IValue& value = (*stack)[below + i];
    const c10::AliasInfo* alias = schema.returns()[i].alias_info();
    // A copy in place of a view would go unnoticed until somebody writes to it.
    TORCH_CHECK(alias == nullptr || alias->isWrite(), "strict device: no kernel for the view ",
                schema.name());
    value = alias != nullptr ? arguments[written_argument(schema, *alias)] : on_device(value, access);
  }
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
}

/// Kernels of CUDA's that torch puts together from single operators on other devices, found before a fallback.
TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (!name.name.starts_with("aten::_foreach_") || name.overload_name.ends_with("out")) continue;
    m.impl(toString(name).c_str(), torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
  }
  m.impl("native_layer_norm", torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
}

/// Kernels of libpixelsail_cuda.so, one launch each.
TORCH_LIBRARY_IMPL(pixelsail, PrivateUse1, m) {
  for (const char* name : {"rope_store", "decode_attention", "silu_product", "int8_product", "int4_product"})
    m.impl(name, torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
}

}  // namespace
}  // namespace pixelsail::strict
