#include "tokenizer_target.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pixelsail/error.h"
#include "text/byte_pair_encoder.h"
#include "text/extend_tokenizer.h"
#include "text/qwen2_split.h"
#include "text/tokenizer.h"

namespace pixelsail::fuzz {
namespace {

using Json = nlohmann::json;

constexpr const char* kText = "it's a cab, caf\u00E9 e\u0301 <x>[SEG]  <x> 12\n\n\U0001F600aabb <|im_end|>";

Json byte_level() {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
}

/// All that a file has, over the tokens and merges given. Small: a vocabulary of all bytes would leave a
/// mutation little to hit.
Json tokenizer_json(const Json& vocab, const Json& merges, const Json& added) {
  const Json split{{"type", "Split"},
                   {"pattern", {{"Regex", std::string(detail::kQwen2Pattern)}}},
                   {"behavior", "Isolated"},
                   {"invert", false}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added},
          {"normalizer", {{"type", "NFC"}}},
          {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", Json::array({split, byte_level()})}}},
          {"post_processor", byte_level()},
          {"decoder", byte_level()},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", ""},
            {"end_of_word_suffix", ""},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocab},
            {"merges", merges}}}};
}

Json added_token(const std::string& content, int id, const std::string& flag) {
  Json token{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
             {"rstrip", false}, {"normalized", false}, {"special", true}};
  if (!flag.empty()) token[flag] = true;
  return token;
}

}  // namespace

Material tokenizer_material() {
  Json letters = Json::object(), all = Json::object();
  for (const char* token : {"a", "b", "c", "\u0120", "ab", "cab", "\u0120cab"})
    letters[token] = letters.size();
  // Every byte of kText, so that encoding it goes through.
  for (const char* byte = kText; *byte != 0; ++byte) all.emplace(detail::spell_bytes({byte, 1}), all.size());
  for (const char* token : {"ab", "aa", "aab"}) all[token] = all.size();
  const Json none = Json::array();
  Json whole = tokenizer_json(letters, Json::array({"a b", "c ab"}), none);
  whole["model"]["ignore_merges"] = true;
  Json plain = tokenizer_json(all, Json::array({Json::array({"a", "b"}), "a a", "a ab"}), none);
  plain["normalizer"] = nullptr;
  plain["post_processor"] = nullptr;
  const Json flags =
      Json::array({added_token("<x>", 60, "lstrip"), added_token("[SEG]", 61, "rstrip"),
                   added_token("caf\u00E9", 62, "normalized"), added_token("12", 63, "single_word")});

  Material material;
  material.seeds = {tokenizer_json(letters, Json::array({"a b", "c ab", "\u0120 cab"}), none).dump(),
                    tokenizer_json(letters, none, Json::array({added_token("<x>", 7, "")})).dump(),
                    tokenizer_json(all, Json::array({"a a", "a b"}), flags).dump(), whole.dump(),
                    plain.dump()};
  material.dictionary = {"{",
                         "}",
                         "[",
                         "]",
                         ",",
                         ":",
                         "\"",
                         "null",
                         "true",
                         "false",
                         "-1",
                         "16777215",
                         "16777216",
                         "\"ab\":4,",
                         "\"a b\",",
                         "[\"a\",\"b\"],",
                         "\"a a\",",
                         "\"added_tokens\":",
                         "\"merges\":",
                         "\"vocab\":",
                         "\"content\":\"\",",
                         "\"content\":\"a\",",
                         "\"id\":0,",
                         "\"lstrip\":true,",
                         "\"rstrip\":true,",
                         "\"normalized\":true,",
                         "\"single_word\":true,",
                         "\"ignore_merges\":true,",
                         "\"NFC\"",
                         "\"ByteLevel\"",
                         "\"Sequence\"",
                         "\"type\":\"BPE\",",
                         "\\u0000",
                         "\\ud800",
                         "\xff",
                         "\u0301",
                         "\u0120",
                         "[[[[[[[[",
                         "{\"a\":{",
                         " ",
                         "\n"};
  return material;
}

void run_tokenizer(const std::string& input) {
  const auto tokenizer = load_tokenizer_files({{"tokenizer.json", input}});
  std::vector<std::int64_t> ids;
  try {
    ids = tokenizer->encode(kText);
  } catch (const DataError&) {
    return;  // a byte that has no token
  }
  for (const std::int64_t id : ids) {
    if (id < 0 || id >= tokenizer->vocab_size()) throw std::logic_error("an id is not in the vocabulary");
  }
  tokenizer->decode(ids);
  tokenizer->decode(ids, true);
  const auto grown = extend_tokenizer(*tokenizer, {"<new>"});
  if (!grown->token_to_id("<new>")) throw std::logic_error("an added token is missing");
}

}  // namespace pixelsail::fuzz
