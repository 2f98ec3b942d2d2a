#pragma once

/// What a value of a pickle is, for machines that know objects.

#include <memory>
#include <string>
#include <variant>

#include "io/pickle/pickle.h"

namespace pixelsail::detail {

/// nullptr when the value is no such object.
template <class Object>
std::shared_ptr<const Object> as_object(const PickleValue& value) {
  const auto* object = std::get_if<std::shared_ptr<const PickleObject>>(&value.storage());
  return object == nullptr ? nullptr : std::dynamic_pointer_cast<const Object>(*object);
}

/// nullptr when the value is no text.
inline const std::string* as_text(const PickleValue& value) {
  return std::get_if<std::string>(&value.storage());
}

}  // namespace pixelsail::detail
