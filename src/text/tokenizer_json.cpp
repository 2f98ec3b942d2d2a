// Reads the tokenizer.json of the Hugging Face library "tokenizers" (format version 1.0).

#include <initializer_list>
#include <string_view>

#include "io/json.h"
#include "pixelsail/error.h"
#include "text/byte_level_tokenizer.h"
#include "text/loaders.h"
#include "text/qwen2_split.h"

namespace pixelsail::detail {
namespace {

bool absent(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null();
}

std::string type_of(const Json& component, const std::string& where) {
  if (!component.is_object()) throw DataError(where + ": not an object");
  return json_string(component, "type", where);
}

bool boolean_or(const Json& object, const char* key, bool otherwise, const std::string& where) {
  if (absent(object, key)) return otherwise;
  if (!object[key].is_boolean()) throw DataError(where + ": \"" + key + "\" is not a boolean");
  return object[key].get<bool>();
}

[[noreturn]] void unsupported(const std::string& where, const std::string& what) {
  throw DataError(where + ": " + what + " is not supported (byte-level BPE in the Qwen2 layout is)");
}

const Json& array_at(const Json& object, const char* key, const std::string& where) {
  const Json& array = json_at(object, key, where);
  if (!array.is_array()) throw DataError(where + ": \"" + key + "\" is not an array");
  return array;
}

// Whether the text is to be brought to NFC.
bool read_normalizer(const Json& file, const std::string& name) {
  if (absent(file, "normalizer")) return false;
  const std::string where = name + ": normalizer";
  const Json& normalizer = file["normalizer"];
  const std::string type = type_of(normalizer, where);
  if (type == "NFC") return true;
  if (type != "Sequence") unsupported(where, "type \"" + type + "\"");
  bool nfc = false;
  for (const Json& part : array_at(normalizer, "normalizers", where)) {
    const std::string part_type = type_of(part, where);
    if (part_type != "NFC") unsupported(where, "type \"" + part_type + "\"");
    nfc = true;
  }
  return nfc;
}

void check_byte_level(const Json& component, const std::string& where) {
  if (const std::string type = type_of(component, where); type != "ByteLevel") {
    unsupported(where, "type \"" + type + "\"");
  }
}

void check_pre_tokenizer(const Json& file, const std::string& name) {
  const std::string where = name + ": pre_tokenizer";
  if (absent(file, "pre_tokenizer")) unsupported(where, "none");
  const Json& sequence = file["pre_tokenizer"];
  if (const std::string type = type_of(sequence, where); type != "Sequence")
    unsupported(where, "type \"" + type + "\"");
  const Json& parts = array_at(sequence, "pretokenizers", where);
  if (parts.size() != 2) unsupported(where, "a sequence of " + std::to_string(parts.size()) + " parts");

  const std::string split_place = where + ".pretokenizers[0]", byte_place = where + ".pretokenizers[1]";
  const Json& split = parts[0];
  if (const std::string type = type_of(split, split_place); type != "Split") {
    unsupported(split_place, "type \"" + type + "\"");
  }
  const Json& pattern = json_at(split, "pattern", split_place);
  if (!pattern.is_object() || !pattern.contains("Regex"))
    unsupported(split_place, "a pattern that is no Regex");
  const std::string& regex = json_string(pattern, "Regex", split_place + ".pattern");
  if (regex != kQwen2Pattern) unsupported(split_place, "the pattern " + regex);
  const std::string& behavior = json_string(split, "behavior", split_place);
  if (behavior != "Isolated") unsupported(split_place, "behavior \"" + behavior + "\"");
  // Every character is in some match, so an inverted split gives the same pieces, but nobody writes that on
  // purpose.
  if (boolean_or(split, "invert", false, split_place)) unsupported(split_place, "\"invert\"");

  check_byte_level(parts[1], byte_place);
  if (boolean_or(parts[1], "add_prefix_space", true, byte_place))
    unsupported(byte_place, "\"add_prefix_space\"");
  if (boolean_or(parts[1], "use_regex", true, byte_place)) unsupported(byte_place, "\"use_regex\"");
}

// A ByteLevel post-processor only moves offsets, which we do not report.
void check_post_processor(const Json& file, const std::string& name) {
  if (absent(file, "post_processor")) return;
  const std::string where = name + ": post_processor";
  const Json& processor = file["post_processor"];
  if (type_of(processor, where) == "Sequence") {
    for (const Json& part : array_at(processor, "processors", where)) check_byte_level(part, where);
  } else {
    check_byte_level(processor, where);
  }
}

void check_decoder(const Json& file, const std::string& name) {
  const std::string where = name + ": decoder";
  if (absent(file, "decoder")) unsupported(where, "none");
  check_byte_level(file["decoder"], where);
}

std::pair<std::string, std::string> read_merge(const Json& merge, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  if (merge.is_string()) {
    const auto& text = merge.get_ref<const std::string&>();
    const std::size_t space = text.find(' ');
    if (space != std::string::npos && space > 0 && space + 1 < text.size() &&
        text.find(' ', space + 1) == std::string::npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  }
  throw DataError(where + ": not a pair of tokens");
}

BpeVocabulary read_model(const Json& file, const std::string& name) {
  const std::string where = name + ": model";
  const Json& model = json_at(file, "model", name);
  if (!model.is_object()) throw DataError(where + ": not an object");
  // Files from before 2020 name no type.
  if (!absent(model, "type") && type_of(model, where) != "BPE") {
    unsupported(where, "type \"" + type_of(model, where) + "\"");
  }
  if (!absent(model, "dropout") && json_number(model, "dropout", where) != 0)
    unsupported(where, "\"dropout\"");
  for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!absent(model, affix) && !json_string(model, affix, where).empty()) {
      unsupported(where, std::string("\"") + affix + "\"");
    }
  }
  if (boolean_or(model, "byte_fallback", false, where)) unsupported(where, "\"byte_fallback\"");

