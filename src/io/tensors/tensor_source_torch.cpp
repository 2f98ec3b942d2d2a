// What torch.save wrote as a TensorSource: a pickle in which tensors are views of storages, and the storages.

#include <algorithm>
#include <utility>

#include "io/printable.h"
#include "io/tensors/tensor_source_kinds.h"
#include "io/tensors/torch_pickle.h"
#include "io/tensors/torch_view.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// What of a pickle is the state_dict.
struct Chosen {
  const PickleValue* dict = nullptr;
  /// Its place in the file, for messages.
  std::string place;
};

bool holds_tensors_only(const PickleValue& value) {
  if (!value.is_dict() || value.as_dict().empty()) return false;
  return std::ranges::all_of(value.as_dict(), [](const auto& entry) {
    return std::holds_alternative<std::string>(entry.first.storage()) &&
           as_torch_tensor(entry.second) != nullptr;
  });
}

/// Members of a dict, and of the dicts in it, that are dicts of tensors: "model_state_dict", "state.model".
std::vector<std::pair<std::string, const PickleValue*>> dicts_of_tensors(const PickleValue& root) {
  std::vector<std::pair<std::string, const PickleValue*>> found;
  const auto look_into = [&found](const PickleValue& dict, const std::string& before, const auto& again,
                                  int depth) -> void {
    for (const auto& [key, value] : dict.as_dict()) {
      const auto* name = std::get_if<std::string>(&key.storage());
      if (name == nullptr || !value.is_dict()) continue;
      const std::string place = before + printable(*name);
      if (holds_tensors_only(value)) {
        found.emplace_back(place, &value);
      } else if (depth > 0) {
        again(value, place + ".", again, depth - 1);
      }
    }
  };
  look_into(root, {}, look_into, 1);
  return found;
}

/// Where training programs keep the weights, the surest first: mmengine and Lightning, PyTorch's tutorial, many,
/// DeepSpeed.
Chosen choose_dict(const PickleValue& root, const std::string& file) {
  if (!root.is_dict()) {
    const auto object = as_torch_opaque(root);
    throw DataError(file + ": holds no dict of tensors" +
                    (object == nullptr ? ""
                                       : ", but a Python object (" + object->name +
                                             "); save its state_dict() with torch.save in Python"));
  }
  if (const PickleValue* nested = root.find("state_dict")) {
    if (!nested->is_dict()) throw DataError(file + ": \"state_dict\" is no dict");
    return {nested, file + ": state_dict"};
  }
  for (const char* name : {"model_state_dict", "model", "module"}) {
    const PickleValue* nested = root.find(name);
    if (nested != nullptr && nested->is_dict() && !nested->as_dict().empty() &&
        (holds_tensors_only(*nested) || std::string_view(name) == "model"))
      return {nested, file + ": " + name};
  }
  if (root.as_dict().empty() || holds_tensors_only(root)) return {&root, file};
  // Tensors beside other things: nobody can say what belongs together.
  if (std::ranges::any_of(root.as_dict(),
                          [](const auto& entry) { return as_torch_tensor(entry.second) != nullptr; }))
    return {&root, file};
  const auto nested = dicts_of_tensors(root);
  if (nested.size() == 1) return {nested.front().second, file + ": " + nested.front().first};
  if (nested.size() > 1) {
    std::string names;
    for (const auto& [place, dict] : nested) names += (names.empty() ? "\"" : ", \"") + place + "\"";
    throw DataError(file + ": several members hold tensors (" + names +
                    "); save the right one alone in Python: torch.save(torch.load(file)[name], ...)");
  }
  return {&root, file};
}

/// Refuses a dict that holds more than tensors, and says what.
void require_tensors(const Chosen& chosen) {
  constexpr std::size_t kMaxNamed = 10;
  std::vector<std::string> others;
  for (const auto& [key, value] : chosen.dict->as_dict()) {
    const auto* name = std::get_if<std::string>(&key.storage());
    if (name != nullptr && as_torch_tensor(value) != nullptr) continue;
    const auto object = as_torch_opaque(value);
    others.push_back((name != nullptr ? "\"" + printable(*name) + "\"" : "a key that is no text") +
                     (object != nullptr ? " (" + object->name + ")" : ""));
  }
  if (others.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < std::min(others.size(), kMaxNamed); ++i)
    list += (i > 0 ? ", " : "") + others[i];
  if (others.size() > kMaxNamed) list += " and " + std::to_string(others.size() - kMaxNamed) + " more";
  throw DataError(chosen.place + ": should hold tensors only, but has " + list);
}

