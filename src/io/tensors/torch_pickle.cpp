#include "io/tensors/torch_pickle.h"
#include "io/pickle/pickle_access.h"

#include <limits>
#include <map>
#include <utility>

#include "io/pickle/pickle_machine.h"
#include "io/printable.h"
#include "io/tensors/torch_names.h"

namespace pixelsail::detail {
namespace {

/// A name that stands for itself: a class, a function, a constant.
struct Import final : PickleObject {
  Import(const TorchName* found, std::string text)
      : name(found != nullptr ? *found : TorchName{}), full_name(std::move(text)) {}
  TorchName name;
  std::string full_name;
};

const PickleList* as_list(const PickleValue& value) {
  const auto* list = std::get_if<std::shared_ptr<PickleList>>(&value.storage());
  return list == nullptr ? nullptr : list->get();
}

class TorchMachine final : public PickleMachine {
 public:
  TorchMachine(std::string_view bytes, const std::string& name, const PickleLimits& limits)
      : PickleMachine(bytes, name, limits) {
    drop_odd_keys();
  }

 private:
  bool takes_anything(const PickleObject& object) const override {
    return dynamic_cast<const TorchOpaque*>(&object) != nullptr;
  }

  bool step_object(PickleOp op) override {
    switch (op) {
      case PickleOp::kGlobal:
      case PickleOp::kStackGlobal: {
        const GlobalName wanted = take_global(op);
        import_name(wanted.module, wanted.name);
        return true;
      }
      case PickleOp::kNewObjectKeywords:
        pop();
        [[fallthrough]];
      case PickleOp::kReduce:
      case PickleOp::kNewObject: {
        const PickleValue arguments = pop();
        const PickleValue callee = pop();
        if (as_list(arguments) == nullptr && as_object<Import>(callee) != nullptr)
          fail("its arguments are no tuple");
        if (const auto import = as_object<Import>(callee)) {
          make(*import, *as_list(arguments));
        } else if (as_object<TorchOpaque>(callee) != nullptr) {
          push({callee});  // a method of something inert
        } else {
          fail("calls what is no known function or class");
        }
        return true;
      }
      case PickleOp::kBuild: {
        pop();  // attributes, such as _metadata of a state_dict
        if (!top().is_dict() && as_object<TorchOpaque>(top()) == nullptr)
          fail("sets attributes of plain data");
        return true;
      }
      case PickleOp::kPersistentId:
        push_storage(pop());
        return true;
      default:
        fail("not allowed here: a checkpoint holds tensors and plain data");
    }
  }

  void push_object(std::shared_ptr<const PickleObject> object) { push_value(std::move(object)); }

  void import_name(std::string_view module, std::string_view name) {
    const TorchName* found = find_torch_name(module, name);
    const std::string full_name = printable(std::string(module) + "." + std::string(name));
    if (found == nullptr && !may_be_skipped(module, name)) {
      fail("imports " + full_name +
           ", which is not allowed: a checkpoint is tensors and plain data. Load it in Python if you trust "
           "it, "
           "and save the tensors alone with torch.save(model.state_dict(), ...)");
    }
    push_object(std::make_shared<Import>(found, full_name));
  }

  void make(const Import& import, const PickleList& arguments) {
    switch (import.name.role) {
      case TorchRole::kOrderedDict:
        if (!arguments.empty()) fail("OrderedDict is called with arguments");
        return push_value(new_dict());
      case TorchRole::kTensor:
        return push_tensor(arguments);
      case TorchRole::kParameter: {
        const auto tensor = arguments.empty() ? nullptr : as_torch_tensor(arguments[0]);
        if (tensor == nullptr) fail("a parameter is made of what is no tensor");
        return push_object(tensor);
      }
      case TorchRole::kSize:
        if (arguments.size() != 1 || as_list(arguments[0]) == nullptr) fail("torch.Size is no tuple");
        return push({arguments[0], true});
      case TorchRole::kStorage:
        fail("makes a storage outside of the archive's entries");
      case TorchRole::kInert:
        return push_object(std::make_shared<TorchOpaque>(import.full_name));
    }
  }

  std::vector<std::int64_t> take_sides(const PickleValue& value) {
    const PickleList* list = as_list(value);
    if (list == nullptr || list->size() > kMaxTorchAxes) {
      fail("shape and stride of a tensor should be tuples of at most " + std::to_string(kMaxTorchAxes) +
           " numbers");
    }
    std::vector<std::int64_t> sides;
    sides.reserve(list->size());
    for (const PickleValue& side : *list) sides.push_back(take_number(side));
    return sides;
  }

  std::int64_t take_number(const PickleValue& value) {
    const auto* number = std::get_if<std::int64_t>(&value.storage());
    if (number == nullptr) fail("a number of a tensor or storage is no integer");
    return *number;
  }

  void push_tensor(const PickleList& arguments) {
    if (arguments.size() < 4) fail("a tensor is made of fewer than 4 values");
    auto tensor = std::make_shared<TorchTensor>();
    tensor->storage = as_object<TorchStorage>(arguments[0]);
    if (tensor->storage == nullptr) fail("a tensor is made of what is no storage");
    tensor->offset = take_number(arguments[1]);
    tensor->shape = take_sides(arguments[2]);
    tensor->stride = take_sides(arguments[3]);
    if (tensor->shape.size() != tensor->stride.size()) fail("a tensor has not as many strides as sides");
    push_object(std::move(tensor));
  }

  /// ("storage", class, key, device, numel)
  void push_storage(const PickleValue& id) {
    const PickleList* parts = as_list(id);
    if (parts == nullptr || parts->size() != 5 || as_text((*parts)[0]) == nullptr ||
        *as_text((*parts)[0]) != "storage" || as_text((*parts)[2]) == nullptr) {
      fail("the id of a storage has another form");
    }
    const auto import = as_object<Import>((*parts)[1]);
    if (import == nullptr || import->name.role != TorchRole::kStorage) fail("a storage has no storage class");
    const std::string& key = *as_text((*parts)[2]);
    const std::int64_t numel = take_number((*parts)[4]);
    if (numel < 0 || numel > std::numeric_limits<std::int64_t>::max() / 8) {
      fail("storage \"" + printable(key) + "\" cannot have " + std::to_string(numel) + " elements");
    }
    const auto known = storages_.find(key);
    if (known == storages_.end()) {
      auto storage = std::make_shared<TorchStorage>();
      storage->key = key;
      storage->dtype = import->name.dtype;
      storage->numel = static_cast<std::uint64_t>(numel);
      storages_.emplace(key, storage);
      return push_object(std::move(storage));
    }
    if (known->second->dtype != import->name.dtype ||
        known->second->numel != static_cast<std::uint64_t>(numel)) {
      fail("storage \"" + printable(key) + "\" is described in two ways");
    }
    push_object(known->second);
  }

  std::map<std::string, std::shared_ptr<const TorchStorage>, std::less<>> storages_;
};

}  // namespace

PickleValue read_torch_pickle(std::string_view bytes, const std::string& name, const PickleLimits& limits) {
  return TorchMachine(bytes, name, limits).run();
}

std::shared_ptr<const TorchOpaque> as_torch_opaque(const PickleValue& value) {
  return as_object<TorchOpaque>(value);
}

std::shared_ptr<const TorchTensor> as_torch_tensor(const PickleValue& value) {
  return as_object<TorchTensor>(value);
}

}  // namespace pixelsail::detail
