#include "export/expression_template.h"

#include "pixelsail/error.h"

namespace pixelsail {

ExpressionTemplate::ExpressionTemplate(const std::string& text) {
  constexpr std::string_view kName = "{name}";
  const std::size_t at = text.find(kName);
  if (at == std::string::npos || text.find(kName, at + 1) != std::string::npos)
    throw ConfigError("the form of expressions \"" + text +
                      "\" should hold {name} once, as in \"the {name}\"");
  before_ = text.substr(0, at);
  behind_ = text.substr(at + kName.size());
}

std::string ExpressionTemplate::expression_of(std::string_view name) const {
  return before_ + std::string(name) + behind_;
}

std::string ExpressionTemplate::name_in(std::string_view expression) const {
  if (expression.size() <= before_.size() + behind_.size() || !expression.starts_with(before_) ||
      !expression.ends_with(behind_))
    return std::string(expression);
  expression.remove_prefix(before_.size());
  expression.remove_suffix(behind_.size());
  return std::string(expression);
}

}  // namespace pixelsail
