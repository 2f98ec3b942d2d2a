#include "export/task_picture.h"

#include <algorithm>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

std::string task_picture(const Json& data) {
  if (!data.is_object()) throw DataError("\"data\" should be an object");
  const Json* value = data.contains("image") ? &data.at("image") : nullptr;
  if (value == nullptr) {
    for (const Json& member : data) {
      if (!member.is_string()) continue;
      if (value != nullptr) throw DataError("\"data\" has no \"image\" and more than one text");
      value = &member;
    }
  }
  if (value == nullptr || !value->is_string()) throw DataError("\"data\" names no picture");
  std::string name = value->get<std::string>();
  if (const std::size_t scheme = name.find("://"); scheme != std::string::npos) {
    const std::size_t path = name.find('/', scheme + 3);
    name = path == std::string::npos ? std::string() : name.substr(path);
  }
  const std::size_t query = name.find('?');
  if (query != std::string::npos) {
    const std::size_t local = name.find("d=", query);
    name = local != std::string::npos && (name[local - 1] == '?' || name[local - 1] == '&')
               ? name.substr(local + 2, name.find('&', local) - local - 2)
               : name.substr(0, query);
  }
  name = percent_decoded(name);
  name.erase(0, name.find_first_not_of('/'));
  if (name.empty()) throw DataError("\"data\" names no picture");
  return name;
}

std::optional<PictureFolder::Found> find_task_picture(const PictureFolder& pictures,
                                                      const std::string& name) {
  if (auto found = pictures.find(name)) return found;
  constexpr std::size_t kDigits = 8;
  const std::string file = name.substr(name.rfind('/') + 1);
  if (file.size() < kDigits + 2 || file[kDigits] != '-' ||
      std::any_of(file.begin(), file.begin() + kDigits, [](char c) { return hex_digit(c) < 0; }))
    return std::nullopt;
  auto found = pictures.find(file.substr(kDigits + 1));
  if (found) found->said = name;
  return found;
}

}  // namespace pixelsail
