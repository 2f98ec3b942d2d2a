#include "torch_seeds.h"

#include "../unit/io/torch_builder.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;
using namespace test;

/// Storages "0", "1" ... of 4, 8 ... bytes, as the target has them.
std::string floats(int key, std::int64_t offset, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int64_t>& stride) {
  return pickled_tensor(pickled_storage("FloatStorage", std::to_string(key), key + 1), offset, shape, stride);
}

std::string views() {
  return pickled_dict({{"a", floats(5, 0, {2, 3}, {3, 1})},
                       {"t", floats(5, 0, {3, 2}, {1, 3})},
                       {"s", floats(7, 1, {2, 2}, {4, 2})},
                       {"e", floats(0, 1, {0, 4}, {4, 1})},
                       {"0", floats(3, 2, {}, {})}});
}

std::string types() {
  std::vector<std::pair<std::string, std::string>> items;
  const std::vector<std::pair<std::string, int>> kTypes = {
      {"DoubleStorage", 8}, {"HalfStorage", 2},  {"BFloat16Storage", 2}, {"LongStorage", 8},
      {"IntStorage", 4},    {"ShortStorage", 2}, {"CharStorage", 1},     {"BoolStorage", 1}};
  int key = 1;
  for (const auto& [type, size] : kTypes) {
    const std::int64_t numel = 4 * (key + 1) / size;
    items.emplace_back(type,
                       pickled_tensor(pickled_storage(type, std::to_string(key), numel), 0, {numel}, {1}));
    key += 2;
  }
  return pickled_dict(items);
}

/// What mmengine keeps beside the tensors.
std::string checkpoint() {
  const std::string dtype = "cnumpy\ndtype\n(" + pickled_text("f8") + "\x89\x88tR(K\x03" + pickled_text("<") +
                            "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"s;
  const std::string bytes = "c_codecs\nencode\n(" + pickled_text("0123") + pickled_text("latin1") + "tR";
  const std::string array = "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t"s + bytes +
                            "tR(K\x01(K\x01t" + dtype + "\x89" + bytes + "tb";
  const std::string history = "cmmengine.logging.history_buffer\nHistoryBuffer\n)\x81}(" +
                              pickled_text("_history") + array + pickled_text("_max_length") + "K\x07ub";
  const std::string size = "ctorch\nSize\n((K\x02K\x03ttR",
                    device = "ctorch\ndevice\n(" + pickled_text("cpu") + "tR";
  const std::string parameter =
      "ctorch._utils\n_rebuild_parameter\n(" + floats(1, 0, {2}, {1}) + "\x88Nt" + "R";
  return "}(" + pickled_text("meta") + "}(" + pickled_text("cfg") + pickled_text("x = 1") +
         pickled_text("epoch") + "K\x03u" + pickled_text("state_dict") + pickled_dict({{"w", parameter}}) +
         "}" + pickled_text("_metadata") + "}sb" + pickled_text("message_hub") +
         pickled_dict({{"loss", history}, {"size", size}, {"device", device}}) + pickled_text("dtype") +
         "ctorch\nfloat32\nu";
}

std::string archive(const std::string& pickle, bool is_large) {
  ZipBuilder zip;
  zip.add("x/data.pkl", pickle, is_large);
  zip.add("x/byteorder", "little");
  zip.add("x/data/0", "ssss", is_large);
  zip.add("x/data/3", std::string(16, 's'));
  return zip.finish(is_large);
}

}  // namespace

std::string shard_of(const std::vector<std::string>& names) {
  std::string header = "{";
  for (std::size_t i = 0; i < names.size(); ++i) {
    header += (i > 0 ? ",\"" : "\"") + names[i] + R"(":{"dtype":"F32","shape":[1],"data_offsets":[)" +
              std::to_string(4 * i) + "," + std::to_string(4 * i + 4) + "]}";
  }
  header += "}";
  return little_endian(header.size(), 8) + header + std::string(4 * names.size(), 'd');
}

std::string map_shard(const std::string& dtype, std::size_t width) {
  const std::size_t bytes = 12 * width;
  const std::string header = R"({"a.jpg":{"dtype":")" + dtype + R"(","shape":[2,2,3],"data_offsets":[0,)" +
                             std::to_string(bytes) + "]}}";
  return little_endian(header.size(), 8) + header + std::string(bytes, '<');
}

Material pth_material() {
  Material material;
  const std::string small =
      pickled_dict({{"a", floats(3, 0, {2, 2}, {2, 1})}, {"b", floats(0, 0, {1}, {1})}});
  material.seeds = {pickled(views()),
                    pickled(types()),
                    pickled(checkpoint()),
                    pickled(small),
                    pickled("}(" + pickled_text("model") + small + "u"),
                    "\x80\x04\x8c\x0b"
                    "collections\x94\x8c\x0bOrderedDict\x94\x93)R}b(\x8c\x01w"s +
                        floats(2, 0, {3}, {1}) + "u.",
                    archive(pickled(small), false),
                    archive(pickled(small), true),
                    archive(pickled(pickled_dict({{"a", floats(3, 1, {3}, {1})}})), false)};
  material.dictionary = {"R",      "b",      "Q",      "\x81",   "\x93",     "(",        ")",
                         "t",      "}",      "u",      "s",      "]",        "e",        "N",
                         "K\x00"s, "K\x01",  "h\x00"s, "q\x00"s, "\x94",     "\x88",     "\x85",
                         "\x86",   "\x87",   ")R",     "}b",     "tR",       "tQ",       "PK\5\6",
                         "PK\6\6", "PK\6\7", "PK\1\2", "PK\3\4", "x/data/1", "data.pkl", "big"};
  for (const char* name :
       {"ctorch\nFloatStorage\n", "ctorch\nHalfStorage\n", "ctorch\nUntypedStorage\n",
        "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n",
        "ccollections\nOrderedDict\n", "ctorch\nSize\n", "ctorch\nint64\n", "cnumpy\ndtype\n",
        "cnumpy._core.multiarray\nscalar\n", "c_codecs\nencode\n", "cos\nsystem\n"}) {
    material.dictionary.emplace_back(name);
  }
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1} << 31,
                                    std::int64_t{1} << 60, std::int64_t{1} << 62}) {
    material.dictionary.push_back(pickled_number(number));
  }
  material.dictionary.push_back(pickled_storage("FloatStorage", "3", 4));
  material.dictionary.push_back(floats(3, 0, {2, 2}, {1, 2}));
  return material;
}

Material index_material() {
  Material material;
  material.seeds = {R"({"metadata":{"total_size":12},"weight_map":{"a":"s-1","b":"s-1","c":"s-2"}})",
                    R"({"weight_map":{"a":"s-1","b":"s-1"}})",
                    R"({"weight_map":{"c":"s-2"},"metadata":{"total_size":1.5e3,"more":[{"x":null},"y"]}})"};
  material.dictionary = {"{",
                         "}",
                         "[",
                         "]",
                         ",",
                         ":",
                         "\"",
                         "\"a\":",
                         "null",
                         "true",
                         "-1",
                         "1e9",
                         "\"s-1\"",
                         "\"s-2\"",
                         "\"s-3\"",
                         "../",
                         "/",
                         "s-1/",
                         ".",
                         "\\u0000",
                         "\xff",
                         "\"d\":\"s-2\",",
                         "[[[[[[[[",
                         "\\ud800",
                         "{}",
                         "\"c\":\"s-1\",",
                         "\"weight_map\":{},",
                         "\"total_size\":",
                         "\"metadata\":7,"};
  return material;
}

}  // namespace pixelsail::fuzz
