#include "report/html_text.h"

#include "io/json.h"

namespace pixelsail {

std::string html_text(const std::string& text) {
  // Through JSON, which replaces what is not UTF-8.
  const std::string quoted = OrderedJson(text).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  std::string out;
  for (const char c : OrderedJson::parse(quoted).get<std::string>()) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace pixelsail
