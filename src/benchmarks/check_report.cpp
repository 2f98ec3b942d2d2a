#include <algorithm>

#include "benchmarks/check.h"

namespace pixelsail {
namespace {

OrderedJson findings_json(const std::vector<CheckFinding>& findings) {
  OrderedJson list = OrderedJson::array();
  for (const CheckFinding& finding : findings)
    list.push_back({{"what", finding.what}, {"count", finding.count}, {"first", finding.first}});
  return list;
}

std::string findings_text(const char* kind, const std::vector<CheckFinding>& findings) {
  std::string text;
  for (const CheckFinding& finding : findings) {
    text += std::string("  ") + kind + ": " + std::to_string(finding.count) + " x " + finding.what + "\n";
    for (const std::string& place : finding.first) text += "      " + place + "\n";
    if (finding.count > static_cast<std::int64_t>(finding.first.size())) text += "      ...\n";
  }
  return text;
}

std::string title(const BenchmarkCheck& check) {
  return check.benchmark + (check.split.empty() ? "" : " " + check.split) + " in " + check.root;
}

}  // namespace

OrderedJson check_to_json(std::span<const BenchmarkCheck> checks) {
  std::size_t faults = 0;
  OrderedJson benchmarks = OrderedJson::array();
  for (const BenchmarkCheck& check : checks) {
    OrderedJson one;
    one["benchmark"] = check.benchmark;
    one["split"] = check.split;
    one["root"] = check.root;
    one["counts"] = OrderedJson::object();
    for (const auto& [name, value] : check.counts) one["counts"][name] = value;
    one["published"] = OrderedJson::array();
    for (const PublishedCount& count : check.published) {
      one["published"].push_back({{"name", count.name},
                                  {"published", count.published},
                                  {"found", count.found},
                                  {"equal", count.published == count.found}});
    }
    one["facts"] = OrderedJson::object();
    for (const auto& [name, text] : check.facts) one["facts"][name] = text;
    one["faults"] = findings_json(check.faults);
    one["notes"] = findings_json(check.notes);
    faults += check.faults.size();
    benchmarks.push_back(std::move(one));
  }
  OrderedJson json;
  json["faults"] = faults;
  json["benchmarks"] = std::move(benchmarks);
  return json;
}

std::string check_to_text(std::span<const BenchmarkCheck> checks) {
  std::string text;
  for (const BenchmarkCheck& check : checks) {
    text += (text.empty() ? "" : "\n") + title(check) + ": " +
            (check.faults.empty() ? "no faults" : "FAULTS") + "\n";
    std::string counts;
    for (const auto& [name, value] : check.counts)
      counts += (counts.empty() ? "  " : ", ") + std::to_string(value) + " " + name;
    if (!counts.empty()) text += counts + "\n";
    for (const PublishedCount& count : check.published) {
      text += "  published " + count.name + ": " + std::to_string(count.published) +
              (count.published == count.found ? ", the same here" : ", here " + std::to_string(count.found)) +
              "\n";
    }
    for (const auto& [name, fact] : check.facts) text += "  " + name + ": " + fact + "\n";
    text += findings_text("fault", check.faults) + findings_text("note", check.notes);
  }
  return text;
}

}  // namespace pixelsail
