#include "seeds.h"

#include <string_view>

#include "io/rle.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return text;
}

/// Writes referring-expression records as the pickle protocols do.
class Pickler {
 public:
  explicit Pickler(int protocol, bool byte_strings) : protocol_(protocol), byte_strings_(byte_strings) {}

  std::string refs(int count) {
    if (protocol_ >= 2) out_ += "\x80"s + static_cast<char>(protocol_);
    begin_list();
    for (int i = 0; i < count; ++i) {
      record(i);
      if (protocol_ == 0) out_ += 'a';
    }
    if (protocol_ > 0) out_ += 'e';
    out_ += '.';
    if (protocol_ == 4) out_.insert(2, "\x95" + little_endian(out_.size() - 2, 8));
    return out_;
  }

 private:
  void put() {
    if (protocol_ == 4) {
      out_ += '\x94';
    } else if (protocol_ == 0) {
      out_ += "p" + std::to_string(memo_) + "\n";
    } else if (memo_ < 256) {
      out_ += "q"s + static_cast<char>(memo_);
    } else {
      out_ += "r" + little_endian(static_cast<std::uint64_t>(memo_), 4);
    }
    ++memo_;
  }
  void begin_list() {
    out_ += protocol_ == 0 ? "(l" : "]";
    put();
    if (protocol_ > 0) out_ += '(';
  }
  void text(std::string_view value) {
    if (protocol_ == 0) {
      out_ += (byte_strings_ ? "S'" : "V") + std::string(value) + (byte_strings_ ? "'\n" : "\n");
    } else if (byte_strings_) {
      out_ += "U"s + static_cast<char>(value.size()) + std::string(value);
    } else if (protocol_ == 4) {
      out_ += "\x8c"s + static_cast<char>(value.size()) + std::string(value);
    } else {
      out_ += "X" + little_endian(value.size(), 4) + std::string(value);
    }
    put();
  }
  void number(int value) {
    if (protocol_ == 0) {
      out_ += "I" + std::to_string(value) + "\n";
    } else if (value < 256) {
      out_ += "K"s + static_cast<char>(value);
    } else if (value < 65536) {
      out_ += "M" + little_endian(static_cast<std::uint64_t>(value), 2);
    } else {
      out_ += "J" + little_endian(static_cast<std::uint64_t>(value), 4);
    }
  }
  void end_item() {
    if (protocol_ == 0) out_ += 's';
  }
  void record(int i) {
    out_ += protocol_ == 0 ? "(d" : "}";
    put();
    if (protocol_ > 0) out_ += '(';
    text("ref_id");
    number(i);
    end_item();
    text("ann_id");
    number(1719310 + i);
    end_item();
    text("split");
    text(i % 2 == 0 ? "train" : "testA");
    end_item();
    text("ok");
    out_ += protocol_ == 0 ? "I01\n" : protocol_ == 1 ? "I00\n" : "\x88";
    end_item();
    text("score");
    out_ += protocol_ == 0 ? "F0.25\n"s : "G\x3f\xd0\x00\x00\x00\x00\x00\x00"s;
    end_item();
    text("big");
    out_ += protocol_ < 2 ? "L12345678901L\n"s : "\x8a\x05\x35\x1c\xdc\xdf\x02"s;
    end_item();
    text("tokens");
    begin_list();
    for (const char* token : {"left", "red", "disc"}) {
      text(token);
      if (protocol_ == 0) out_ += 'a';
    }
    if (protocol_ > 0) out_ += 'e';
    end_item();
    text("pair");
    out_ += protocol_ >= 2 ? "NN\x86" : "(NNt";
    put();
    end_item();
    if (protocol_ > 0) out_ += 'u';
  }

  int protocol_;
  bool byte_strings_;
  int memo_ = 0;
  std::string out_;
};

std::string safetensors(const std::string& header, std::size_t data_bytes) {
  return little_endian(header.size(), 8) + header + std::string(data_bytes, 'd');
}

std::string many_tensors(int count) {
  std::string header = R"({"__metadata__":{"format":"pt","note":"a \"quoted\" \u00fc"})";
  for (int i = 0; i < count; ++i) {
    const std::string begin = std::to_string(8 * i), end = std::to_string(8 * i + 8);
    header += R"(,"layers.)" + std::to_string(i) + R"(.weight":{"dtype":")" + (i % 2 == 0 ? "F32" : "I16") +
              R"(","shape":)" + (i % 2 == 0 ? "[2,1]" : "[1,2,2]") + R"(,"data_offsets":[)" + begin + "," +
              end + "]}";
  }
  return safetensors(header + "}", 8 * static_cast<std::size_t>(count));
}

}  // namespace

