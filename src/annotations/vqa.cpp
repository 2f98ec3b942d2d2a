#include "annotations/vqa.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "io/base64.h"
#include "io/printable.h"
#include "io/tables/tsv_column.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// An image cell of at most as many characters names another record.
constexpr std::size_t kLongestReference = 64;

/// File names under which the tables were published.
struct PublishedNames {
  std::string_view benchmark;
  std::vector<std::string_view> files;
};

std::vector<PublishedNames> published_names() {
  return {{"mme", {"MME.tsv"}},
          {"mmbench",
           {"MMBench_DEV_EN.tsv", "MMBench_TEST_EN.tsv", "MMBench_DEV_CN.tsv", "MMBench_TEST_CN.tsv",
            "MMBench.tsv", "MMBench_CN.tsv", "MMBench_DEV_EN_V11.tsv", "MMBench_TEST_EN_V11.tsv",
            "MMBench_DEV_CN_V11.tsv", "MMBench_TEST_CN_V11.tsv", "MMBench_V11.tsv", "MMBench_CN_V11.tsv"}},
          {"seedbench", {"SEEDBench_IMG.tsv"}},
          {"mmstar", {"MMStar.tsv"}}};
}

/// A column that may be absent: then every cell of it is missing.
class OptionalColumn {
 public:
  OptionalColumn(const TsvTable& table, std::string_view name) {
    if (const auto column = table.find_column(name)) column_.emplace(table, *column);
  }
  std::optional<std::string> text(std::size_t row) const {
    return column_ ? column_->text(row) : std::nullopt;
  }

 private:
  std::optional<TsvColumn> column_;
};

std::size_t need_column(const TsvTable& table, std::string_view name) {
  const auto column = table.find_column(name);
  if (!column) throw DataError(table.name() + ": the table has no column \"" + std::string(name) + "\"");
  return *column;
}

bool is_regular(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

VqaTable VqaTable::load(const std::filesystem::path& path) {
  return VqaTable(TsvTable::read(path));
}

VqaTable::VqaTable(TsvTable table) : table_(std::move(table)), image_column_(table_.find_column("image")) {
  const TsvColumn index(table_, need_column(table_, "index"));
  const TsvColumn text(table_, need_column(table_, "question"));
  const OptionalColumn hint(table_, "hint"), answer(table_, "answer"), category(table_, "category"),
      split(table_, "split"), image_path(table_, "image_path"), g_index(table_, "g_index"),
      l2_category(table_, has_column("l2-category") ? "l2-category" : "l2_category");
  std::vector<std::pair<char, TsvColumn>> options;
  for (char letter = 'A'; letter <= 'Z'; ++letter) {
    if (const auto column = table_.find_column(std::string_view(&letter, 1)))
      options.emplace_back(letter, TsvColumn(table_, *column));
  }
  questions_.reserve(table_.rows());
  for (std::size_t row = 0; row < table_.rows(); ++row) {
    if (image_column_ && is_missing_cell(table_.cell(row, *image_column_))) {
      ++without_image_;
      continue;
    }
    auto name = index.text(row);
    if (!name) throw DataError(table_.where(row) + ": the record has no index");
    if (places_.contains(*name))
      throw DataError(table_.where(row) + ": index " + detail::printable(*name) + " is there twice");
    VqaQuestion question{.index = std::move(*name),
                         .question = text.text(row).value_or(""),
                         .hint = hint.text(row),
                         .answer = answer.text(row),
                         .category = category.text(row),
                         .l2_category = l2_category.text(row),
                         .split = split.text(row),
                         .image_path = image_path.text(row),
                         .g_index = g_index.text(row),
                         .options = {},
                         .row = row};
    for (const auto& [letter, column] : options) {
      if (auto option = column.text(row)) question.options.emplace_back(letter, std::move(*option));
    }
    places_.emplace(question.index, questions_.size());
    questions_.push_back(std::move(question));
  }
}

std::string VqaTable::where(const VqaQuestion& question) const {
  return table_.where(question.row) + ": question " + detail::printable(question.index);
}

std::size_t VqaTable::image_holder(const VqaQuestion& question) const {
  const std::string place = where(question);
  if (!image_column_) throw DataError(place + ": no image: the table has no column \"image\"");
  const std::string_view cell = table_.cell(question.row, *image_column_);
  if (cell.size() > kLongestReference) return places_.at(question.index);
  const auto holder = places_.find(std::string(cell));
  const std::string reference = detail::printable(cell);
  if (holder == places_.end())
    throw DataError(place + ": no image: no record has the index \"" + reference + "\" that it names");
  if (table_.cell(questions_[holder->second].row, *image_column_).size() <= kLongestReference)
    throw DataError(place + ": no image: record " + reference + ", which it names, holds none");
  return holder->second;
}

std::vector<std::vector<std::byte>> VqaTable::image_bytes(const VqaQuestion& question) const {
  const std::string_view cell = table_.cell(questions_[image_holder(question)].row, *image_column_);
  const std::string place = where(question);
  try {
    std::vector<std::vector<std::byte>> images;
    for (const std::string_view text : list_cell(cell)) images.push_back(decode_base64(text));
    if (images.empty()) throw DataError("no image: an empty list");
    return images;
  } catch (const DataError& error) {
    throw_with_context(error, place);
  }
}

std::filesystem::path find_vqa_table(const std::filesystem::path& root, const std::string& benchmark) {
  if (is_regular(root)) return root;
  std::vector<std::filesystem::path> candidates{root / benchmark / (benchmark + ".tsv"),
                                                root / (benchmark + ".tsv")};
  for (const auto& published : published_names()) {
    if (published.benchmark != benchmark) continue;
    for (const std::string_view file : published.files) {
      candidates.push_back(root / benchmark / file);
      candidates.push_back(root / file);
    }
  }
  std::vector<std::filesystem::path> found;
  for (const auto& candidate : candidates) {
    const auto same = [&](const std::filesystem::path& other) {
      std::error_code error;
      return std::filesystem::equivalent(other, candidate, error);
    };
    if (is_regular(candidate) && std::none_of(found.begin(), found.end(), same)) found.push_back(candidate);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw DataError(root.string() + ": no table of " + benchmark + ", such as " +
                    candidates.front().string() + " or " + candidates.back().string());
  std::string list;
  for (const auto& path : found) list += (list.empty() ? "" : ", ") + path.string();
  throw DataError(root.string() + ": several tables of " + benchmark + " (" + list +
                  "): give the file that is meant");
}

std::vector<std::string_view> list_cell(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return {text};
  std::string_view rest = trimmed(text.substr(1, text.size() - 2));
  std::vector<std::string_view> items;
  while (!rest.empty()) {
    const char quote = rest.front();
    const std::size_t end = quote == '\'' || quote == '"' ? rest.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos || rest.substr(0, end).find('\\') != std::string_view::npos)
      throw DataError("a list that is not made of plain strings");
    items.push_back(rest.substr(1, end - 1));
    rest = trimmed(rest.substr(end + 1));
    if (rest.empty()) break;
    if (rest.front() != ',') throw DataError("a list that is not made of plain strings");
    rest = trimmed(rest.substr(1));
  }
  return items;
}

}  // namespace pixelsail
