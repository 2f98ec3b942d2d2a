// report_page_dump REPORT.json PAGE.html: the page of a report, for tests in a browser.

#include <exception>
#include <fstream>
#include <iostream>

#include "report/report_page.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: report_page_dump REPORT.json PAGE.html\n";
    return 2;
  }
  try {
    std::ifstream in(argv[1], std::ios::binary);
    std::ofstream out(argv[2], std::ios::binary);
    out << pixelsail::report_page(pixelsail::OrderedJson::parse(in));
    out.close();
    if (!out) throw std::runtime_error(std::string(argv[2]) + ": cannot be written");
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "report_page_dump: " << error.what() << "\n";
    return 1;
  }
}
