#include "io/json_elements.h"

#include <utility>
#include <vector>

#include "io/json_input.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::size_t kElementDepth = 64;

/// Follows the parser: top level -> section -> element, and builds a tree for elements only.
class ElementSax : public nlohmann::json_sax<Json> {
 public:
  ElementSax(std::string file, const std::map<std::string, JsonSection>& sections)
      : file_(std::move(file)), sections_(sections) {}

  bool null() override { return value(nullptr); }
  bool boolean(bool v) override { return value(v); }
  bool number_integer(number_integer_t v) override { return value(v); }
  bool number_unsigned(number_unsigned_t v) override { return value(v); }
  bool number_float(number_float_t v, const string_t&) override { return value(v); }
  bool string(string_t& v) override { return value(std::move(v)); }
  bool binary(binary_t&) override { fail("binary value"); }

  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (skip_depth_ > 0) return true;
    if (!stack_.empty()) {
      skip_next_ = section_->drop.contains(name) ||
                   (stack_.size() == 1 && !section_->keep.empty() && !section_->keep.contains(name));
      if (!skip_next_ && stack_.back()->contains(name)) fail(place() + ": repeated member \"" + name + "\"");
      key_ = std::move(name);
      return true;
    }
    const auto found = sections_.find(name);
    skip_next_ = found == sections_.end();
    if (!skip_next_) choose(*found);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    fail(e.what());
  }

  void check_complete() const {
    for (const auto& [name, section] : sections_) {
      if (!seen_.contains(name)) fail("no array \"" + name + "\"");
    }
  }

 private:
  enum class Level { kStart, kTop, kSection, kDone };

  [[noreturn]] void fail(const std::string& what) const { throw DataError(file_ + ": " + what); }
  std::string place() const { return section_name_ + "[" + std::to_string(index_) + "]"; }

  void choose(const std::pair<const std::string, JsonSection>& entry) {
    if (!seen_.insert(entry.first).second) fail("repeated member \"" + entry.first + "\"");
    section_name_ = entry.first;
    section_ = &entry.second;
    index_ = 0;
  }

  Json* attach(Json&& v) {
    Json& parent = *stack_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(v));
      return &parent.back();
    }
    Json& member = parent[key_];
    member = std::move(v);
    return &member;
  }

  bool value(Json v) {
    if (skip_depth_ > 0) return true;
    if (std::exchange(skip_next_, false)) return true;
    if (!stack_.empty()) {
      attach(std::move(v));
      return true;
    }
    refuse();
  }

  [[noreturn]] void refuse() const {
    if (level_ == Level::kSection) fail(place() + ": expected an object");
    if (level_ == Level::kTop) fail("\"" + section_name_ + "\": expected an array");
    fail(sections_.contains("") ? "expected an array at the top level"
                                : "expected an object at the top level");
  }

  bool open(bool array) {
    if (++depth_ > kElementDepth) fail("nested deeper than " + std::to_string(kElementDepth) + " levels");
    if (skip_depth_ > 0) {
      ++skip_depth_;
    } else if (std::exchange(skip_next_, false)) {
      skip_depth_ = 1;
    } else if (!stack_.empty()) {
      stack_.push_back(attach(array ? Json::array() : Json::object()));
    } else {
      open_outside(array);
    }
    return true;
  }

  void open_outside(bool array) {
    if (level_ == Level::kStart) {
      const auto whole = sections_.find("");
      if (array != (whole != sections_.end())) refuse();
      if (array) choose(*whole);
      level_ = array ? Level::kSection : Level::kTop;
    } else if (level_ == Level::kTop) {
      if (!array) refuse();
      level_ = Level::kSection;
    } else {
      if (array) refuse();
      element_ = Json::object();
      stack_.push_back(&element_);
    }
  }

  bool close() {
    --depth_;
    if (skip_depth_ > 0) {
      --skip_depth_;
    } else if (!stack_.empty()) {
      stack_.pop_back();
      if (stack_.empty()) section_->element(std::move(element_), index_++);
    } else if (level_ == Level::kSection) {
      level_ = section_name_.empty() ? Level::kDone : Level::kTop;
    } else {
      level_ = Level::kDone;
    }
    return true;
  }

  std::string file_;
  const std::map<std::string, JsonSection>& sections_;
  std::set<std::string> seen_;
  Level level_ = Level::kStart;
  std::string section_name_;
  const JsonSection* section_ = nullptr;
  std::size_t index_ = 0, depth_ = 0, skip_depth_ = 0;
  bool skip_next_ = false;
  Json element_;
  std::vector<Json*> stack_;
  std::string key_;
};

}  // namespace

void read_json_elements(const std::filesystem::path& path,
                        const std::map<std::string, JsonSection>& sections) {
  JsonInput in(path);
  ElementSax sax(path.string(), sections);
  Json::sax_parse(in, &sax);
  if (in.failed()) throw DataError(path.string() + ": read failed");
  sax.check_complete();
}

}  // namespace pixelsail
