#include "text/special_token_splitter.h"

#include <algorithm>
#include <set>

#include "io/json.h"
#include "pixelsail/error.h"
#include "text/unicode.h"

namespace pixelsail::detail {
namespace {

bool flag(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) return false;
  if (!found->is_boolean()) throw DataError(where + ": \"" + key + "\" is not a boolean");
  return found->get<bool>();
}

std::int64_t parse_id(const std::string& text, const std::string& where) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) {
    throw DataError(where + ": \"" + text + "\" is not a token id");
  }
  return std::stoll(text);
}

void collect_strings(const Json& value, std::set<std::string>& out) {
  if (value.is_string()) out.insert(value.get<std::string>());
  if (value.is_object() && value.contains("content")) collect_strings(value["content"], out);
  if (value.is_array()) {
    for (const Json& item : value) collect_strings(item, out);
  }
}

// {"bos_token": "<s>" or {"content": "<s>", ...}, "additional_special_tokens": [...]}
std::set<std::string> read_special_names(const TokenizerFiles& files, const std::filesystem::path& folder) {
  std::set<std::string> names;
  const Json map = read_object(files, folder, "special_tokens_map.json");
  for (const Json& value : map) collect_strings(value, names);
  return names;
}

bool touches_word(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t length = 0;
  if (begin > 0 && is_word(code_point_at(text, previous_code_point(text, begin), length))) return true;
  return end < text.size() && is_word(code_point_at(text, end, length));
}

std::size_t skip_spaces_back(std::string_view text, std::size_t offset, std::size_t limit) {
  while (offset > limit) {
    std::size_t length = 0;
    const std::size_t before = previous_code_point(text, offset);
    if (!is_space(code_point_at(text, before, length))) break;
    offset = before;
  }
  return offset;
}

std::size_t skip_spaces(std::string_view text, std::size_t offset) {
  std::size_t length = 0;
  while (offset < text.size() && is_space(code_point_at(text, offset, length))) offset += length;
  return offset;
}

}  // namespace

AddedToken parse_added_token(const Json& object, std::int64_t id, const std::string& where) {
  AddedToken token;
  token.content = json_string(object, "content", where);
  token.id = id;
  token.special = flag(object, "special", where);
  token.normalized = flag(object, "normalized", where);
  token.lstrip = flag(object, "lstrip", where);
  token.rstrip = flag(object, "rstrip", where);
  token.single_word = flag(object, "single_word", where);
  return token;
}

std::vector<AddedToken> read_added_tokens(const TokenizerFiles& files, const std::filesystem::path& folder) {
  std::vector<AddedToken> tokens;
  const Json config = read_object(files, folder, "tokenizer_config.json");
  if (const auto found = config.find("added_tokens_decoder"); found != config.end()) {
    const std::string where = (folder / "tokenizer_config.json").string() + ": added_tokens_decoder";
    if (!found->is_object()) throw DataError(where + " is not an object");
    for (const auto& [key, value] : found->items()) {
      tokens.push_back(parse_added_token(value, parse_id(key, where), where + "[\"" + key + "\"]"));
    }
    check_added_tokens(tokens, where);
    return tokens;
  }
  const std::string list_place = (folder / "added_tokens.json").string();
  const Json list = read_object(files, folder, "added_tokens.json");
  const std::set<std::string> special = read_special_names(files, folder);
  for (const auto& [content, id] : list.items()) {
    AddedToken token;
    token.content = content;
    token.id = json_int(list, content.c_str(), list_place);
    token.special = special.count(content) > 0;
    tokens.push_back(std::move(token));
  }
  check_added_tokens(tokens, list_place);
  return tokens;
}

void check_added_tokens(const std::vector<AddedToken>& tokens, const std::string& where) {
  std::set<std::string> contents;
  std::set<std::int64_t> ids;
  for (const AddedToken& token : tokens) {
    if (token.content.empty())
      throw DataError(where + ": id " + std::to_string(token.id) + " has an empty content");
    require_utf8(token.content);
    if (!contents.insert(token.content).second) {
      throw DataError(where + ": token \"" + token.content + "\" occurs twice");
    }
    if (!ids.insert(token.id).second) {
      throw DataError(where + ": id " + std::to_string(token.id) + " is given twice, again to \"" +
                      token.content + "\"");
    }
  }
}

SpecialTokenSplitter::SpecialTokenSplitter(const std::vector<AddedToken>& tokens) : tokens_(tokens) {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    trie_.insert(tokens_[i].content, static_cast<std::int32_t>(i));
    first_bytes_[static_cast<unsigned char>(tokens_[i].content.front())] = true;
  }
}

int SpecialTokenSplitter::longest_at(std::string_view text, std::size_t offset) const {
  int longest = -1;
  std::uint32_t node = ByteTrie::kRoot;
  for (; offset < text.size(); ++offset) {
    node = trie_.step(node, text[offset]);
    if (node == ByteTrie::kNoNode) break;
    if (trie_.value(node) >= 0) longest = trie_.value(node);
  }
  return longest;
}

std::vector<SpecialTokenSplitter::Part> SpecialTokenSplitter::split(std::string_view text) const {
  std::vector<Part> parts;
  std::size_t done = 0;       // end of what the parts cover
  std::size_t spaces_to = 0;  // end of the white space that the last token with rstrip took along
  for (std::size_t i = 0; i < text.size();) {
    const bool may_begin = first_bytes_[static_cast<unsigned char>(text[i])];
    const int match = may_begin ? longest_at(text, i) : -1;
    if (match < 0) {
      ++i;
      continue;
    }
    const AddedToken& token = tokens_[static_cast<std::size_t>(match)];
    std::size_t begin = i, end = i + token.content.size();
    i = end;  // a rejected match is not searched for shorter ones
    if (token.single_word && touches_word(text, begin, end)) continue;
    if (token.rstrip) end = spaces_to = end < spaces_to ? spaces_to : skip_spaces(text, end);
    if (token.lstrip) begin = std::max(done, skip_spaces_back(text, begin, std::min(done, begin)));
    if (begin >= end) continue;  // a token of white space that the one before it took along
    if (done < begin) parts.push_back({text.substr(done, begin - done), -1});
    parts.push_back({text.substr(begin, end - begin), token.id});
    done = std::max(done, end);
  }
  if (done < text.size()) parts.push_back({text.substr(done), -1});
  return parts;
}

}  // namespace pixelsail::detail
