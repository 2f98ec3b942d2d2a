#include "io/pickle/pickle.h"

#include <string_view>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

const char* kind_name(const PickleValue::Storage& storage) {
  constexpr const char* kKinds[] = {"None", "a bool", "an integer", "a float",
                                    "text", "a list", "a dict",     "an object"};
  return kKinds[storage.index()];
}

[[noreturn]] void wrong_kind(const char* expected, const PickleValue::Storage& found) {
  throw DataError(std::string("pickle: expected ") + expected + ", found " + kind_name(found));
}

}  // namespace

PickleObject::~PickleObject() = default;

std::int64_t PickleValue::as_int() const {
  if (const auto* value = std::get_if<std::int64_t>(&storage_)) return *value;
  wrong_kind("an integer", storage_);
}

double PickleValue::as_double() const {
  if (const auto* value = std::get_if<double>(&storage_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&storage_)) return static_cast<double>(*value);
  wrong_kind("a number", storage_);
}

const std::string& PickleValue::as_string() const {
  if (const auto* value = std::get_if<std::string>(&storage_)) return *value;
  wrong_kind("text", storage_);
}

const PickleList& PickleValue::as_list() const {
  if (const auto* value = std::get_if<std::shared_ptr<PickleList>>(&storage_)) return **value;
  wrong_kind("a list", storage_);
}

bool PickleValue::is_dict() const {
  return std::holds_alternative<std::shared_ptr<PickleDict>>(storage_);
}

const PickleDict& PickleValue::as_dict() const {
  if (const auto* value = std::get_if<std::shared_ptr<PickleDict>>(&storage_)) return **value;
  wrong_kind("a dict", storage_);
}

const PickleValue* PickleValue::find(std::string_view key) const {
  for (const auto& [name, value] : as_dict()) {
    const auto* text = std::get_if<std::string>(&name.storage());
    if (text != nullptr && *text == key) return &value;
  }
  return nullptr;
}

const PickleValue& PickleValue::at(std::string_view key) const {
  if (const PickleValue* value = find(key)) return *value;
  throw DataError("pickle: a dict has no key \"" + std::string(key) + "\"");
}

}  // namespace pixelsail
