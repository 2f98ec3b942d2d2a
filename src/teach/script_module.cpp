// TorchScript modules.

#include <torch/script.h>

#include <memory>
#include <utility>

#include "pixelsail/error.h"
#include "teach/module.h"

namespace pixelsail::detail {
namespace {

c10::IValue element(c10::ArrayRef<c10::IValue> list, std::int64_t index) {
  if (index >= static_cast<std::int64_t>(list.size()))
    throw RunError("returned " + std::to_string(list.size()) + " values; output.index asks for number " +
                   std::to_string(index) + ", counted from 0");
  return list[static_cast<std::size_t>(index)];
}

c10::IValue entry(const c10::impl::GenericDict& dictionary, const std::string& key) {
  std::string keys;
  for (const auto& pair : dictionary) {
    const std::string name = pair.key().isString() ? pair.key().toStringRef() : "?";
    if (name == key) return pair.value();
    keys += (keys.empty() ? "" : ", ") + name;
  }
  throw RunError("returned a dictionary without the key \"" + key + "\" (output.key); it has: " + keys);
}

torch::Tensor chosen_output(c10::IValue value, const TeacherOutput& output) {
  if (value.isGenericDict()) {
    value = entry(value.toGenericDict(), output.key);
  } else if (!output.key.empty()) {
    throw RunError("returned no dictionary, but output.key is \"" + output.key + "\"");
  }
  if (value.isTuple()) {
    value = element(value.toTupleRef().elements(), output.index);
  } else if (value.isList()) {
    value = element(value.toListRef(), output.index);
  } else if (output.index != 0) {
    throw RunError("returned one value, but output.index is " + std::to_string(output.index));
  }
  if (!value.isTensor()) throw RunError("returned a " + value.tagKind() + " where features were expected");
  return value.toTensor();
}

}  // namespace

TeacherForward load_script(const std::filesystem::path& file, torch::Device device,
                           const TeacherOutput& output) {
  auto module = std::make_shared<torch::jit::Module>(torch::jit::load(file.string(), device));
  module->eval();
  return [module, output](const torch::Tensor& pixels_B3HW) {
    return chosen_output(module->forward({pixels_B3HW}), output);
  };
}

}  // namespace pixelsail::detail
