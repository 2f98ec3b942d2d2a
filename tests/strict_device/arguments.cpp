#include "arguments.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace pixelsail::strict {
namespace {

/// Every defined tensor of an argument.
void for_each_tensor(const c10::IValue& value,
                     const std::function<void(const torch::Tensor&, bool in_list)>& visit) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) visit(value.toTensor(), false);
  } else if (value.isTensorList()) {
    for (const torch::Tensor& tensor : value.toTensorVector()) {
      if (tensor.defined()) visit(tensor, true);
    }
  } else if (value.isOptionalTensorList()) {
    for (const std::optional<torch::Tensor>& tensor : value.toOptionalTensorVector()) {
      if (tensor && tensor->defined()) visit(*tensor, true);
    }
  }
}

void check_devices(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments) {
  bool on_device = false;
  std::string on_host;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    for_each_tensor(arguments[i], [&](const torch::Tensor& tensor, bool in_list) {
      if (tensor.is_privateuseone()) {
        on_device = true;
      } else if (tensor.dim() > 0 || in_list) {
        on_host = schema.arguments()[i].name();
      }
    });
  }
  TORCH_CHECK(!on_device || on_host.empty(), "strict device: ", schema.name(), " got a CPU tensor as '",
              on_host, "' beside tensors of the device");
}

/// The same step from element to element; that of an axis of size 1 does not matter.
bool same_layout(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.sizes() != b.sizes()) return false;
  for (std::int64_t axis = 0; axis < a.dim(); ++axis) {
    if (a.size(axis) != 1 && a.stride(axis) != b.stride(axis)) return false;
  }
  return true;
}

/// ATen/native/ForeachUtils.h, check_fast_path_restrictions(): fused optimizers throw, _foreach_ operators
/// fall back to one launch a tensor.
void check_lists(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments) {
  const std::string& name = schema.name();
  const bool optimizer = name.starts_with("aten::_fused_");
  if (!optimizer && !name.starts_with("aten::_foreach_")) return;
  std::vector<std::vector<torch::Tensor>> lists;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    // Step counters are scalars, max_exp_avg_sqs is empty without AMSGrad.
    if (!arguments[i].isTensorList() || schema.arguments()[i].name() == "state_steps") continue;
    if (std::vector<torch::Tensor> list = arguments[i].toTensorVector(); !list.empty()) {
      lists.push_back(std::move(list));
      names.push_back(schema.arguments()[i].name());
    }
  }
  if (lists.size() < 2) return;
  for (std::size_t k = 0; k < lists.size(); ++k) {
    TORCH_CHECK(lists[k].size() == lists[0].size(), "strict device: ", name, ": '", names[k],
                "' has another length");
    for (std::size_t i = 0; i < lists[k].size(); ++i) {
      const torch::Tensor& tensor = lists[k][i];
      TORCH_CHECK(tensor.scalar_type() == lists[0][0].scalar_type(), "strict device: ", name, ": '", names[k],
                  "' ", i, " has another element type");
      TORCH_CHECK(tensor.is_non_overlapping_and_dense(), "strict device: ", name, ": the memory of '",
                  names[k], "' ", i, " has gaps or overlaps");
      TORCH_CHECK(same_layout(tensor, lists[0][i]), "strict device: ", name, ": '", names[k], "' ", i,
                  " has sizes ", tensor.sizes(), " and strides ", tensor.strides(), ", '", names[0], "' has ",
                  lists[0][i].sizes(), " and ", lists[0][i].strides());
    }
  }
}

}  // namespace

void check_arguments(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments) {
  check_devices(schema, arguments);
  check_lists(schema, arguments);
}

bool makes_host_wait(const c10::FunctionSchema& schema, c10::ArrayRef<c10::IValue> arguments) {
  // repeat_interleave by a tensor of counts; the other overload is made of views. index() by a mask is
  // counted with the nonzero() that it begins with.
  constexpr std::array<std::string_view, 9> kAlways{
      "aten::nonzero",    "aten::masked_select",      "aten::_unique2",
      "aten::unique_dim", "aten::unique_consecutive", "aten::bincount",
      "aten::equal",      "aten::is_nonzero",         "aten::repeat_interleave"};
  const std::string& name = schema.name();
  if (std::ranges::find(kAlways, name) != kAlways.end()) return true;
  bool by_mask = false;
  if (name != "aten::_index_put_impl_") return false;
  for (const c10::IValue& value : arguments) {
    if (!value.isOptionalTensorList()) continue;
    for_each_tensor(value, [&](const torch::Tensor& tensor, bool /*in_list*/) {
      by_mask = by_mask || tensor.scalar_type() == torch::kBool || tensor.scalar_type() == torch::kUInt8;
    });
  }
  return by_mask;
}

}  // namespace pixelsail::strict
