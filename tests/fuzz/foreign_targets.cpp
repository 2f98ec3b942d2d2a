#include "foreign_targets.h"

#include <span>

#include "annotations/folder_record.h"
#include "config/node.h"
#include "image/gif.h"
#include "image/image_size.h"
#include "image/orientation.h"
#include "image/picture_format.h"
#include "io/json.h"
#include "io/json_input.h"
#include "io/pickle/pickle.h"
#include "parts.h"
#include "pixelsail/error.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

std::string name(const std::string& module, const std::string& member) {
  return "c" + module + "\n" + member + "\n";
}

std::string bytes_object(const std::string& value) {
  return "C" + std::string(1, static_cast<char>(value.size())) + value;
}

std::string numpy_type(const std::string& type) {
  return name("numpy", "dtype") + "U" + std::string(1, static_cast<char>(type.size())) + type +
         "\x89\x88\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"s;
}

std::uint64_t touched(const PickleValue& value, int& budget) {
  if (--budget < 0) return 0;
  if (std::holds_alternative<std::shared_ptr<PickleList>>(value.storage())) {
    std::uint64_t sum = 0;
    for (const PickleValue& item : value.as_list()) sum += touched(item, budget);
    return sum;
  }
  return 1;
}

}  // namespace

Material names_material() {
  const std::string scalar = name("numpy.core.multiarray", "scalar");
  const std::string array = name("numpy.core.multiarray", "_reconstruct") + name("numpy", "ndarray") +
                            "K\x00\x85"s + bytes_object("b") + "\x87R(K\x01K\x02K\x02\x86" +
                            numpy_type("i2") + "\x89" + bytes_object("\1\0\2\0\3\0\4\0"s) + "tb";
  return {.seeds = {"\x80\x02(" + scalar + numpy_type("i8") + bytes_object("\5\0\0\0\0\0\0\0"s) + "\x86R" +
                        scalar + numpy_type("f4") + bytes_object("\0\0\xc0\x3f"s) + "\x86Rl.",
                    "\x80\x02" + array + ".",
                    "\x80\x05" + name("numpy._core.numeric", "_frombuffer") +
                        "(\x96\x04\0\0\0\0\0\0\0\1\2\3\4"s + numpy_type("u1") +
                        "K\x02K\x02\x86U\x01"
                        "FtR.",
                    "\x80\x02" + name("collections", "OrderedDict") + ")R(U\x01kK\x05u.",
                    name("collections", "OrderedDict") + "((lp0\n(lp1\nS'k'\naI5\naatR.",
                    "\x80\x02" + name("collections", "defaultdict") + name("__builtin__", "list") + "\x85R.",
                    "\x80\x02" + name("_codecs", "encode") + "X\x02\x00\x00\x00\xc3\xa9U\x06latin1\x86R."s,
                    "\x80\x04\x8f(K\x01K\x02\x90.", "\x80\x04(K\x01K\x02\x91."},
          .dictionary = {name("collections", "OrderedDict"),
                         name("builtins", "list"),
                         name("numpy", "dtype"),
                         scalar,
                         name("numpy.core.multiarray", "_reconstruct"),
                         name("builtins", "bytearray"),
                         name("collections", "Counter"),
                         numpy_type("i8"),
                         numpy_type("U2"),
                         ")R",
                         "\x85R",
                         "\x86R",
                         "}b",
                         "(tb",
                         "\x96",
                         "\x90",
                         "\x91",
                         "q\x01",
                         "h\x01",
                         "K\x00\x85"s,
                         "\x93"}};
}

void run_names(const std::string& input) {
  int budget = 20'000;
  touched(read_pickle(bytes_of(input), "input"), budget);
}

Material json_material() {
  return {.seeds = {R"({"a": NaN, "b": [Infinity, -Infinity, -1.5e3], "c": "NaN\"\\", "d": {"e": null}})",
                    R"([1, 2.0, true, "\u00e4", {"x": [[[]]]}])", R"(NaN)"},
          .dictionary = {"NaN", "Infinity", "-Infinity", "\"", "\\", "\\\"", "[", "]", "{", "}", ",", ":",
                         "null", "1e999", "-", "N", "I", "\xef\xbb\xbf"}};
}

void run_json(const std::string& input) {
  std::string whole;
  NumberFilter().filter(input, true, whole);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    NumberFilter filter;
    std::string pieces;
    for (std::size_t at = 0; at < input.size(); at += step)
      filter.filter(std::string_view(input).substr(at, step), at + step >= input.size(), pieces);
    require(pieces == whole, "a file in pieces is filtered to something else");
  }
  const Json value = parse_json(input, "input");
  const std::string text = value.dump(-1, ' ', true);
  require(parse_json(text, "again") == value, "what was read is not what was written");
}

