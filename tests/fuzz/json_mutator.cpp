#include "json_mutator.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

namespace pixelsail::fuzz {
namespace {

using namespace std::string_view_literals;

constexpr auto kScalars = std::to_array<std::string_view>({"null"sv,
                                                           "true"sv,
                                                           "false"sv,
                                                           "0"sv,
                                                           "-1"sv,
                                                           "1"sv,
                                                           "3.0"sv,
                                                           "0.5"sv,
                                                           "-0.0"sv,
                                                           "1e3"sv,
                                                           "1e15"sv,
                                                           "1e18"sv,
                                                           "-1e308"sv,
                                                           "1e999"sv,
                                                           "1e-400"sv,
                                                           "65535"sv,
                                                           "65536"sv,
                                                           "1048576"sv,
                                                           "16777217"sv,
                                                           "2147483647"sv,
                                                           "2147483648"sv,
                                                           "4294967296"sv,
                                                           "9007199254740993"sv,
                                                           "9223372036854775807"sv,
                                                           "9223372036854775808"sv,
                                                           "-9223372036854775808"sv,
                                                           "18446744073709551615"sv,
                                                           "123456789012345678901234567890"sv,
                                                           "NaN"sv,
                                                           "Infinity"sv,
                                                           "-Infinity"sv,
                                                           "nan"sv,
                                                           "None"sv,
                                                           "\"\""sv,
                                                           "\" \""sv,
                                                           "\"0\""sv,
                                                           "\"1\""sv,
                                                           "\"-1\""sv,
                                                           "\"1.0\""sv,
                                                           "\"nan\""sv,
                                                           "\"../../x\""sv,
                                                           "\"/\""sv,
                                                           "\"\\u0000\""sv,
                                                           "\"\\ud800\""sv,
                                                           "\"\\ud83d\\ude00\""sv,
                                                           "\"\xff\xfe\""sv,
                                                           "\"caf\xe9\""sv,
                                                           "\"\xed\xa0\x80\""sv,
                                                           "\"<image>\""sv,
                                                           "\"[SEG]\""sv,
                                                           "\"<Prompt0>\""sv,
                                                           "[]"sv,
                                                           "{}"sv,
                                                           "[[]]"sv,
                                                           "[null]"sv,
                                                           "[0,0]"sv,
                                                           "{\"\":0}"sv,
                                                           "[NaN]"sv,
                                                           "'x'"sv,
                                                           ""sv});

/// A place in a tree: child number `index` of `parent`, or the root.
struct Place {
  JsonNode* parent = nullptr;
  std::size_t index = 0;
};

void collect(JsonNode& node, std::vector<Place>& places) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    places.push_back({&node, i});
    collect(node.children[i], places);
  }
}

JsonNode& at(JsonNode& root, const Place& place) {
  return place.parent == nullptr ? root : place.parent->children[place.index];
}

bool is_number(const JsonNode& node) {
  return node.kind == JsonNode::Kind::kScalar && !node.text.empty() &&
         (node.text[0] == '-' || std::isdigit(static_cast<unsigned char>(node.text[0])) != 0);
}

/// The same number as other programs write it, or one beside it.
std::string other_number(const std::string& text, Rng& rng) {
  switch (rng.below(8)) {
    case 0:
      return text + ".0";
    case 1:
      return '"' + text + '"';
    case 2:
      return text + "e0";
    case 3:
      return text + ".5";
    case 4:
      return text.starts_with('-') ? text.substr(1) : "-" + text;
    case 5:
      return text + "0";
    case 6:
      return "\"" + text + ".0\"";
    default:
      return std::to_string(rng.below(300));
  }
}

void nest(JsonNode& node, Rng& rng) {
  const std::uint64_t most = rng.below(64) == 0 ? 20'000 : rng.below(8) == 0 ? 400 : 12;
  const auto levels = static_cast<std::size_t>(1 + rng.below(most));
  const bool objects = rng.below(3) == 0;
  const std::string_view open = objects ? "{\"a\":" : "[", close = objects ? "}" : "]";
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += json_text(node);
  for (std::size_t i = 0; i < levels; ++i) text += close;
  node = json_scalar(std::move(text));
}

/// A text with bytes that texts should not have, or very long.
void spoil_text(JsonNode& node, Rng& rng) {
  constexpr auto kPieces = std::to_array<std::string_view>(
      {"\xff"sv, "\xc3"sv, "\xe2\x82"sv, "\\ud800"sv, "\\u0000"sv, "\\q"sv, "\\"sv, "\0"sv, "\n"sv, "\t"sv,
       "\xef\xbb\xbf"sv, "\xf0\x9f\x90\xb6"sv, " "sv, "0"sv, "/"sv, "<image>"sv, "[SEG]"sv, "<Prompt1>"sv});
  if (node.kind != JsonNode::Kind::kScalar || node.text.empty()) return;
  if (rng.below(40) == 0) {
    node.text = '"' + std::string(static_cast<std::size_t>(rng.below(5000)), 'x') + '"';
    return;
  }
  node.text.insert(static_cast<std::size_t>(rng.below(node.text.size() + 1)), rng.pick(kPieces));
}

void repeat(const Place& place, Rng& rng) {
  JsonNode& parent = *place.parent;
  const std::uint64_t most = rng.below(32) == 0 ? 500 : 4;
  const JsonNode copied = parent.children[place.index];
  const std::size_t size = json_text(copied).size() + 1;
  for (std::uint64_t i = 1 + rng.below(most); i > 0 && i * size < kMaxJsonBytes / 2; --i) {
    parent.children.push_back(copied);
    if (parent.kind == JsonNode::Kind::kObject) parent.keys.push_back(parent.keys[place.index]);
  }
}

