// YAML text -> ConfigNode, from yaml-cpp's events: they still have the marks and the duplicate keys that its
// own node type drops.

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "config/node.h"
#include "config/yaml_text.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

bool is_null_text(const std::string& text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string name) : name_(std::move(name)) {}

  ConfigNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) fail(mark, "a second YAML document; a configuration file holds one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(mark, make(mark, ConfigNode::Kind::kNull));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    fail(mark, "YAML aliases (*name) are not supported; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    ConfigNode node = make(mark, ConfigNode::Kind::kScalar);
    node.quoted = tag == "!";
    node.text = value;
    if (!node.quoted && is_null_text(value) && !expects_key()) node.kind = ConfigNode::Kind::kNull;
    add(mark, std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, ConfigNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, ConfigNode::Kind::kMapping);
  }
  void OnMapEnd() override { close(); }

  std::string place(const YAML::Mark& mark) const {
    return mark.is_null() ? name_ : name_ + ":" + std::to_string(mark.line + 1);
  }

 private:
  struct Open {
    ConfigNode node;
    std::string key, key_where;
    bool has_key = false;
  };

  bool expects_key() const {
    return !open_.empty() && open_.back().node.kind == ConfigNode::Kind::kMapping && !open_.back().has_key;
  }

  std::string path() const {
    std::string path;
    for (const Open& level : open_) {
      if (level.node.kind == ConfigNode::Kind::kSequence) {
        path += "[" + std::to_string(level.node.items.size()) + "]";
      } else if (level.has_key) {
        path = join_key_path(path, level.key);
      }
    }
    return path;
  }

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw_config_error(place(mark), path(), message);
  }
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0)
      fail(mark, "YAML anchors (&name) are not supported; write the value out where it is used");
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") fail(mark, "YAML tags are not supported: '" + tag + "'");
  }

  ConfigNode make(const YAML::Mark& mark, ConfigNode::Kind kind) const {
    ConfigNode node;
    node.kind = kind;
    node.where = place(mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, ConfigNode::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (expects_key()) fail(mark, "a key must be a text");
    open_.push_back({.node = make(mark, kind)});
  }

  void close() {
    ConfigNode node = std::move(open_.back().node);
    open_.pop_back();
    place_value(std::move(node));
  }

  void add(const YAML::Mark& mark, ConfigNode node) {
    if (expects_key()) {
      take_key(mark, node);
    } else {
      place_value(std::move(node));
    }
  }

  void take_key(const YAML::Mark& mark, const ConfigNode& node) {
    Open& level = open_.back();
    if (node.kind != ConfigNode::Kind::kScalar || node.text.empty()) fail(mark, "a key must be a text");
    if (node.text == "<<" && !node.quoted)
      fail(mark, "YAML merge keys ('<<') are not supported; write the keys out");
    for (std::size_t i = 0; i < level.node.keys.size(); ++i) {
      if (level.node.keys[i] != node.text) continue;
      throw_config_error(place(mark), join_key_path(path(), node.text),
                         "duplicate key (first at " + level.node.key_where[i] + ")");
    }
    level.key = node.text;
    level.key_where = place(mark);
    level.has_key = true;
  }

  void place_value(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& level = open_.back();
    if (level.node.kind == ConfigNode::Kind::kMapping) {
      level.node.keys.push_back(std::move(level.key));
      level.node.key_where.push_back(std::move(level.key_where));
      level.key.clear();
      level.has_key = false;
    }
    level.node.items.push_back(std::move(node));
  }

  std::string name_;
  int documents_ = 0;
  ConfigNode root_;
  std::vector<Open> open_;
};

/// Reads every document and keeps nothing. yaml-cpp makes empty documents without end of a mark that stands where none
/// may ("a: 1\n, b"): a document that begins where the one before began is such a mark.
class SyntaxCheck : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == last_) throw YAML::ParserException(mark, "unexpected character");
    last_ = mark.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  int last_ = -1;
};

void read_documents(const std::string& text, YAML::EventHandler& handler) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  while (parser.HandleNextDocument(handler)) {
  }
}

}  // namespace

ConfigNode parse_config_tree(const std::string& text, const std::string& name) {
  check_yaml_text(text, name);
  TreeBuilder builder(name);
  try {
    SyntaxCheck syntax;  // so that broken syntax is told as such, not as what it looks like up to the break
    read_documents(text, syntax);
    read_documents(text, builder);
  } catch (const YAML::Exception& error) {
    throw_config_error(builder.place(error.mark), {}, "malformed YAML: " + error.msg);
  }
  return builder.take();
}

}  // namespace pixelsail
