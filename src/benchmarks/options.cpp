#include "benchmarks/options.h"

#include <algorithm>

#include "config/config.h"

namespace pixelsail {

const OptionValue* OptionValues::find(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

OptionValue OptionValues::value(const BenchmarkOption& option) const {
  const OptionValue* given = find(option.name);
  return given == nullptr ? option.fallback : *given;
}

void OptionValues::keep(const BenchmarkOption& option, OptionValue value) {
  values_[option.name] = std::move(value);
}

void OptionValues::set(const std::string& name, const std::string& text) {
  const auto& options = benchmark_options();
  const auto option = std::ranges::find(options, name, &BenchmarkOption::name);
  if (option == options.end()) {
    std::vector<std::string> known;
    for (const BenchmarkOption& one : options) known.push_back(one.name);
    const std::string nearest = nearest_name(name, known);
    throw ConfigError("unknown option \"" + name + "\"" +
                      (nearest.empty() ? "" : " (did you mean \"" + nearest + "\"?)"));
  }
  ConfigNode node;
  node.kind = ConfigNode::Kind::kScalar;
  node.text = text;
  OptionValue value = option->fallback;
  std::visit([&](auto& typed) { detail::read_scalar(node, name, option->spec, typed); }, value);
  keep(*option, std::move(value));
}

void OptionValues::assign(const std::string& assignment) {
  ConfigReader reader("", "options", {assignment});
  reader.read(*this);
}

}  // namespace pixelsail
