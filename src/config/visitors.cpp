#include "config/visitors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/user_path.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

ConfigNode with_overrides(ConfigNode root, const std::string& name,
                          const std::vector<std::string>& overrides) {
  if (root.kind == ConfigNode::Kind::kNull) {
    root.kind = ConfigNode::Kind::kMapping;  // an empty file
    root.where = name;
  }
  detail::expect_kind(root, {}, ConfigNode::Kind::kMapping);
  for (const std::string& assignment : overrides) apply_override(root, assignment);
  return root;
}

std::string shown(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::kNull:
      return "no value";
    case ConfigNode::Kind::kSequence:
      return "a list";
    case ConfigNode::Kind::kMapping:
      return "a mapping";
    case ConfigNode::Kind::kScalar:
      break;
  }
  return (node.quoted ? "the text '" : "'") + node.text + "'";
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + (word.empty() ? "''" : word);
  return out;
}

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

[[noreturn]] void wrong_type(const ConfigNode& node, const std::string& path, const std::string& expected) {
  throw_config_error(node.where, path, "expected " + expected + ", found " + shown(node));
}

void check_range(const ConfigNode& node, const std::string& path, const FieldSpec& spec, double value) {
  if (value >= spec.min && value <= spec.max) return;
  if (std::isnan(value)) return;
  std::string allowed;
  if (std::isinf(spec.max)) {
    allowed = "at least " + number_text(spec.min);
  } else if (std::isinf(spec.min)) {
    allowed = "at most " + number_text(spec.max);
  } else {
    allowed = "between " + number_text(spec.min) + " and " + number_text(spec.max);
  }
  throw_config_error(node.where, path, node.text + " is out of range, must be " + allowed);
}

/// A plain scalar's digits without a leading '+', which from_chars does not take.
std::string_view digits(const ConfigNode& node) {
  std::string_view text = node.text;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

bool is_plain_scalar(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::kScalar && !node.quoted;
}

/// Infinity and NaN as YAML spells them, and as people do.
bool read_non_finite(std::string_view text, double& value) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  if (lower == "inf" || lower == "infinity") {
    value = std::numeric_limits<double>::infinity() * (negative ? -1 : 1);
    return true;
  }
  if (lower == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  return false;
}

/// Texts that are no choice are paths, or templates that begin with neither ~ nor $.
std::string user_path(const ConfigNode& node, const std::string& path) {
  if (node.text == "~") return node.text;  // a quoted text; alone it is YAML's null
  try {
    return expand_user_path(node.text);
  } catch (const ConfigError& error) {
    throw_config_error(node.where, path, error.what());
  }
}

ConfigNode scalar(std::string text, bool quoted = false) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::kScalar;
  node.text = std::move(text);
  node.quoted = quoted;
  return node;
}

}  // namespace

namespace detail {

void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec&, bool& value) {
  // The spellings of YAML's core schema; Python writes True.
  const std::string& text = node.text;
  const bool is_true = text == "true" || text == "True" || text == "TRUE";
  if (!is_plain_scalar(node) || (!is_true && text != "false" && text != "False" && text != "FALSE")) {
    wrong_type(node, path, "true or false");
  }
  value = is_true;
}

void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec,
                 std::int64_t& value) {
  if (!is_plain_scalar(node)) wrong_type(node, path, "an integer");
  const std::string_view text = digits(node);
  std::int64_t parsed = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (result.ec == std::errc::invalid_argument || result.ptr != text.data() + text.size()) {
    wrong_type(node, path, "an integer");
  }
  if (result.ec != std::errc()) throw_config_error(node.where, path, node.text + " does not fit 64 bits");
  check_range(node, path, spec, static_cast<double>(parsed));
  value = parsed;
}

void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, int& value) {
  std::int64_t wide = 0;
  FieldSpec narrow = spec;
  narrow.min = std::max(spec.min, static_cast<double>(std::numeric_limits<int>::min()));
  narrow.max = std::min(spec.max, static_cast<double>(std::numeric_limits<int>::max()));
  read_scalar(node, path, spec, wide);
  check_range(node, path, narrow, static_cast<double>(wide));
  value = static_cast<int>(wide);
}

