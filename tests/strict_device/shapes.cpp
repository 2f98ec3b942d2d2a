#include "shapes.h"

#include <torch/torch.h>

#include <functional>
#include <map>
#include <string>

namespace pixelsail::strict {
namespace {

using torch::Tensor;
using Arguments = std::vector<c10::IValue>;
using Rule = std::function<std::vector<Tensor>(const Arguments&)>;

Tensor like(const c10::IValue& value) {
  return at::empty_like(value.toTensor());
}

/// x [..., I] times a compact weight of O rows.
std::vector<Tensor> product(const Arguments& a) {
  auto sizes = a[0].toTensor().sizes().vec();
  sizes.back() = a[1].toTensor().size(0);
  return {at::empty(sizes, a[0].toTensor().options())};
}

/// Operators of our models whose shapes only Python's torch knows.
const std::map<std::string, Rule>& rules() {
  static const std::map<std::string, Rule> rules{
      {"aten::index_select",
       [](const Arguments& a) {
         auto sizes = a[0].toTensor().sizes().vec();
         if (!sizes.empty())
           sizes[static_cast<std::size_t>(at::maybe_wrap_dim(a[1].toInt(), a[0].toTensor().dim()))] =
               a[2].toTensor().numel();
         return std::vector<Tensor>{at::empty(sizes, a[0].toTensor().options())};
       }},
      {"aten::abs.out",
       [](const Arguments& a) {
         return std::vector<Tensor>{a[1].toTensor().resize_(a[0].toTensor().sizes())};
       }},
      {"aten::log_sigmoid_forward",
       [](const Arguments& a) {
         return std::vector<Tensor>{like(a[0]), at::empty({0}, a[0].toTensor().options())};
       }},
      {"aten::log_sigmoid_backward", [](const Arguments& a) { return std::vector<Tensor>{like(a[1])}; }},
      {"aten::relu", [](const Arguments& a) { return std::vector<Tensor>{like(a[0])}; }},
      {"aten::embedding_dense_backward",
       [](const Arguments& a) {
         return std::vector<Tensor>{
             at::empty({a[2].toInt(), a[0].toTensor().size(-1)}, a[0].toTensor().options())};
       }},
      {"aten::grid_sampler_2d",
       [](const Arguments& a) {
         const Tensor x = a[0].toTensor(), grid = a[1].toTensor();
         return std::vector<Tensor>{
             at::empty({x.size(0), x.size(1), grid.size(1), grid.size(2)}, x.options())};
       }},
      {"aten::grid_sampler_2d_backward",
       [](const Arguments& a) {
         return std::vector<Tensor>{like(a[1]), like(a[2])};
       }},
      {"aten::native_layer_norm",
       [](const Arguments& a) {
         const Tensor x = a[0].toTensor();
         auto rows = x.sizes().vec();
         for (std::size_t i = 0; i < a[1].toIntVector().size(); ++i) rows[rows.size() - 1 - i] = 1;
         const auto options = x.options().dtype(at::kFloat);
         return std::vector<Tensor>{at::empty(x.sizes(), x.options()), at::empty(rows, options),
                                    at::empty(rows, options)};
       }},
      {"aten::native_layer_norm_backward",
       [](const Arguments& a) {
         return std::vector<Tensor>{like(a[1]), a[5].isNone() ? Tensor() : like(a[5]),
                                    a[6].isNone() ? Tensor() : like(a[6])};
       }},
      {"pixelsail::rope_store", [](const Arguments& a) { return std::vector<Tensor>{like(a[0])}; }},
      {"pixelsail::decode_attention", [](const Arguments& a) { return std::vector<Tensor>{like(a[0])}; }},
      {"pixelsail::int8_product", product},
      {"pixelsail::int4_product", product},
  };
  return rules;
}

/// An operator that only writes to its arguments has no shapes to tell.
bool only_writes(const c10::FunctionSchema& schema) {
  for (const c10::Argument& result : schema.returns()) {
    if (result.alias_info() == nullptr || !result.alias_info()->isWrite()) return false;
  }
  return true;
}

}  // namespace

void run_shapes(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const c10::FunctionSchema& schema = op.schema();
  const std::size_t count = schema.arguments().size();
  const Arguments arguments(stack->end() - static_cast<std::ptrdiff_t>(count), stack->end());
  const std::string name = c10::toString(schema.operator_name());
  if (const auto rule = rules().find(name); rule != rules().end()) {
    torch::jit::drop(*stack, count);
    for (Tensor& result : rule->second(arguments)) stack->emplace_back(std::move(result));
    return;
  }
  using c10::DispatchKey;
  const auto has = [&op](DispatchKey key) { return op.hasKernelForDispatchKey(key); };
  if (has(DispatchKey::Meta) || has(DispatchKey::CompositeExplicitAutograd) ||
      has(DispatchKey::CompositeExplicitAutogradNonFunctional) ||
      has(DispatchKey::CompositeImplicitAutograd)) {
    try {
      op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::Meta), stack);
    } catch (c10::Error& error) {
      error.add_context("strict device: the shapes of " + name);
      throw;
    }
    return;
  }
  TORCH_CHECK(only_writes(schema) && !schema.overload_name().ends_with("out"),
              "strict device: shapes.cpp lacks ", name);
  torch::jit::drop(*stack, count);
  // In the fallback's hands a result that is written to is its argument anyway.
  for (std::size_t i = 0; i < schema.returns().size(); ++i) stack->emplace_back(Tensor());
}

}  // namespace pixelsail::strict