Material pickle_material() {
  Material material;
  for (const int protocol : {0, 1, 2}) {
    material.seeds.push_back(Pickler(protocol, true).refs(1));
    material.seeds.push_back(Pickler(protocol, true).refs(3));
  }
  for (const int protocol : {0, 2, 3, 4}) material.seeds.push_back(Pickler(protocol, false).refs(2));
  material.seeds.push_back(
      "(]q\x01h\x01h\x01K\x07"
      "al.");
  material.seeds.push_back("N" + std::string(40, '\x85') + ".");
  material.seeds.push_back("Vtext \\u00fc \\U0001f600 \\ud83d\\ude00\np0\nS'\\x41\\101\\n\\''\np1\n\x86.");
  material.seeds.push_back(
      "\x8d\x03\x00\x00\x00\x00\x00\x00\x00"
      "abcq\x00T\x02\x00\x00\x00xyj\x00\x00\x00\x00\x87."s);
  material.seeds.push_back("(I1\nI2\nI3\nI00\nd."s);
  for (int code = 0; code < 256; ++code) {
    if (std::string_view("(.NIJKMLFGSTUVXl]aet)d}sughjpqrcRbio0122P").find(static_cast<char>(code)) !=
            std::string_view::npos ||
        (code >= 0x80 && code <= 0x98)) {
      material.dictionary.push_back(std::string(1, static_cast<char>(code)));
    }
  }
  for (const std::string& piece : {"h\x00"s,
                                   "h\x01"s,
                                   "q\x00"s,
                                   "q\x01"s,
                                   "g0\n"s,
                                   "p0\n"s,
                                   "j\x00\x00\x00\x00"s,
                                   "r\xff\xff\xff\xff"s,
                                   "(l"s,
                                   "]("s,
                                   "}("s,
                                   "(e"s,
                                   "h\x00"
                                   "a"s,
                                   "h\x01h\x01s"s,
                                   "I01\n"s,
                                   "L9999999999999999999999L\n"s,
                                   "F1e999\n"s,
                                   "Fnan\n"s,
                                   "S'\\x'\n"s,
                                   "V\\ud800\n"s,
                                   "\x8c\x01\xff"s,
                                   "\x8a\xff"s,
                                   "\x80\x04"s,
                                   "\x80\x05"s,
                                   "\x95\xff"s,
                                   "cos\nsystem\n"s,
                                   ")))))"s,
                                   "\x85\x85\x85\x85"s}) {
    material.dictionary.push_back(piece);
  }
  return material;
}

Material safetensors_material() {
  Material material;
  material.seeds = {many_tensors(1),
                    many_tensors(4),
                    many_tensors(18),
                    safetensors("{}", 0),
                    safetensors(R"({"a":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}}       )", 1),
                    safetensors(R"({"e":{"dtype":"F64","shape":[0,7],"data_offsets":[0,0]}})", 0),
                    safetensors(R"({"b":{"shape":[2],"data_offsets":[4,8],"dtype":"BF16"},)"
                                R"("a":{"data_offsets":[0,4],"dtype":"U8","shape":[1,1,4]}})",
                                8)};
  material.dictionary = {"{",
                         "}",
                         "[",
                         "]",
                         ",",
                         ":",
                         "\"",
                         "null",
                         "true",
                         "-1",
                         "1.5",
                         "1e3",
                         "\"dtype\"",
                         "\"shape\"",
                         "\"F16\"",
                         "\"I64\"",
                         "\\u0000",
                         "\\ud800",
                         "\xff",
                         "[[[[[[[[",
                         "{\"a\":{",
                         "\"U8\"",
                         " ",
                         "\n",
                         "[0,0]",
                         "[]",
                         "{}",
                         "[4294967296,4294967296]",
                         "\"data_offsets\"",
                         "\"__metadata__\":{},",
                         ",\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"};
  return material;
}

Material rle_material() {
  Material material;
  // Every pixel another value than the one before: 600 runs of length one.
  const std::string noise = "20 30 " + rle_to_string({20, 30, std::vector<std::uint32_t>(600, 1)});
  material.seeds = {"10 10 e0191O001O1O1b0",
                    "10 10 Q1550000000a0",
                    "10 10 0T3",
                    "46341 46340 " + rle_to_string({46341, 46340, {7, 2147441933}}),
                    "65536 32768 " + rle_to_string({65536, 32768, {1u << 30, 1, (1u << 30) - 2, 0, 1}}),
                    noise,
                    R"({"size":[10,10],"counts":"04600000l1"})",
                    R"({"size":[24,32],"counts":[100,5,19,5,19,5,615]})",
                    R"([[1,1,20,1,20,16],[2.5,2.5,17.5,2.5,17.5,7.5,2.5,7.5],[0,0,9.99,0,9.99,9.99,0,9.99]])",
                    R"([[-3,-3,40,-3,4,4,-3,40,100.25,-1e4,5,5,5,5]])",
                    R"([{"size":[24,32],"counts":[700,68]},{"size":[24,32],"counts":[690,20,58]}])",
                    R"([])",
                    R"([[],[3,3],[1,1,8,8]])"};
  std::string ring = "[[";
  for (int i = 0; i < 100; ++i) {
    ring += (i > 0 ? "," : "") + std::to_string(i * 37 % 33) + "." + std::to_string(i % 10) + "," +
            std::to_string(i * 53 % 25);
  }
  material.seeds.push_back(ring + "]]");
  material.dictionary = {"0",        "o",          "O",         "oooooooo",    "PPPPPP", "0T3",
                         "\"size\"", "\"counts\"", "{",         "}",           "[",      "]",
                         ",",        "[]",         "null",      "[24,32]",     "[0,0]",  "[65536,32768]",
                         "1e9",      "1e-9",       "2e8",       "-2e8",        "0.1",    "[0,768]",
                         "[768]",    " ",          "\"0T3\"",   "\\",          "\xff",   "[[[[[[[[",
                         "-0.5",     "12.3",       "31.9,23.9", "0,0,0,0,0,0", "1,1,1",  "46341 46341 "};
  return material;
}

}  // namespace pixelsail::fuzz
