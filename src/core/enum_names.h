#pragma once

/// Enumerations with names: one table beside the enum serves the reader of configurations, JSON files, command
/// lines and messages alike.
///
///   enum class MaskRule { kLogit, kSigmoid };
///   constexpr auto enum_names(MaskRule) {
///     return std::array{EnumName{MaskRule::kLogit, "logit"}, EnumName{MaskRule::kSigmoid, "sigmoid"}};
///   }
///
/// enum_names() is found by argument-dependent lookup; its argument is not looked at.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires {
  enum_names(E{});
};

/// Names in the order of the table.
template <NamedEnum E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& row : enum_names(E{})) names.emplace_back(row.name);
  return names;
}

/// "a, b, c": for messages.
template <NamedEnum E>
std::string list_of_names() {
  std::string text;
  for (const auto& row : enum_names(E{})) text += (text.empty() ? "" : ", ") + std::string(row.name);
  return text;
}

/// Throws ConfigError for a value that the table lacks, which only a cast makes.
template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  for (const auto& row : enum_names(E{}))
    if (row.value == value) return row.name;
  throw ConfigError("a value without a name");
}

/// nullopt for a name that the table lacks.
template <NamedEnum E>
constexpr std::optional<E> find_value(std::string_view name) {
  for (const auto& row : enum_names(E{}))
    if (row.name == name) return row.value;
  return std::nullopt;
}

/// The value of a name. Throws ConfigError "WHAT 'name' is not one of a, b, c" for one that the table lacks.
template <NamedEnum E>
E value_named(std::string_view name, std::string_view what) {
  if (const auto value = find_value<E>(name)) return *value;
  throw ConfigError(std::string(what) + " '" + std::string(name) + "' is not one of " + list_of_names<E>());
}

}  // namespace pixelsail
