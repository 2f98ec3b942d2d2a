#include "report/report_page.h"

#include <map>
#include <string_view>

#include "pixelsail/error.h"
#include "report/html_text.h"
#include "report/page_parts.h"

namespace pixelsail {

namespace {

constexpr std::string_view kLineSeparator = "\xe2\x80\xa8";       // U+2028
constexpr std::string_view kParagraphSeparator = "\xe2\x80\xa9";  // U+2029

using Escapes = std::map<char, std::string_view>;

std::string escaped(std::string_view text, const Escapes& escapes) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto found = escapes.find(c);
    if (found == escapes.end()) {
      out += c;
    } else {
      out += found->second;
    }
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// JSON that may stand inside a script element: '<' occurs in strings only, where its escape means the same,
/// so no text can end the element ("</script>") or begin a comment ("<!--") in it.
std::string script_json(const OrderedJson& report) {
  // A model may stop in the middle of a character: what is not UTF-8 is shown as U+FFFD.
  const std::string text = report.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  std::string out = escaped(text, {{'<', "\\u003c"}, {'>', "\\u003e"}, {'&', "\\u0026"}});
  replace_all(out, kLineSeparator, "\\u2028");
  replace_all(out, kParagraphSeparator, "\\u2029");
  return out;
}

void check_objects(const OrderedJson& report, const char* member) {
  const auto found = report.find(member);
  if (found == report.end()) return;
  const std::string where = std::string("report: ") + member;
  if (!found->is_array()) throw DataError(where + " is not an array");
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (!(*found)[i].is_object()) throw DataError(where + "[" + std::to_string(i) + "] is not an object");
  }
}

}  // namespace

std::string report_page(const OrderedJson& report) {
  if (!report.is_object()) throw DataError("report: not an object");
  check_objects(report, "tables");
  check_objects(report, "jobs");

  const auto title = report.find("title");
  const std::string name = title != report.end() && title->is_string() ? title->get<std::string>() : "";
  const std::map<std::string_view, std::string> parts = {{"title", html_text(name)},
                                                         {"style", std::string(page_style())},
                                                         {"report", script_json(report)},
                                                         {"script", std::string(page_script())}};
  std::string page;
  std::string_view rest = page_template();
  // Left to right through the template alone: a report that holds "{{script}}" stays as it is.
  for (std::size_t open = rest.find("{{"); open != std::string_view::npos; open = rest.find("{{")) {
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) throw RunError("page.html: '{{' without '}}'");
    const std::string_view place = rest.substr(open + 2, close - open - 2);
    const auto part = parts.find(place);
    if (part == parts.end()) throw RunError("page.html: unknown place '" + std::string(place) + "'");
    page += rest.substr(0, open);
    page += part->second;
    rest.remove_prefix(close + 2);
  }
  page += rest;
  return page;
}

}  // namespace pixelsail
