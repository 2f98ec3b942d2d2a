#include "io/json.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "io/atomic_file.h"
#include "io/file_kind.h"
#include "io/json_input.h"
#include "io/json_number.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr int kDocumentDepth = 200;

/// Where and why a text is not JSON; `byte` counts from 0.
struct Fault {
  std::size_t byte = 0;
  std::string reason;
};

/// Brackets outside strings, before anything is built: the parser keeps a stack of its own but no limit on
/// it. `has_words` says whether there may be a NaN or Infinity.
bool too_deep(std::string_view text, Fault& fault, bool& has_words) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDocumentDepth) {
        fault = {i, "nested deeper than " + std::to_string(kDocumentDepth) + " levels"};
        return true;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == 'N' || c == 'I') {
      has_words = true;
    }
  }
  return false;
}

/// The library's message without its own prefix ("[json.exception...] parse error at line 1, column 2: ").
std::string plain_reason(const nlohmann::json::exception& error) {
  std::string_view text = error.what();
  if (const auto end = text.find("] "); text.starts_with('[') && end != text.npos)
    text.remove_prefix(end + 2);
  if (text.starts_with("parse error")) {
    if (const auto colon = text.find(": "); colon != text.npos) text.remove_prefix(colon + 2);
  }
  return std::string(text);
}

bool parse(std::string_view text, Json& value, Fault& fault,
           const Json::parser_callback_t& callback = nullptr) {
  bool has_words = false;
  if (too_deep(text, fault, has_words)) return false;
  NumberFilter filter;
  std::string filtered;
  if (has_words) {
    filter.filter(text, true, filtered);
    text = filtered;
  }
  try {
    value = Json::parse(text, callback);
    return true;
  } catch (const nlohmann::json::parse_error& error) {
    fault = {error.byte > 0 ? error.byte - 1 : 0, plain_reason(error)};
    const auto before =
        std::ranges::count_if(filter.grown_at(), [&](std::size_t at) { return at < fault.byte; });
    fault.byte -= std::min(fault.byte, static_cast<std::size_t>(before));
  } catch (const nlohmann::json::exception& error) {
    fault = {0, plain_reason(error)};
  }
  return false;
}

std::string place(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto newline = before.rfind('\n');
  const std::size_t column = newline == before.npos ? before.size() + 1 : before.size() - newline;
  std::size_t line = 1;
  for (const char c : before) line += c == '\n';
  return std::to_string(line) + ":" + std::to_string(column);
}

[[noreturn]] void wrong_type(const char* key, const char* expected, const Json& found,
                             const std::string& where) {
  std::string shown;
  if (found.is_null()) shown = " (or NaN)";
  if (found.is_number() || found.is_string()) {
    constexpr std::size_t kMax = 60;
    shown = found.dump(-1, ' ', true, Json::error_handler_t::replace);
    shown = " " + (shown.size() > kMax ? shown.substr(0, kMax) + "..." : shown);
  }
  throw DataError(where + ": \"" + key + "\" should be " + expected + ", not " + found.type_name() + shown);
}

/// JSON has no NaN or infinity, and the library would write null.
void require_finite(const OrderedJson& value, const std::string& path, const std::string& place) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    throw RunError(path + ": " + (place.empty() ? "/" : place) + " is not a finite number");
  }
  if (!value.is_structured()) return;
  for (const auto& [key, child] : value.items()) require_finite(child, path, place + "/" + key);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& name) {
  Json value;
  Fault fault;
  if (!parse(text, value, fault)) throw DataError(name + ":" + place(text, fault.byte) + ": " + fault.reason);
  return value;
}

Json parse_json_unique(std::string_view text, const std::string& name, const char* complaint) {
  // The keys seen so far of every object that is open.
  std::vector<std::set<std::string>> open;
  const auto check = [&open, &name, complaint](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key &&
        !open.back().insert(parsed.get_ref<const std::string&>()).second) {
      throw DataError(name + ": key \"" + parsed.get_ref<const std::string&>() + "\" " + complaint);
    }
    return true;
  };
  Json value;
  Fault fault;
  if (!parse(text, value, fault, check)) {
    throw DataError(name + ":" + place(text, fault.byte) + ": " + fault.reason);
  }
  return value;
}

Json read_json(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  refuse_foreign(text, path.string(), true);
  return parse_json(text, path.string());
}

void read_jsonl(const std::filesystem::path& path, const std::function<void(Json&&, std::size_t)>& line,
                bool allow_torn_tail) {
  JsonRecords records(path);
  std::string text;
  while (records.next(text)) {
    const std::string where = records.is_array() ? path.string() + ": " + records.place()
                                                 : path.string() + ":" + std::to_string(records.number());
    Json value;
    Fault fault;
    if (!parse(text, value, fault)) {
      if (allow_torn_tail && !records.is_ended()) return;
      throw DataError(where + ": " + fault.reason);
    }
    try {
      line(std::move(value), records.number());
    } catch (const Error& error) {
      throw_with_context(error, where);
    }
  }
}

std::optional<std::int64_t> whole_json_number(const Json& value) {
  constexpr double kLargest = 9007199254740992.0;  // 2^53: every whole number up to it is a double
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (!(std::abs(number) <= kLargest) || std::trunc(number) != number) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return value.get<std::int64_t>();
}

const Json& json_at(const Json& object, const char* key, const std::string& where) {
  if (!object.is_object()) throw DataError(where + ": should be an object, not " + object.type_name());
  const auto found = object.find(key);
  if (found == object.end()) throw DataError(where + ": \"" + key + "\" is missing");
  return *found;
}

const Json& json_list_at(const Json& object, const char* key, const std::string& where) {
  const Json& list = json_at(object, key, where);
  if (!list.is_array()) throw DataError(where + ": \"" + key + "\" should be a list");
  return list;
}

std::int64_t json_int(const Json& object, const char* key, const std::string& where) {
  const Json& value = json_at(object, key, where);
  if (const auto number = whole_json_number(value)) return *number;
  if (value.is_number_integer()) throw DataError(where + ": \"" + key + "\" is too large");
  wrong_type(key, "an integer", value, where);
}

double json_number(const Json& object, const char* key, const std::string& where) {
  const Json& value = json_at(object, key, where);
  if (!value.is_number()) wrong_type(key, "a number", value, where);
  return value.get<double>();
}

const std::string& json_string(const Json& object, const char* key, const std::string& where) {
  const Json& value = json_at(object, key, where);
  if (!value.is_string()) wrong_type(key, "text", value, where);
  return value.get_ref<const std::string&>();
}

void write_json_atomic(const std::filesystem::path& path, const OrderedJson& value, int indent) {
  require_finite(value, path.string(), "");
  std::string text;
  try {
    text = value.dump(indent);
  } catch (const OrderedJson::exception& error) {
    throw RunError(path.string() + ": cannot be written as JSON: " + error.what());
  }
  write_file_atomic(path, text + "\n");
}

}  // namespace pixelsail
