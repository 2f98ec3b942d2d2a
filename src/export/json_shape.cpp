#include "export/json_shape.h"

#include <cmath>
#include <limits>

#include "io/json_number.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {

double finite_value(const Json& value, const std::string& what) {
  if (!value.is_number()) throw DataError(what + " should be a number, not " + value.type_name());
  const double number = value.get<double>();
  if (!std::isfinite(number)) throw DataError(what + " is not finite");
  return number;
}

double finite_member(const Json& object, const char* key) {
  const auto found = object.find(key);
  const std::string what = std::string("\"") + key + "\"";
  if (found == object.end()) throw DataError(what + " is missing");
  return finite_value(*found, what);
}

Polygon point_list(const Json& value, std::size_t least) {
  if (!value.is_array()) throw DataError(std::string("points should be a list, not ") + value.type_name());
  if (value.size() < least)
    throw DataError(std::to_string(value.size()) + " points, " + std::to_string(least) + " are needed");
  Polygon polygon;
  polygon.reserve(value.size() * 2);
  for (const Json& point : value) {
    if (!point.is_array() || point.size() != 2)
      throw DataError("point " + std::to_string(polygon.size() / 2) + " should be a list of two numbers");
    const std::string what = "a coordinate of point " + std::to_string(polygon.size() / 2);
    polygon.push_back(finite_value(point[0], what));
    polygon.push_back(finite_value(point[1], what));
  }
  return polygon;
}

std::optional<ImageSize> stated_size(const Json& object, const char* width, const char* height) {
  const auto side = [&object](const char* key) -> std::optional<int> {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return std::nullopt;
    const auto number = whole_json_number(*found);
    if (!number || *number < 1 || *number > std::numeric_limits<int>::max())
      throw DataError(std::string("\"") + key + "\" is no size of a picture");
    return static_cast<int>(*number);
  };
  const auto w = side(width), h = side(height);
  if (!w && !h) return std::nullopt;
  if (!w || !h) throw DataError(std::string("\"") + (w ? height : width) + "\" is missing");
  return ImageSize{.height = *h, .width = *w};
}

const std::string& text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  const std::string what = std::string("\"") + key + "\"";
  if (found == object.end()) throw DataError(what + " is missing");
  if (!found->is_string()) throw DataError(what + " should be text, not " + found->type_name());
  return found->get_ref<const std::string&>();
}

}  // namespace pixelsail::detail
