#pragma once

/// Options that benchmarks have of their own: what of their protocol could be another. Each benchmark has a plain
/// struct of defaults with a describe() (core/describe.h), whose fields may be texts, whole numbers, truth values
/// and enums with names (core/enum_names.h). The struct is named in the benchmark's row (benchmark.h);
/// from there its fields are keys of an evaluation's YAML file, and options and --set keys of pixelsail-score.
/// An option of the same name in several benchmarks is one option.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/describe.h"
#include "core/enum_names.h"

namespace pixelsail {

/// Enums are kept by name.
using OptionValue = std::variant<std::string, std::int64_t, double, bool>;

struct BenchmarkOption {
  std::string name;
  OptionValue fallback;
  FieldSpec spec;
};

/// Calls describe() with defaults and collects the fields.
class OptionLister {
 public:
  template <class T>
  void field(const char* name, T& value, FieldSpec spec = {}) {
    if constexpr (NamedEnum<T>) {
      spec.one_of = names_of<T>();
      options.push_back({.name = name, .fallback = std::string(name_of(value)), .spec = std::move(spec)});
    } else {
      options.push_back({.name = name, .fallback = OptionValue(value), .spec = std::move(spec)});
    }
  }
  std::vector<BenchmarkOption> options;
};

template <class Options>
std::vector<BenchmarkOption> list_options() {
  OptionLister lister;
  Options options;
  describe(lister, options);
  return std::move(lister.options);
}

/// The options of all benchmarks, each once, in the order in which configurations are written. Throws ConfigError
/// when two benchmarks have options of one name and different types.
const std::vector<BenchmarkOption>& benchmark_options();

/// Options as they were given, whatever benchmark they are for.
class OptionValues {
 public:
  /// From text, as on a command line. Throws ConfigError for an unknown option, and for a value of another type
  /// or out of its range.
  void set(const std::string& name, const std::string& text);
  /// From "name=value" with the value in YAML, as --set gives it. Throws as set().
  void assign(const std::string& assignment);
  /// Null where none was given.
  const OptionValue* find(const std::string& name) const;
  /// The value of an option; its default where none was given.
  OptionValue value(const BenchmarkOption& option) const;
  void keep(const BenchmarkOption& option, OptionValue value);

 private:
  std::map<std::string, OptionValue> values_;
};

/// Called by describe() of a benchmark's options.
class OptionReader {
 public:
  explicit OptionReader(const OptionValues& values) : values_(values) {}
  template <class T>
  void field(const char* name, T& value, const FieldSpec& = {}) const {
    const OptionValue* given = values_.find(name);
    if (given == nullptr) return;
    if constexpr (NamedEnum<T>) {
      value = value_named<T>(std::get<std::string>(*given), name);
    } else {
      value = std::get<T>(*given);
    }
  }

 private:
  const OptionValues& values_;
};

/// A benchmark's options as its own struct. Throws ConfigError for a name that an enum does not have.
template <class Options>
Options options_of(const OptionValues& values) {
  Options options;
  OptionReader reader(values);
  describe(reader, options);
  return options;
}

/// A visitor that only looks changes nothing.
template <class Visitor>
void describe(Visitor& v, OptionValues& values) {
  for (const BenchmarkOption& option : benchmark_options()) {
    const OptionValue before = values.value(option);
    OptionValue value = before;
    std::visit([&](auto& typed) { v.field(option.name.c_str(), typed, option.spec); }, value);
    if (value != before) values.keep(option, std::move(value));
  }
}

}  // namespace pixelsail