void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, double& value) {
  if (!is_plain_scalar(node)) wrong_type(node, path, "a number");
  const std::string_view text = digits(node);
  double parsed = 0;
  if (read_non_finite(text, parsed)) {
    if (!spec.allow_non_finite) throw_config_error(node.where, path, node.text + " is not a finite number");
  } else {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (result.ec == std::errc::invalid_argument || result.ptr != text.data() + text.size()) {
      wrong_type(node, path, "a number");
    }
    if (result.ec != std::errc()) throw_config_error(node.where, path, node.text + " does not fit a double");
  }
  check_range(node, path, spec, parsed);
  value = parsed;
}

void read_scalar(const ConfigNode& node, const std::string& path, const FieldSpec& spec, std::string& value) {
  if (node.kind == ConfigNode::Kind::kNull) {
    throw_config_error(node.where, path, "expected a text, found no value (write '' for an empty text)");
  }
  if (node.kind != ConfigNode::Kind::kScalar) wrong_type(node, path, "a text");
  if (!spec.one_of.empty() &&
      std::find(spec.one_of.begin(), spec.one_of.end(), node.text) == spec.one_of.end()) {
    const std::string nearest = nearest_name(node.text, spec.one_of);
    throw_config_error(node.where, path,
                       "'" + node.text + "' is not one of " + join(spec.one_of) +
                           (nearest.empty() ? "" : " (did you mean '" + nearest + "'?)"));
  }
  value = spec.one_of.empty() ? user_path(node, path) : node.text;
}

ConfigNode write_scalar(bool value) {
  return scalar(value ? "true" : "false");
}

ConfigNode write_scalar(std::int64_t value) {
  return scalar(std::to_string(value));
}

ConfigNode write_scalar(double value) {
  if (std::isnan(value)) return scalar(".nan");
  if (std::isinf(value)) return scalar(value < 0 ? "-.inf" : ".inf");
  return scalar(number_text(value));  // the shortest text that reads back to the same double
}

ConfigNode write_scalar(const std::string& value) {
  return scalar(value, true);
}

void expect_kind(const ConfigNode& node, const std::string& path, ConfigNode::Kind kind) {
  if (node.kind == kind) return;
  wrong_type(node, path, kind == ConfigNode::Kind::kMapping ? "a mapping (key: value)" : "a list");
}

void check_keys(const ConfigNode& node, const std::string& path, const std::vector<std::string>& known) {
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const std::string& key = node.keys[i];
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string nearest = nearest_name(key, known);
    throw_config_error(node.key_where[i], join_key_path(path, key),
                       "unknown key " + (nearest.empty() ? "(known here: " + join(known) + ")"
                                                         : "(did you mean '" + nearest + "'?)"));
  }
}

}  // namespace detail

ConfigReader::ConfigReader(const std::filesystem::path& path, const std::vector<std::string>& overrides)
    : root_(with_overrides(read_config_tree(path), path.string(), overrides)) {}

ConfigReader::ConfigReader(const std::string& text, const std::string& name,
                           const std::vector<std::string>& overrides)
    : root_(with_overrides(parse_config_tree(text, name), name, overrides)) {}

std::vector<std::string> differing_keys(const std::map<std::string, std::string>& old_values,
                                        const std::map<std::string, std::string>& new_values) {
  std::vector<std::string> out;
  const auto describe_side = [](const std::map<std::string, std::string>& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string("not set") : found->second;
  };
  std::map<std::string, std::string> all = old_values;
  all.insert(new_values.begin(), new_values.end());
  for (const auto& [key, unused] : all) {
    const std::string before = describe_side(old_values, key);
    const std::string after = describe_side(new_values, key);
    if (before != after) out.push_back(key + ": " + before + " -> " + after);
  }
  return out;
}

}  // namespace pixelsail
