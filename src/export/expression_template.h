#pragma once

/// How the name of a thing becomes an expression: "the {name}".

#include <string>
#include <string_view>

namespace pixelsail {

class ExpressionTemplate {
 public:
  /// Throws ConfigError unless `text` holds "{name}" exactly once.
  explicit ExpressionTemplate(const std::string& text);

  std::string expression_of(std::string_view name) const;
  /// The name in an expression of this form; else the expression as it is.
  std::string name_in(std::string_view expression) const;

 private:
  std::string before_, behind_;
};

}  // namespace pixelsail
