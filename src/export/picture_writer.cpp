#include "export/picture_writer.h"

#include <charconv>

#include "pixelsail/error.h"

namespace pixelsail {

void copy_picture(const AnnotatedPicture& picture, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::create_directories(to.parent_path(), error);
  if (error) throw RunError(to.parent_path().string() + ": cannot be made: " + error.message());
  std::filesystem::copy_file(picture.file, to, error);
  if (error) throw RunError(to.string() + ": cannot be written: " + error.message());
}

std::string json_line(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string number_text(double value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), value);
  return error == std::errc() ? std::string(text, end) : std::to_string(value);
}

std::string without_ending(const std::string& name) {
  return std::filesystem::path(name).replace_extension().generic_string();
}

}  // namespace pixelsail
