#include "export/conversion_report.h"

#include <utility>

#include "io/printable.h"

namespace pixelsail {
namespace {

constexpr std::size_t kShownItems = 20;

std::string counts_text(const std::map<std::string, std::int64_t>& counts) {
  std::string text;
  for (const auto& [kind, count] : counts)
    text += (text.empty() ? "" : ", ") + kind + " " + std::to_string(count);
  return text;
}

std::string place_text(const RecordPlace& place) {
  const std::string file = detail::printable(place.file);
  return place.record.empty() ? file : file + ": " + detail::printable(place.record);
}

}  // namespace

void ConversionReport::left_out(RecordPlace place, std::string kind, std::string why) {
  ++counts_[kind];
  items_.push_back({.place = std::move(place), .kind = std::move(kind), .why = std::move(why)});
}

std::int64_t ConversionReport::things() const {
  std::int64_t sum = 0;
  for (const auto& [kind, count] : taken_) sum += count;
  return sum;
}

std::string why_of(const std::exception& error, const std::filesystem::path& file) {
  std::string text = error.what();
  if (!text.starts_with(file.string())) return text;
  const std::size_t begin = text.find_first_not_of(": ", file.string().size());
  return begin == std::string::npos ? text : text.substr(begin);
}

std::string report_to_text(const ConversionReport& report) {
  std::string text = "taken: " + std::to_string(report.pictures()) + " pictures, " +
                     std::to_string(report.things()) + " things";
  if (!report.taken().empty()) text += " (" + counts_text(report.taken()) + ")";
  text += "\nleft out: " + std::to_string(report.items().size());
  if (!report.left_out().empty()) text += " (" + counts_text(report.left_out()) + ")";
  text += "\n";
  if (!report.notes().empty()) text += "noted: " + counts_text(report.notes()) + "\n";
  for (std::size_t i = 0; i < report.items().size() && i < kShownItems; ++i) {
    const ConversionReport::Item& item = report.items()[i];
    text += "  " + place_text(item.place) + ": " + item.kind;
    if (!item.why.empty()) text += ": " + detail::printable(item.why);
    text += "\n";
  }
  if (report.items().size() > kShownItems)
    text += "  and " + std::to_string(report.items().size() - kShownItems) + " more\n";
  return text;
}

OrderedJson report_to_json(const ConversionReport& report) {
  OrderedJson json;
  json["pictures"] = report.pictures();
  json["things"] = report.things();
  json["taken"] = report.taken();
  json["left_out"] = report.left_out();
  json["notes"] = report.notes();
  OrderedJson items = OrderedJson::array();
  for (const ConversionReport::Item& item : report.items()) {
    OrderedJson entry;
    entry["file"] = item.place.file;
    entry["record"] = item.place.record;
    entry["kind"] = item.kind;
    if (!item.why.empty()) entry["why"] = item.why;
    items.push_back(std::move(entry));
  }
  json["items"] = std::move(items);
  return json;
}

}  // namespace pixelsail
