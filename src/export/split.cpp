#include "export/split.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "annotations/folder_record.h"
#include "core/input_file.h"
#include "core/rng.h"
#include "export/picture_writer.h"
#include "io/atomic_file.h"
#include "io/json_input.h"
#include "io/ordered_json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

struct Line {
  OrderedJson json;
  std::string picture;  ///< empty: none, or of another split
  bool is_other = false;
};

std::vector<Line> read_lines(const std::filesystem::path& file) {
  JsonRecords records(file);
  std::vector<Line> lines;
  std::string text;
  while (records.next(text)) {
    const std::string where = file.string() + ": " + records.place();
    try {
      const detail::FolderRecord record =
          detail::parse_folder_record(parse_json(text, "JSON"), records.number());
      const bool is_other = record.split != "train" && record.split != "val";
      lines.push_back({.json = parse_ordered_json(text, "JSON"),
                       .picture = is_other ? std::string() : record.image,
                       .is_other = is_other});
    } catch (const Error& error) {
      throw DataError(where + ": " + error.what());
    }
  }
  return lines;
}

std::set<std::string> listed(const std::filesystem::path& file, const std::set<std::string>& pictures) {
  const std::string text = read_input(file);
  std::set<std::string> chosen;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    name.erase(name.find_last_not_of(" \t\r") + 1);
    if (name.empty()) continue;
    if (!pictures.contains(name))
      throw DataError(file.string() + ":" + std::to_string(number) + ": no line is about a picture \"" +
                      name + "\"");
    chosen.insert(name);
  }
  return chosen;
}

std::set<std::string> drawn(const std::set<std::string>& pictures, double share, std::uint64_t seed) {
  if (!(share > 0 && share < 1)) throw ConfigError("the share of validation should lie between 0 and 1");
  if (pictures.size() < 2) throw DataError("a split needs at least two pictures");
  std::vector<std::string> names(pictures.begin(), pictures.end());
  Rng rng(seed, "split");
  rng.shuffle(names);
  const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(names.size())));
  names.resize(std::clamp(wanted, std::size_t{1}, names.size() - 1));
  return {names.begin(), names.end()};
}

}  // namespace

SplitCounts split_folder(const std::filesystem::path& folder, const SplitOptions& options) {
  const std::filesystem::path file = folder / "samples.jsonl";
  std::vector<Line> lines = read_lines(file);
  std::set<std::string> pictures;
  for (const Line& line : lines)
    if (!line.picture.empty()) pictures.insert(line.picture);
  const std::set<std::string> chosen = options.val_list.empty() ? drawn(pictures, options.val, options.seed)
                                                                : listed(options.val_list, pictures);
  SplitCounts counts{.train_pictures = static_cast<std::int64_t>(pictures.size() - chosen.size()),
                     .val_pictures = static_cast<std::int64_t>(chosen.size())};
  AtomicFile out(file);
  for (Line& line : lines) {
    if (line.is_other) {
      ++counts.other_lines;
    } else {
      const bool is_val = chosen.contains(line.picture);
      ++(is_val ? counts.val_lines : counts.train_lines);
      line.json["split"] = is_val ? "val" : "train";
    }
    out.write(json_line(line.json) + "\n");
  }
  out.commit();
  return counts;
}

}  // namespace pixelsail
