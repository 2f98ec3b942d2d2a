#include <algorithm>
#include <vector>

#include "report/paper_tables.h"

namespace pixelsail {
namespace {

using Cells = std::vector<std::string>;

/// Text that stays in its cell.
std::string cell_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '\\') result += '\\';
    result += c == '\n' || c == '\r' ? ' ' : c;
  }
  return result;
}

std::string value_text(const OrderedJson& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? cell_text(value.get<std::string>()) : value.dump();
}

/// Characters of UTF-8 text: bytes that continue none.
std::size_t width_of(const std::string& text) {
  constexpr unsigned kContinues = 0x80, kMask = 0xC0;
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & kMask) != kContinues; }));
}

/// Names stand left, values right.
bool is_name(std::size_t column) {
  constexpr std::size_t kNameColumns = 2;
  return column < kNameColumns;
}

std::string line(const Cells& cells, const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string fill(widths[i] - width_of(cells[i]), ' ');
    text += is_name(i) ? " " + cells[i] + fill + " |" : " " + fill + cells[i] + " |";
  }
  return text + "\n";
}

std::string rule(const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (std::size_t i = 0; i < widths.size(); ++i)
    text +=
        is_name(i) ? " " + std::string(widths[i], '-') + " |" : " " + std::string(widths[i] - 1, '-') + ": |";
  return text + "\n";
}

Cells row_cells(const OrderedJson& row) {
  Cells cells{cell_text(row.at("method").get<std::string>()), cell_text(row.at("size").get<std::string>())};
  for (const OrderedJson& value : row.at("values")) cells.push_back(value_text(value));
  if (row.at("ours").get<bool>())
    for (std::string& cell : cells) cell = "**" + cell + "**";
  return cells;
}

std::string one_table(const OrderedJson& table) {
  std::vector<Cells> lines{{"method", "size"}};
  for (const OrderedJson& column : table.at("columns"))
    lines[0].push_back(cell_text(column.get<std::string>()));
  for (const OrderedJson& row : table.at("rows")) lines.push_back(row_cells(row));
  std::vector<std::size_t> widths(lines[0].size(), 1);
  for (const Cells& cells : lines)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(cells.at(i)));
  std::string text =
      "### " + table.at("title").get<std::string>() + "\n\n" + table.at("metric").get<std::string>() + "\n\n";
  text += line(lines[0], widths) + rule(widths);
  for (std::size_t i = 1; i < lines.size(); ++i) text += line(lines[i], widths);
  if (table.contains("note")) text += "\n" + table.at("note").get<std::string>() + "\n";
  return text;
}

}  // namespace

std::string tables_markdown(const OrderedJson& tables) {
  std::string text;
  for (const OrderedJson& table : tables) text += (text.empty() ? "" : "\n") + one_table(table);
  return text;
}

}  // namespace pixelsail
