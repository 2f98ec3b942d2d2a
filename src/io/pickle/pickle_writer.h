#pragma once

/// Writes plain data as a Python pickle: lists, dicts with text keys, text, integers, booleans, None, floats.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/json.h"

namespace pixelsail {
namespace detail {

/// The bytes of a pickle, value by value.
class PickleOutput {
 public:
  /// Protocol 0 (`is_text`) or 2.
  explicit PickleOutput(bool is_text);
  bool is_text() const { return is_text_; }

  /// An opcode, or several, without arguments.
  void put_op(std::string_view op) { out_ += op; }
  void put_bool(bool value);
  void put_int(std::int64_t value);
  void put_float(double value);
  /// Equal texts are written once and referred to after. Throws ConfigError when protocol 0 cannot hold it.
  void put_text(const std::string& text);
  /// GLOBAL: the name of a Python class or function.
  void put_global(std::string_view module, std::string_view name);
  /// Ends the pickle and hands it out.
  std::string finish();

 private:
  void put_once(std::string encoded);
  void put_memo(char decimal, char short_form, char long_form, std::uint64_t slot);

  bool is_text_;
  std::string out_;
  std::unordered_map<std::string, std::uint64_t> memo_;
};

}  // namespace detail

/// `protocol` 0 (text) or 2. Equal texts are written once and referred to after. The bytes depend on the
/// value only. Throws ConfigError for other protocols.
std::string write_pickle(const OrderedJson& value, int protocol = 2);

}  // namespace pixelsail
