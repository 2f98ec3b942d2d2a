#include "synth/things/listing.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <system_error>

#include "io/atomic_file.h"
#include "io/tables/tsv.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTable = "things.tsv";

class Columns {
 public:
  explicit Columns(const TsvTable& table) : table_(table) {}
  /// Throws DataError for a column that must be there and is not.
  std::size_t needed(const char* name) const {
    if (const auto column = table_.find_column(name)) return *column;
    throw DataError(table_.name() + ": the column '" + name + "' is missing");
  }
  std::string optional(std::size_t row, const char* name) const {
    const auto column = table_.find_column(name);
    return column ? std::string(table_.cell(row, *column)) : std::string();
  }

 private:
  const TsvTable& table_;
};

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(mark, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The file stays inside its folder.
fs::path inside(const fs::path& folder, const std::string& file, const std::string& where) {
  const fs::path relative(file);
  const bool up =
      std::any_of(relative.begin(), relative.end(), [](const fs::path& part) { return part == ".."; });
  if (file.empty() || relative.is_absolute() || up)
    throw DataError(where + ": file: '" + file + "' is no file below this folder");
  return folder / relative;
}

void list_table(const fs::path& folder, ThingListing& listing) {
  const TsvTable table = TsvTable::read(folder / kTable);
  const Columns columns(table);
  const std::size_t file = columns.needed("file"), use = columns.needed("use"), name = columns.needed("name"),
                    plural = columns.needed("plural"), part = columns.needed("part");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view used = table.cell(row, use);
    if (used != "thing" && used != "background") continue;
    ThingEntry entry{.file = std::string(table.cell(row, file)), .background = used == "background"};
    entry.path = inside(folder, entry.file, table.where(row));
    const std::string_view in = table.cell(row, part);
    if (in != "train" && in != "unseen")
      throw DataError(table.where(row) + ": part: '" + std::string(in) + "' is neither train nor unseen");
    entry.unseen = in == "unseen";
    if (!entry.background) {
      entry.name = table.cell(row, name);
      if (entry.name.empty()) throw DataError(table.where(row) + ": name: a thing without a name");
      entry.plural = table.cell(row, plural);
      if (entry.plural.empty()) entry.plural = regular_plural(entry.name);
      entry.category = columns.optional(row, "category");
      entry.alike = split(columns.optional(row, "alike"), ';');
    }
    listing.entries.push_back(std::move(entry));
  }
}

std::string first_line(const fs::path& file) {
  const std::string text = read_file(file);
  return text.substr(0, text.find_first_of("\r\n"));
}

/// Every picture below the folder, in the order of their names.
std::vector<fs::path> pictures_below(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  for (; at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string ending = at->path().extension().string();
    if ((ending == ".png" || ending == ".webp") && at->is_regular_file()) found.push_back(at->path());
    if (error) throw DataError(folder.string() + ": cannot be read: " + error.message());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Names of the folders that a picture lies in, from the inside to `outermost`.
std::vector<std::string> folders_of(const fs::path& picture, const fs::path& outermost) {
  const fs::path inner = fs::relative(picture, outermost).parent_path();
  std::vector<std::string> names{fs::weakly_canonical(outermost).filename().string()};
  for (const fs::path& part : inner) names.insert(names.begin(), part.string());
  return names;
}

void list_loose(const fs::path& folder, ThingListing& listing) {
  constexpr int kUnseenStep = 3;  // of a noun with several pictures each third one is kept for tests
  std::map<std::string, int> count;
  for (const fs::path& path : pictures_below(folder)) {
    fs::path text = path;
    text.replace_extension(".txt");
    const std::string name =
        name_from_text(fs::is_regular_file(text) ? first_line(text) : path.stem().string());
    if (name.empty()) {
      ++listing.left_out;
      continue;
    }
    const int number = ++count[name];
    listing.entries.push_back({.path = path,
                               .file = fs::relative(path, folder).generic_string(),
                               .unseen = number % kUnseenStep == 0,
                               .loose = true,
                               .name = name,
                               .plural = regular_plural(name),
                               .folders = folders_of(path, folder)});
  }
}

}  // namespace

std::string regular_plural(const std::string& name) {
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  if (ends("s") || ends("x") || ends("ch") || ends("sh")) return name + "es";
  const bool vowel_before =
      name.size() > 1 && std::string_view("aeiou").find(name[name.size() - 2]) != std::string_view::npos;
  if (ends("y") && !vowel_before) return name.substr(0, name.size() - 1) + "ies";
  return name + 's';
}

std::string name_from_text(const std::string& text) {
  constexpr std::size_t kMostWords = 3;
  std::string plain;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) != 0 && byte < 0x80) {
      plain += static_cast<char>(std::tolower(byte));
    } else if (c == ' ' || c == '_' || c == '-' || c == '.' || std::isdigit(byte) != 0) {
      plain += ' ';
    } else {
      return {};
    }
  }
  std::vector<std::string> words = split(plain, ' ');
  if (!words.empty() && (words[0] == "a" || words[0] == "an" || words[0] == "the"))
    words.erase(words.begin());
  if (words.empty() || words.size() > kMostWords) return {};
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : " ") + word;
  return name;
}

void list_things(const fs::path& folder, ThingListing& listing) {
  if (!fs::is_directory(folder))
    throw DataError(folder.string() + ": there is no such folder with pictures of things");
  const std::size_t before = listing.entries.size();
  if (fs::is_regular_file(folder / kTable)) {
    list_table(folder, listing);
  } else {
    list_loose(folder, listing);
  }
  if (listing.entries.size() == before) {
    throw DataError(folder.string() + ": no thing is listed there: neither " + kTable +
                    " nor pictures X.png whose names are words");
  }
}

void list_nameless(const fs::path& folder, const std::vector<std::string>& named, ThingListing& listing) {
  std::vector<fs::path> pictures;
  if (fs::is_regular_file(folder / kTable)) {
    ThingListing table;
    list_table(folder, table);
    for (const ThingEntry& entry : table.entries) {
      const bool left = !named.empty() && std::ranges::find(named, entry.name) == named.end();
      if (left && !entry.background && !entry.unseen) pictures.push_back(entry.path);
    }
  } else {
    pictures = pictures_below(folder);
  }
  for (const fs::path& path : pictures) {
    const std::string number = std::to_string(100000 + listing.entries.size()).substr(1);
    listing.entries.push_back({.path = path,
                               .file = fs::relative(path, folder).generic_string(),
                               .loose = true,
                               .nameless = true,
                               .name = "nameless " + number});
  }
}

}  // namespace pixelsail::detail