Material gif_material() {
  const std::string palette = "\0\0\0\xff\0\0\0\xff\0\0\0\xff\xff\xff\xff\x80\x80\x80\0\0\0\0\0\0"s;
  const std::string head = "GIF89a\3\0\2\0\x82\0\0"s + palette;
  const std::string frame = ",\0\0\0\0\3\0\2\0\0\3\4\x08\x21\x43\x95\0;"s;
  return {.seeds = {head + frame, head + "\x21\xf9\x04\x01\0\0\x02\0"s + frame,
                    "GIF87a\3\0\2\0\0\0\0,\0\0\0\0\3\0\2\0\xc2"s + palette + "\3\4\x08\x21\x43\x95\0;"s},
          .dictionary = {"GIF89a", ",", ";", "\x21\xf9\x04", "\x21\xff", "\0"s, "\xff\xff", "\x80", "\x40",
                         "\x08"}};
}

void run_gif(const std::string& input) {
  constexpr std::uint32_t kMaxSide = 256;
  if (input.size() > 9) {
    // Pictures of many pixels take memory, not care.
    const auto side = [&](std::size_t at) {
      return static_cast<unsigned char>(input[at]) |
             static_cast<std::uint32_t>(static_cast<unsigned char>(input[at + 1])) << 8;
    };
    if (side(6) > kMaxSide || side(8) > kMaxSide) throw DataError("too large for this test");
  }
  if (!detail::is_gif(bytes_of(input))) throw DataError("no GIF");
  const detail::GifFrame frame = detail::decode_gif(bytes_of(input), "input");
  require(frame.image.height == frame.opaque.height && frame.image.width == frame.opaque.width, "two sizes");
  require(frame.image.rgb.size() == 3 * frame.opaque.data.size(), "wrong number of pixels");
}

Material exif_material() {
  const std::string exif = "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"s;
  const std::string segment = "\xff\xe1\0\x22"s + "Exif\0\0"s + exif;
  const std::string frame = "\xff\xc0\0\x0b\x08\0\x10\0\x20\1\1\x11\0"s;
  const std::string png = "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x20\0\0\0\x10\x08\2\0\0\0cccc"s;
  const std::string webp = "VP8X\x0a\0\0\0\x08\0\0\0\x1f\0\0\x0f\0\0"s + "EXIF\x1a\0\0\0"s + exif;
  return {.seeds = {"\xff\xd8"s + segment + frame, png + "\0\0\0\x1a"s + "eXIf" + exif + "cccc\0\0\0\0IEND"s,
                    "RIFF\x40\0\0\0WEBP"s + webp, "GIF89a\3\0\2\0\0\0\0"s,
                    "RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x1f\xc0\x03\0"s},
          .dictionary = {"Exif\0\0"s, "II*\0"s, "MM\0*"s, "eXIf", "EXIF", "\xff\xe1", "\xff\xc0", "IEND",
                         "\x12\1\3\0"s, "\xff\xff\xff\xff", "\x7f\xff\xff\xff", "VP8X", "VP8 ", "VP8L"}};
}

void run_exif(const std::string& input) {
  const int orientation = detail::exif_orientation(bytes_of(input));
  require(orientation >= 1 && orientation <= 8, "an orientation that is none");
  picture_format(bytes_of(input));
  const bool known = input.starts_with("\xff\xd8") || input.starts_with("\x89P") || input.starts_with("RI") ||
                     input.starts_with("GI");
  if (!known) throw DataError("a format whose header is not read");
  const ImageSize size = image_size_of(bytes_of(input), "input");
  require(size.height > 0 && size.width > 0, "an impossible size");
}

Material yaml_material() {
  return {.seeds =
              {"train:\n  steps: 3\n  resume: True\nparts:\n  - {kind: disc, sizes: [1, 2]}\nnote: 'a # b'\n",
               "a: |\n  text\n\n  more\nb: \"q\\n\"  # comment\n", "[1, {x: ~, y: .inf}]\n"},
          .dictionary = {"\t", "\n", "  ", "- ", ": ",  "[",  "]",      "{",     "}",        "'",
                         "\"", "|",  ">",  "#",  "&a ", "*a", "!!str ", "---\n", "\xc2\xa0", "<<: "}};
}

void run_yaml(const std::string& input) {
  const ConfigNode tree = parse_config_tree(input, "input");
  flatten_config_tree(tree);
}

Material folder_material() {
  return {
      .seeds =
          {R"({"image":"a.png","expression":"cup","masks":[[0,0,4,0,4,4]]})",
           R"({"image":"a.png","question":"What is <Prompt0>?","answer":"A cup.","regions":["box:1,2,3,4"]})",
           R"({"image":"a.png","expression":"dog","masks":[],"split":"val"})",
           R"({"image":"a.png","question":"q [SEG]","masks":[{"size":[3,7],"counts":"52>"},"masks/a.png"]})"},
      .dictionary = {"\"masks\":", "\"regions\":", "<Prompt1>", "\"box:", "[[", "]]", "NaN", "1e300", "-1",
                     "{\"size\":[2,2]", "\"counts\":", "null", "\"mask:"}};
}

void run_folder(const std::string& input) {
  const detail::FolderRecord record = detail::parse_folder_record(parse_json(input, "input"), 1);
  require(!record.question.empty() && !record.answer.empty(), "a record without question or answer");
  require(record.regions.size() <= detail::kMaxRegions, "too many regions");
}

}  // namespace pixelsail::fuzz