std::map<std::string, std::string> texts_of_meta(const PickleValue& root) {
  std::map<std::string, std::string> texts;
  const PickleValue* meta = root.is_dict() ? root.find("meta") : nullptr;
  if (meta == nullptr || !meta->is_dict()) return texts;
  for (const auto& [key, value] : meta->as_dict()) {
    const auto* name = std::get_if<std::string>(&key.storage());
    const auto* text = std::get_if<std::string>(&value.storage());
    if (name != nullptr && text != nullptr) texts.emplace(*name, *text);
  }
  return texts;
}

/// Length of what DistributedDataParallel and torch.compile put in front of every name, once or both.
std::size_t wrapper_length(const PickleDict& dict) {
  std::size_t length = 0;
  for (bool again = true; again && !dict.empty();) {
    again = false;
    for (const std::string_view prefix : {"module.", "_orig_mod."}) {
      if (!std::ranges::all_of(dict, [&](const auto& entry) {
            const std::string_view name = entry.first.as_string();
            return name.substr(length).starts_with(prefix) && name.size() > length + prefix.size();
          }))
        continue;
      length += prefix.size();
      again = true;
    }
  }
  return length;
}

class TorchSource final : public TensorSource {
 public:
  TorchSource(std::unique_ptr<ByteSource> bytes, std::string_view pickle, const std::string& pickle_name,
              const FindStorage& find_storage)
      : bytes_(std::move(bytes)) {
    const PickleValue root = read_torch_pickle(pickle, pickle_name);
    const Chosen chosen = choose_dict(root, bytes_->name());
    require_tensors(chosen);
    const std::size_t wrapper = wrapper_length(chosen.dict->as_dict());
    for (const auto& [key, value] : chosen.dict->as_dict()) {
      add(key.as_string().substr(wrapper), as_torch_tensor(value), chosen.place, find_storage);
    }
    if (tensors_.names().empty()) throw DataError(chosen.place + ": holds no tensor");
    metadata_ = texts_of_meta(root);
  }

  const std::vector<std::string>& names() const override { return tensors_.names(); }
  bool contains(std::string_view name) const override { return tensors_.find(name) != nullptr; }
  const TensorInfo& info(std::string_view name) const override {
    return tensors_.at(name, bytes_->name()).info;
  }
  void read_part(std::string_view name, std::uint64_t offset, std::span<std::byte> out) const override {
    const auto& tensor = tensors_.at(name, bytes_->name());
    require_part(name, tensor.info, offset, out.size());
    read_view(*bytes_, tensor.where.storage, *tensor.where.view, offset, out);
  }
  std::string place(std::string_view name) const override {
    tensors_.at(name, bytes_->name());
    return bytes_->name();
  }
  const std::map<std::string, std::string>& metadata() const override { return metadata_; }

 private:
  struct Where {
    std::shared_ptr<const TorchTensor> view;
    /// Byte of the file where its storage begins.
    std::uint64_t storage = 0;
  };

  void add(const std::string& name, const std::shared_ptr<const TorchTensor>& view, const std::string& place,
           const FindStorage& find_storage) {
    const std::string where = place + ": tensor \"" + printable(name) + "\"";
    if (const std::string fault = check_view(*view); !fault.empty()) throw DataError(where + ": " + fault);
    const TorchStorage& storage = *view->storage;
    try {
      const auto [found, is_new] = ranges_.try_emplace(&storage);
      if (is_new) found->second = find_storage(storage.key);
      const std::uint64_t expected = storage.numel * dtype_size(storage.dtype);
      if (found->second.size != expected) {
        throw DataError("its storage \"" + printable(storage.key) + "\" has " +
                        std::to_string(found->second.size) + " bytes, it should have " +
                        std::to_string(expected));
      }
      tensors_.add(name, {{storage.dtype, view->shape}, {view, found->second.begin}});
    } catch (const Error& error) {
      throw_with_context(error, where);
    }
  }

  std::unique_ptr<ByteSource> bytes_;
  std::map<const TorchStorage*, ByteRange> ranges_;
  TensorTable<Where> tensors_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

std::unique_ptr<TensorSource> torch_pickle_source(std::unique_ptr<ByteSource> bytes, std::string_view pickle,
                                                  const std::string& pickle_name,
                                                  const FindStorage& find_storage) {
  return std::make_unique<TorchSource>(std::move(bytes), pickle, pickle_name, find_storage);
}

}  // namespace pixelsail::detail