void erase(const Place& place) {
  JsonNode& parent = *place.parent;
  parent.children.erase(parent.children.begin() + static_cast<std::ptrdiff_t>(place.index));
  if (parent.kind == JsonNode::Kind::kObject)
    parent.keys.erase(parent.keys.begin() + static_cast<std::ptrdiff_t>(place.index));
}

std::string quoted_piece(const Material& material, Rng& rng) {
  const std::string& piece = rng.pick(material.dictionary);
  return rng.below(2) == 0 ? piece : '"' + piece + '"';
}

/// What concerns the place of a value among others.
void change_place(const Place& place, const Material& material, const std::vector<std::string>& keys,
                  Rng& rng) {
  JsonNode& parent = *place.parent;
  switch (rng.below(6)) {
    case 0:
      return erase(place);
    case 1:
      return repeat(place, rng);
    case 2:
      std::swap(parent.children[place.index], parent.children[rng.below(parent.children.size())]);
      return;
    default:
      break;
  }
  if (parent.kind == JsonNode::Kind::kObject && rng.below(2) == 0) {
    parent.keys[place.index] = keys.empty() ? quoted_piece(material, rng) : rng.pick(keys);
    return;
  }
  parent.children.push_back(json_scalar(std::string(rng.pick(kScalars))));
  if (parent.kind == JsonNode::Kind::kObject)
    parent.keys.push_back(keys.empty() || rng.below(4) == 0 ? quoted_piece(material, rng) : rng.pick(keys));
}

void change(JsonNode& root, const Material& material, const std::vector<std::string>& keys, Rng& rng) {
  std::vector<Place> places{Place{}};
  collect(root, places);
  const Place place = rng.pick(places);
  JsonNode& node = at(root, place);
  switch (rng.below(10)) {
    case 0:
    case 1:
      node = json_scalar(std::string(rng.pick(kScalars)));
      return;
    case 2:
    case 3:
      if (is_number(node)) {
        node.text = other_number(node.text, rng);
      } else {
        spoil_text(node, rng);
      }
      return;
    case 4:
      return nest(node, rng);
    case 5: {
      JsonNode copied = at(root, rng.pick(places));  // a copy, because one may lie in the other
      node = std::move(copied);
      return;
    }
    case 6:
      node = json_scalar(quoted_piece(material, rng));
      return;
    default:
      if (place.parent != nullptr) change_place(place, material, keys, rng);
      return;
  }
}

std::string utf16(const std::string& text) {
  std::string wide = "\xff\xfe";
  for (const char c : text) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

/// What concerns the whole document.
void wrap(std::string& text, Rng& rng) {
  switch (rng.below(60)) {
    case 0:
      text.insert(0, "\xef\xbb\xbf");
      return;
    case 1:
      text = utf16(text);
      return;
    case 2:
      text += ',';
      return;
    case 3:
      text += text;
      return;
    case 4:
      text.insert(0, "// x\n");
      return;
    case 5:
      text = '[' + text + ']';
      return;
    case 6:
      text += std::string(3, '\0');
      return;
    default:
      return;
  }
}

void collect_keys(const JsonNode& node, std::set<std::string>& keys) {
  keys.insert(node.keys.begin(), node.keys.end());
  for (const JsonNode& child : node.children) collect_keys(child, keys);
}

}  // namespace

JsonMutator::JsonMutator(const Material& material) : material_(material) {
  std::set<std::string> keys;
  for (const std::string& text : material.seeds) {
    Seed seed;
    if (auto whole = parse_json_tree(text)) {
      seed.push_back({text, std::move(whole)});
    } else {
      for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = text.substr(begin, end - begin);
        auto tree = parse_json_tree(line);
        // One word is the name of a layout, not a document.
        if (tree && tree->kind == JsonNode::Kind::kScalar) tree.reset();
        seed.push_back({line, std::move(tree)});
        begin = end + 1;
      }
    }
    for (const Piece& piece : seed)
      if (piece.tree) collect_keys(*piece.tree, keys);
    seeds_.push_back(std::move(seed));
  }
  keys_.assign(keys.begin(), keys.end());
}

std::string JsonMutator::text_of(const Seed& seed, Rng& rng) const {
  std::vector<std::size_t> trees;
  for (std::size_t i = 0; i < seed.size(); ++i)
    if (seed[i].tree) trees.push_back(i);
  const std::size_t chosen = trees.empty() ? seed.size() : rng.pick(trees);
  std::string text;
  for (std::size_t i = 0; i < seed.size(); ++i) {
    if (i > 0) text += '\n';
    if (i != chosen) {
      text += seed[i].text;
      continue;
    }
    JsonNode tree = *seed[i].tree;
    std::uint64_t changes = 1;
    while (changes < 4 && rng.below(2) == 0) ++changes;
    for (; changes > 0; --changes) change(tree, material_, keys_, rng);
    std::string document = json_text(tree);
    wrap(document, rng);
    text += document;
  }
  return text;
}

std::string JsonMutator::mutate(Rng& rng) const {
  const Seed& seed = rng.pick(seeds_);
  std::string text = text_of(seed, rng);
  const bool has_tree = std::ranges::any_of(seed, [](const Piece& piece) { return piece.tree.has_value(); });
  if (!has_tree || rng.below(6) == 0) mutate_bytes(text, material_, rng);
  if (text.size() > kMaxJsonBytes) text.resize(kMaxJsonBytes);
  return text;
}

}  // namespace pixelsail::fuzz
