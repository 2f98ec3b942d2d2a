#include "report/paper_file.h"

#include <algorithm>
#include <set>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// A member that a row must have, and whether its value may be a text.
struct Cell {
  const char* key;
  bool text = false;
};

/// Throws unless `object` is one and has the members `needed` and no others but `allowed`.
void check_members(const Json& object, const std::set<std::string>& needed,
                   const std::set<std::string>& allowed, const std::string& where) {
  if (!object.is_object()) throw DataError(where + ": should be an object");
  for (const std::string& key : needed)
    if (!object.contains(key)) throw DataError(where + ": \"" + key + "\" is missing");
  for (const auto& [key, value] : object.items())
    if (!needed.contains(key) && !allowed.contains(key))
      throw DataError(where + ": unknown member \"" + key + "\"");
}

const Json& list_at(const Json& object, const char* key, const std::string& where) {
  const Json& list = json_at(object, key, where);
  if (!list.is_array() || list.empty())
    throw DataError(where + ": \"" + key + "\" should be a list with members");
  return list;
}

std::string optional_text(const Json& object, const char* key, const std::string& where) {
  return object.contains(key) ? json_string(object, key, where) : std::string();
}

OrderedJson number_or_null(const Json& value, const std::string& where) {
  if (!value.is_number() && !value.is_null()) throw DataError(where + ": should be a number or null");
  return OrderedJson(value);
}

PaperTable read_head(const Json& table, const std::set<std::string>& needed,
                     const std::set<std::string>& allowed, const std::string& where) {
  check_members(table, needed, allowed, where);
  return {.metric = optional_text(table, "metric", where), .note = optional_text(table, "note", where)};
}

/// A table of scores in a list, one a column.
PaperTable read_columns(const Json& table, const std::string& where) {
  PaperTable result = read_head(table, {"metric", "columns", "rows"}, {"note"}, where);
  for (const Json& column : list_at(table, "columns", where)) {
    if (!column.is_string()) throw DataError(where + ": \"columns\" should hold texts");
    result.columns.push_back(column.get<std::string>());
  }
  const Json& rows = list_at(table, "rows", where);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string place = where + ".rows[" + std::to_string(i) + "]";
    check_members(rows[i], {"method", "llm_size", "group", "scores"}, {}, place);
    PaperRow row{.method = json_string(rows[i], "method", place),
                 .size = json_string(rows[i], "llm_size", place),
                 .group = json_string(rows[i], "group", place)};
    const Json& scores = list_at(rows[i], "scores", place);
    if (scores.size() != result.columns.size()) {
      throw DataError(place + ": " + std::to_string(scores.size()) + " scores for " +
                      std::to_string(result.columns.size()) + " columns");
    }
    for (std::size_t k = 0; k < scores.size(); ++k)
      row.values.push_back(number_or_null(scores[k], place + ".scores[" + std::to_string(k) + "]"));
    result.rows.push_back(std::move(row));
  }
  return result;
}

/// A table whose rows name each value.
PaperTable read_named(const Json& table, const std::vector<Cell>& cells, bool has_resolution,
                      const std::string& where) {
  PaperTable result = read_head(table, {"rows"}, {"metric", "note"}, where);
  std::set<std::string> members{"method", "llm_size"};
  for (const Cell& cell : cells) members.insert(cell.key);
  if (has_resolution) members.insert("resolution_800");
  const Json& rows = list_at(table, "rows", where);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string place = where + ".rows[" + std::to_string(i) + "]";
    check_members(rows[i], members, {}, place);
    PaperRow row{.method = json_string(rows[i], "method", place),
                 .size = json_string(rows[i], "llm_size", place)};
    if (has_resolution) {
      const Json& mark = rows[i].at("resolution_800");
      if (!mark.is_boolean()) throw DataError(place + ": \"resolution_800\" should be true or false");
      row.low_resolution = mark.get<bool>();
    }
    for (const Cell& cell : cells) {
      const std::string name = place + "." + cell.key;
      row.values.push_back(cell.text ? OrderedJson(json_string(rows[i], cell.key, place))
                                     : number_or_null(rows[i].at(cell.key), name));
    }
    result.rows.push_back(std::move(row));
  }
  return result;
}

}  // namespace

PaperFile read_paper_file(const std::filesystem::path& path) {
  constexpr const char* kReferring = "1_referring_segmentation";
  constexpr const char* kCaptions = "2_region_caption_refcocog";
  constexpr const char* kPerBench = "3_perbench";
  constexpr const char* kQuestions = "4_vqa";
  const std::string name = path.string();
  const Json file = read_json(path);
  check_members(file, {"tables"}, {"source"}, name);
  const Json& tables = file.at("tables");
  check_members(tables, {kReferring, kCaptions, kPerBench, kQuestions}, {}, name + ": tables");
  const auto where = [&](const char* table) { return name + ": tables." + table; };
  return {
      .referring = read_columns(tables.at(kReferring), where(kReferring)),
      .captions = read_named(tables.at(kCaptions), {{"meteor"}}, false, where(kCaptions)),
      .perbench =
          read_named(tables.at(kPerBench),
                     {{"caption_meteor"}, {"mcq_accuracy"}, {"vtres_ciou"}, {"vtres_giou"}, {"overall"}},
                     false, where(kPerBench)),
      .questions =
          read_named(tables.at(kQuestions),
                     {{"mme_perception_cognition", true}, {"mmbench"}, {"seedbench_image"}, {"mmstar"}}, true,
                     where(kQuestions)),
  };
}

}  // namespace pixelsail::detail
