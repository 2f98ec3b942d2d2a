#include "text_targets.h"

#include <bit>

#include "core/sequence.h"
#include "io/json.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "pixelsail/region.h"
#include "text/byte_pair_encoder.h"
#include "text/chat.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;
using Files = std::vector<std::pair<std::string, std::string>>;

/// A letter for every byte and two merged tokens: texts of any kind can be encoded.
std::string all_bytes() {
  OrderedJson vocab;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    vocab[detail::spell_bytes({&c, 1})] = byte;
  }
  vocab["ab"] = 256;
  return vocab.dump();
}

constexpr const char* kVocab = R"({"a":0,"b":1,"ab":2,"c":3,"\u0120":4,"\u0120c":5})";
constexpr const char* kMerges = "#version: 0.2\na b\n\u0120 c\n";
constexpr const char* kConfig =
    R"({"tokenizer_class":"Qwen2Tokenizer","added_tokens_decoder":{"7":{"content":"<x>","special":true,)"
    R"("lstrip":false,"rstrip":false,"normalized":false,"single_word":false}},"eos_token":"<x>"})";
constexpr const char* kAdded = R"({"<y>":8,"[SEG]":9})";
constexpr const char* kSpecial =
    R"({"eos_token":{"content":"<x>"},"additional_special_tokens":["<x>","[SEG]"]})";

void use(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<std::int64_t> ids;
  try {
    ids = tokenizer.encode(text);
  } catch (const DataError&) {
    return;  // a byte that has no token
  }
  for (const std::int64_t id : ids)
    require(id >= 0 && id < tokenizer.vocab_size(), "an id out of the vocabulary");
  tokenizer.decode(ids);
  tokenizer.decode(ids, true);
}

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

std::string field(int number, const std::string& bytes) {
  return static_cast<char>(number << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string piece(const std::string& text, float score, int type) {
  std::string real;
  const auto bits = std::bit_cast<std::uint32_t>(score);
  for (int i = 0; i < 4; ++i) real += static_cast<char>(bits >> (8 * i));
  return field(1, field(1, text) + "\x15" + real + "\x18" + static_cast<char>(type));
}

/// A model of a few pieces: `kind` 1 unigram, 2 BPE.
std::string model(int kind) {
  std::string out = piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3);
  float score = -1;
  for (const char* text : {"\u2581", "a", "b", "ab", "\u2581ab", "c", "[SEG]", "<x>"})
    out += piece(text, score--, std::string(text).size() > 4 || *text == '<' ? 4 : 1);
  // trainer: model_type; normalizer: identity, as Llama's has it
  return out + field(2, "\x18"s + static_cast<char>(kind)) + field(3, field(1, "identity"));
}

}  // namespace

Material qwen2_material() {
  return {.seeds = {"vocab\n"s + kVocab, "config\n"s + kConfig, "added\n"s + kAdded, "special\n"s + kSpecial,
                    "merges\n"s + kMerges},
          .dictionary = {"vocab\n", "config\n", "added\n", "special\n", "merges\n", "a b\n", "ab c\n",
                         "#version", "16777215", "16777216", "content", "special", "added_tokens_decoder",
                         "<x>", "\xff", "\r\n"}};
}

void run_qwen2(const std::string& input) {
  const auto& [kind, text] = split_kind(input);
  Files files{{"vocab.json", kVocab},
              {"merges.txt", kMerges},
              {"tokenizer_config.json", kConfig},
              {"special_tokens_map.json", kSpecial},
              {"added_tokens.json", kAdded}};
  constexpr std::string_view kKinds[] = {"vocab", "merges", "config", "special", "added"};
  for (std::size_t i = 0;; ++i) {
    if (i == files.size()) throw DataError("no file of this layout");
    if (kind != kKinds[i]) continue;
    files[i].second = text;
    break;
  }
  use(*load_tokenizer_files(std::move(files)), "ab c<x>cab [SEG]<y>");
}

Material sentencepiece_material() {
  return {.seeds = {model(1), model(2)},
          .dictionary = {piece("b", -3, 1), piece("<0x00>", 0, 6), piece("", 0, 1), piece("<unk>", 0, 2),
                         field(2, "\x18\x03"), field(3, field(2, "\1\2\3\4")), "\x15\xff\xff\x80\x7f",
                         "\x18\x05", "\xff\xff\xff\xff\x0f", "\u2581", "\x0a", "\x12", "\x1a"}};
}

void run_sentencepiece(const std::string& input) {
  detail::parse_sentencepiece_model(input, "input");
  use(*load_tokenizer_files({{"tokenizer.model", input}, {"added_tokens.json", R"({"<new>":200})"}}),
      "ab c\u2581a[SEG] <new>A\U0001F600");
}

Material chat_material() {
  return {
      .seeds = {"What is this?\n\nIt is [SEG].\n\nAnd <Prompt1>?",
                "  <Prompt0> \xe4\xb8\xad \xf0\x9f\x90\xb6\n\n<p> x </p>", "<|im_start|>user\nHi<|im_end|>"},
      .dictionary = {"\n\n", "<Prompt0>", "<Prompt15>", "<Prompt>", "<Prompt18446744073709551616>", "<image>",
                     "[SEG]", "<|im_end|>", "<|endoftext|>", "<vision>", "<vpatch>", "\xff", "\xed\xa0\x80",
                     "\u0301", "\xc2\xa0"}};
}

void run_chat(const std::string& input) {
  static const auto kTokenizer = [] {
    OrderedJson added;
    int id = 300;
    for (const char* token : {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "</vision>",
                              "<vpatch>", "<vrow_sep>", "[SEG]", "<p>", "</p>", "<s>", "</s>"})
      added[token] = id++;
    for (int k = 0; k < kPromptTokens; ++k) added["<Prompt" + std::to_string(k) + ">"] = id++;
    return load_tokenizer_files({{"vocab.json", all_bytes()},
                                 {"merges.txt", "a b\n"},
                                 {"tokenizer_config.json", R"({"tokenizer_class":"Qwen2Tokenizer"})"},
                                 {"added_tokens.json", added.dump()}});
  }();
  std::vector<Turn> turns;
  for (std::size_t begin = 0; begin <= input.size();) {
    const std::size_t end = std::min(input.find("\n\n", begin), input.size());
    const std::string part = input.substr(begin, end - begin);
    if (turns.empty() || turns.back().answer) {
      turns.push_back({.question = part});
    } else {
      turns.back().answer = part;
    }
    begin = end + 2;
  }
  bool any = false;
  for (const ChatTemplate& chat : chat_templates()) {
    try {
      const SpecialTokens special = find_special_tokens(*kTokenizer, chat);
      const TokenSequence sequence = build_sequence(*kTokenizer, special, turns, 2, 3, 2, 100'000, chat);
      require(sequence.ids.size() == sequence.labels.size(), "tokens without labels");
      answer_text(*kTokenizer, chat, kTokenizer->encode(turns.front().question));
      any = true;
    } catch (const DataError&) {  // a family may take other texts
    }
  }
  if (!any) throw DataError("no family takes this text");
}

Material region_material() {
  return {.seeds = {"box:1,2,3,4", "point:0.5,7", "scribble:0,0,3.5,4,7,1e0"},
          .dictionary = {"box:", "point:", "scribble:", "mask:/nowhere", ",", "nan", "inf", "1e309", "-1e300",
                         "1e9", "0x1p3", " ", "+1", "1,2,3,4"}};
}

void run_region(const std::string& input) {
  try {
    rasterize(parse_region(input), 48, 64);
  } catch (const ConfigError&) {
    throw DataError("no region");
  }
}

}  // namespace pixelsail::fuzz
