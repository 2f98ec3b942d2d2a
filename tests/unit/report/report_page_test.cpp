#include "report/report_page.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "pixelsail/error.h"
#include "report/page_parts.h"

namespace pixelsail {
namespace {

constexpr std::string_view kDataStart = R"(<script type="application/json" id="report">)";
constexpr std::string_view kScriptEnd = "</script>";

/// What stands in the page's data element, up to the first thing that a browser takes for its end.
std::string data_of(const std::string& page) {
  const std::size_t start = page.find(kDataStart) + kDataStart.size();
  return page.substr(start, page.find(kScriptEnd, start) - start);
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

OrderedJson report_with_answer(const std::string& answer) {
  return {{"title", "t"},
          {"jobs", OrderedJson::array({{{"name", "a"}, {"examples", {{{"answer", answer}}}}}})}};
}

TEST(ReportPage, HoldsTheReportAsItIs) {
  OrderedJson report = report_with_answer("a \"quoted\" answer with <b>, & and \xc3\xa4");
  report["tables"] = OrderedJson::array({{{"id", "1"}, {"rows", OrderedJson::array()}}});
  report["config"] = {{"b", 1}, {"a", nullptr}};
  EXPECT_EQ(OrderedJson::parse(data_of(report_page(report))), report);
}

TEST(ReportPage, NoTextBecomesMarkup) {
  for (const std::string text : {"</script><script>alert(1)</script>", "</SCRIPT >", "<!-- <script>", "]]>",
                                 "<img src=x onerror=alert(1)>", "\xe2\x80\xa8line\xe2\x80\xa9paragraph",
                                 "{{script}} {{report}}", "\\u003c", "a\\"}) {
    const OrderedJson report = report_with_answer(text);
    const std::string page = report_page(report);
    const std::string data = data_of(page);
    EXPECT_EQ(OrderedJson::parse(data), report) << text;
    EXPECT_EQ(data.find_first_of("<>&"), std::string::npos) << text;
    EXPECT_EQ(data.find("\xe2\x80\xa8"), std::string::npos);
    EXPECT_EQ(data.find("\xe2\x80\xa9"), std::string::npos);
    EXPECT_EQ(count(page, kScriptEnd), 2U) << text;
  }
}

TEST(ReportPage, TitleIsText) {
  const std::string page = report_page({{"title", "</title><script>alert('1')</script> & \"x\""}});
  EXPECT_NE(page.find("<title>&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; "
                      "&quot;x&quot;</title>"),
            std::string::npos);
}

TEST(ReportPage, TextThatIsNotUtf8IsReplaced) {
  OrderedJson report = report_with_answer("cut \xe2\x80");
  report["title"] = "\xff";
  const std::string page = report_page(report);
  EXPECT_EQ(OrderedJson::parse(data_of(page))["jobs"][0]["examples"][0]["answer"], "cut \xef\xbf\xbd");
  EXPECT_NE(page.find("<title>\xef\xbf\xbd</title>"), std::string::npos);
}

TEST(ReportPage, NumbersThatAreNoneBecomeNull) {
  OrderedJson report = report_with_answer("");
  report["jobs"][0]["metrics"] = {{{"name", "IoU"}, {"value", std::nan("")}}};
  EXPECT_TRUE(OrderedJson::parse(data_of(report_page(report)))["jobs"][0]["metrics"][0]["value"].is_null());
}

TEST(ReportPage, EmptyReport) {
  const std::string page = report_page(OrderedJson::object());
  EXPECT_EQ(data_of(page), "{}");
  EXPECT_EQ(page.find("{{"), std::string::npos);
}

TEST(ReportPage, WrongLayout) {
  EXPECT_THROW(report_page(OrderedJson::array()), DataError);
  EXPECT_THROW(report_page(nullptr), DataError);
  EXPECT_THROW(report_page({{"jobs", 3}}), DataError);
  try {
    report_page({{"jobs", OrderedJson::array({OrderedJson::object(), "b"})}});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "report: jobs[1] is not an object");
  }
}

TEST(ReportPage, NamesNoAddress) {
  const std::string page = report_page(OrderedJson::object());
  for (const char* loading :
       {"http:", "https:", "//www", "<link", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket",
        "EventSource", "sendBeacon", " src=", "import("}) {
    EXPECT_EQ(page.find(loading), std::string::npos) << loading;
  }
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(ReportPage, NoWayFromTextToMarkup) {
  for (const char* way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                          "DOMParser", "createContextualFragment", "new Function"}) {
    EXPECT_EQ(page_script().find(way), std::string_view::npos) << way;
  }
}

TEST(PageParts, AreWholeFiles) {
  EXPECT_EQ(page_template().substr(0, 15), "<!doctype html>");
  EXPECT_NE(page_style().find("@media print"), std::string_view::npos);
  EXPECT_NE(page_script().find("getElementById(\"contents\")"), std::string_view::npos);
  EXPECT_EQ(page_script().find('\0'), std::string_view::npos);
}

}  // namespace
}  // namespace pixelsail