  BpeVocabulary vocabulary;
  vocabulary.ignore_merges = boolean_or(model, "ignore_merges", false, where);
  vocabulary.vocab_place = where + ".vocab";
  vocabulary.merge_place = [where](std::size_t i) { return where + ".merges[" + std::to_string(i) + "]"; };
  const Json& vocab = json_at(model, "vocab", where);
  if (!vocab.is_object()) throw DataError(vocabulary.vocab_place + ": not an object");
  vocabulary.ids.reserve(vocab.size());
  for (const auto& [token, id] : vocab.items()) {
    if (!id.is_number_integer())
      throw DataError(vocabulary.vocab_place + "[\"" + token + "\"]: not an integer");
    vocabulary.ids.emplace(token, id.get<std::int64_t>());
  }
  for (const Json& merge : array_at(model, "merges", where)) {
    vocabulary.merges.push_back(read_merge(merge, vocabulary.merge_place(vocabulary.merges.size())));
  }
  return vocabulary;
}

}  // namespace

bool is_byte_level(std::string_view bytes, const std::string& name) {
  const Json file = parse_json(bytes, name);
  if (!file.is_object() || absent(file, "decoder")) return false;
  const Json& decoder = file["decoder"];
  return decoder.is_object() && decoder.value("type", Json()) == "ByteLevel";
}

std::shared_ptr<const Tokenizer> load_tokenizer_json(const std::filesystem::path& path,
                                                     TokenizerFiles files) {
  const std::string name = path.string();
  const Json file = parse_unique_json(*find_file(files, "tokenizer.json"), name);
  if (!file.is_object()) throw DataError(name + ": not an object");
  // `truncation` and `padding` are what the last caller of that library set, not properties of the tokenizer.
  ByteLevelParts parts;
  parts.vocabulary = read_model(file, name);
  parts.nfc = read_normalizer(file, name);
  check_pre_tokenizer(file, name);
  check_post_processor(file, name);
  check_decoder(file, name);
  parts.added_place = name + ": added_tokens";
  if (!absent(file, "added_tokens")) {
    for (const Json& object : array_at(file, "added_tokens", name)) {
      const std::string where = parts.added_place + "[" + std::to_string(parts.added.size()) + "]";
      parts.added.push_back(parse_added_token(object, json_int(object, "id", where), where));
    }
  }
  return make_byte_level_tokenizer(std::move(parts), std::move(files));
}

}  // namespace pixelsail::detail
