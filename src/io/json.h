#pragma once

/// JSON files with errors that name file and place; everything goes through nlohmann/json.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace pixelsail {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Throws DataError "file:line:column: reason". Depth is limited to 200 levels.
Json read_json(const std::filesystem::path& path);
Json parse_json(std::string_view text, const std::string& name);
/// Same for files whose keys must be unique: a key that an object has twice is a DataError naming it.
/// `complaint` ends its message.
Json parse_json_unique(std::string_view text, const std::string& name,
                       const char* complaint = "is there twice");

/// Calls `line(object, number)` for each non-empty line, numbers from 1. Throws DataError "file:line: reason"
/// (errors thrown by `line` get the same context). `allow_torn_tail`: an unparsable last line without a
/// newline is dropped instead (what a killed writer leaves).
void read_jsonl(const std::filesystem::path& path, const std::function<void(Json&&, std::size_t)>& line,
                bool allow_torn_tail = false);

/// Member access with readable errors: `where` names the object ("file.json: annotations[12]").
const Json& json_at(const Json& object, const char* key, const std::string& where);
/// The same of a list; throws DataError when it is none.
const Json& json_list_at(const Json& object, const char* key, const std::string& where);
std::int64_t json_int(const Json& object, const char* key, const std::string& where);
double json_number(const Json& object, const char* key, const std::string& where);
const std::string& json_string(const Json& object, const char* key, const std::string& where);

/// Text without surprises for numbers: doubles round-trip.
void write_json_atomic(const std::filesystem::path& path, const OrderedJson& value, int indent = 2);

}  // namespace pixelsail
