#include "annotations/folder_record.h"

#include <algorithm>
#include <charconv>

#include "annotations/published_prompts.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr std::string_view kMembers[] = {"image",  "split", "question", "expression",
                                         "answer", "masks", "regions"};

/// Text member that must say something; empty when absent.
std::string text_member(const Json& object, const char* key) {
  if (!object.contains(key)) return {};
  const Json& value = object[key];
  if (!value.is_string())
    throw DataError(std::string("\"") + key + "\" should be text, not " + value.type_name());
  std::string text = value.get<std::string>();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw DataError(std::string("\"") + key + "\" is empty");
  return text;
}

const std::vector<Json>& list_member(const Json& object, const char* key) {
  const Json& value = object[key];
  if (!value.is_array())
    throw DataError(std::string("\"") + key + "\" should be a list, not " + value.type_name());
  return value.get_ref<const Json::array_t&>();
}

bool is_polygon(const Json& value) {
  return value.is_array() && value.size() >= 6 && value.size() % 2 == 0 &&
         std::ranges::all_of(value, [](const Json& number) { return number.is_number(); });
}

void check_mask(const Json& mask) {
  if (mask.is_object()) {
    rle_from_json(mask);
  } else if (mask.is_string()) {
    if (mask.get_ref<const std::string&>().empty()) throw DataError("the file name is empty");
  } else if (!mask.is_array()) {
    throw DataError(std::string("should be an RLE object, polygons or a file name, not ") + mask.type_name());
  } else if (!is_polygon(mask) && (mask.empty() || !std::ranges::all_of(mask, is_polygon))) {
    throw DataError("polygons are lists of at least three x, y pairs");
  }
}

void check_region(const Json& region) {
  if (region.is_object()) {
    rle_from_json(region);
  } else if (!region.is_string()) {
    throw DataError(std::string("should be text such as \"box:x,y,w,h\" or an RLE object, not ") +
                    region.type_name());
  } else if (!region.get_ref<const std::string&>().starts_with("mask:")) {
    parse_region(region.get_ref<const std::string&>());
  }
}

template <class Check>
std::vector<Json> checked_list(const Json& object, const char* key, Check check) {
  const std::vector<Json>& list = list_member(object, key);
  for (std::size_t i = 0; i < list.size(); ++i) {
    try {
      check(list[i]);
    } catch (const Error& e) {
      throw DataError(std::string(key) + "[" + std::to_string(i) + "]: " + e.what());
    }
  }
  return list;
}

std::string default_answer(const FolderRecord& record) {
  if (!record.masks) throw DataError("a question without masks needs an \"answer\"");
  return record.masks->empty() ? std::string(kNoTargetAnswer) : segment_answer(record.masks->size());
}

}  // namespace

FolderRecord parse_folder_record(Json&& object, std::size_t line) {
  if (!object.is_object()) throw DataError(std::string("expected an object, not ") + object.type_name());
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(kMembers, key) == std::end(kMembers))
      throw DataError("unknown key \"" + key + "\"");
  }
  FolderRecord record;
  record.line = line;
  record.image = text_member(object, "image");
  if (object.contains("split")) record.split = text_member(object, "split");
  if (object.contains("masks")) record.masks = checked_list(object, "masks", check_mask);
  if (object.contains("regions")) record.regions = checked_list(object, "regions", check_region);
  if (record.regions.size() > kMaxRegions) {
    throw DataError(std::to_string(record.regions.size()) + " regions, at most " +
                    std::to_string(kMaxRegions));
  }
  if (record.image.empty() && (record.masks || !record.regions.empty())) {
    throw DataError("masks and regions need an \"image\"");
  }

  if (object.contains("question") == object.contains("expression")) {
    throw DataError("needs either \"question\" or \"expression\"");
  }
  if (object.contains("expression")) {
    if (!record.masks) throw DataError("an expression needs \"masks\" (an empty list for no target)");
    record.question = segment_question(text_member(object, "expression"));
  } else {
    record.question = text_member(object, "question");
  }
  record.answer = object.contains("answer") ? text_member(object, "answer") : default_answer(record);
  shift_prompts(record.question, 0, record.regions.size());
  shift_prompts(record.answer, 0, record.regions.size());
  return record;
}

std::string shift_prompts(std::string_view text, std::size_t offset, std::size_t count) {
  constexpr std::string_view kOpen = "<Prompt";
  std::string result;
  while (true) {
    const std::size_t start = text.find(kOpen);
    if (start == text.npos) return result.append(text);
    const std::size_t digits = start + kOpen.size();
    result.append(text.substr(0, digits));
    text.remove_prefix(digits);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::size_t length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || length == text.size() || text[length] != '>') continue;
    if (number >= count) {
      throw DataError("<Prompt" + std::to_string(number) + "> in the text, but there are " +
                      std::to_string(count) + " regions");
    }
    result += std::to_string(number + offset);
    text.remove_prefix(length);
  }
}

std::filesystem::path folder_image(const std::filesystem::path& root, const std::string& name) {
  std::filesystem::path path = root / name;
  std::error_code ignored;  // of a name that no file can have
  return std::filesystem::exists(path, ignored) ? path : root / "images" / name;
}

Mask folder_mask_file(const std::filesystem::path& root, const std::string& name) {
  return std::get<Mask>(parse_region("mask:" + (root / name).string()));
}

Region folder_region(const std::filesystem::path& root, const Json& region) {
  if (region.is_object()) return decode_mask(rle_from_json(region));
  const std::string& text = region.get_ref<const std::string&>();
  return text.starts_with("mask:") ? Region(folder_mask_file(root, text.substr(5))) : parse_region(text);
}

Json folder_polygons(const Json& mask) {
  return mask.front().is_number() ? Json::array({mask}) : mask;
}

std::string other_splits_text(const std::set<std::string>& names) {
  std::string others;
  for (const std::string& name : names) others += (others.empty() ? "" : ", ") + name;
  return others.empty() ? others : " (other splits there: " + others + ")";
}

std::size_t count_seg(std::string_view text) {
  constexpr std::string_view kSeg = "[SEG]";
  std::size_t count = 0;
  for (auto at = text.find(kSeg); at != text.npos; at = text.find(kSeg, at + kSeg.size())) ++count;
  return count;
}

}  // namespace pixelsail::detail
