#include "text/unique_json.h"

#include <string>
#include <unordered_set>
#include <vector>

#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

// Sees the parts of a JSON text in their order and keeps the keys of the objects that are open.
class KeyWatcher final : public nlohmann::json_sax<Json> {
 public:
  explicit KeyWatcher(const std::string& name) : name_(name) {}

  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return true;
  }
  bool key(string_t& value) override {
    if (!keys_.back().insert(value).second) throw DataError(name_ + ": \"" + value + "\" occurs twice");
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  const std::string& name_;
  std::vector<std::unordered_set<std::string>> keys_;
};

}  // namespace

Json parse_unique_json(std::string_view text, const std::string& name) {
  Json value = parse_json(text, name);
  KeyWatcher watcher(name);
  Json::sax_parse(text, &watcher);
  return value;
}

}  // namespace pixelsail::detail
