#include "io/pickle/pickle.h"

#include <cmath>

#include "io/json.h"
#include "io/pickle/pickle_text.h"
#include "io/utf8.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using namespace std::string_literals;

PickleValue read(const std::string& bytes, const PickleLimits& limits = {}) {
  return read_pickle(std::as_bytes(std::span(bytes)), "x.p", limits);
}

/// The value as JSON, to compare with what Python wrote there.
Json to_json(const PickleValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<Held, std::shared_ptr<PickleList>>) {
          Json list = Json::array();
          for (const PickleValue& item : *held) list.push_back(to_json(item));
          return list;
        } else if constexpr (std::is_same_v<Held, std::shared_ptr<PickleDict>>) {
          Json object = Json::object();
          for (const auto& [key, item] : *held) object[key.as_string()] = to_json(item);
          return object;
        } else if constexpr (std::is_same_v<Held, std::shared_ptr<const PickleObject>>) {
          throw DataError("plain data holds an object");
        } else {
          return held;
        }
      },
      value.storage());
}

TEST(Pickle, RefsFileInEveryProtocol) {
  const Json expected = read_json(test::fixture("refs.json"));
  for (const char* name : {"refs_p0.p", "refs_p1.p", "refs_p2.p", "refs_p3.p", "refs_p4.p"}) {
    const PickleValue value = read_pickle(test::fixture(name));
    EXPECT_EQ(to_json(value), expected) << name;
    EXPECT_EQ(value.as_list()[3].at("sentences").as_list()[0].at("tokens").as_list().size(), 6u) << name;
  }
  // Byte strings, as Python 2 wrote them; the last entry of the JSON has no place there.
  Json ascii = expected;
  ascii.erase(ascii.size() - 1);
  for (const char* name : {"refs_text.p", "refs_bin1.p", "refs_bin2.p"}) {
    EXPECT_EQ(to_json(read_pickle(test::fixture(name))), ascii) << name;
  }
}

TEST(Pickle, TypedAccess) {
  const PickleValue value = read_pickle(test::fixture("refs_p2.p"));
  const PickleValue& ref = value.as_list()[0];
  EXPECT_EQ(ref.at("image_id").as_int(), 581857);
  EXPECT_EQ(ref.at("ref_id").as_double(), 0.0);
  EXPECT_EQ(ref.at("split").as_string(), "train");
  EXPECT_EQ(ref.find("nothing"), nullptr);
  expect_error<DataError>([&] { ref.at("nothing"); }, "no key \"nothing\"");
  expect_error<DataError>([&] { ref.as_list(); }, "expected a list, found a dict");
  expect_error<DataError>([&] { value.as_dict(); }, "expected a dict, found a list");
  expect_error<DataError>([&] { ref.at("split").as_int(); }, "expected an integer, found text");
  expect_error<DataError>([&] { ref.at("ref_id").as_string(); }, "expected text, found an integer");
  expect_error<DataError>([&] { PickleValue().as_double(); }, "found None");
}

TEST(Pickle, Numbers) {
  EXPECT_EQ(read("I-5\n.").as_int(), -5);
  EXPECT_EQ(std::get<bool>(read("I01\n.").storage()), true);
  EXPECT_EQ(std::get<bool>(read("I00\n.").storage()), false);
  EXPECT_EQ(read("I1\n.").as_int(), 1);
  EXPECT_EQ(read("L9223372036854775807L\n.").as_int(), INT64_MAX);
  EXPECT_EQ(read("L-9223372036854775808\n.").as_int(), INT64_MIN);
  EXPECT_EQ(read("J\xfe\xff\xff\xff.").as_int(), -2);
  EXPECT_EQ(read("K\xff.").as_int(), 255);
  EXPECT_EQ(read("M\xff\xff.").as_int(), 65535);
  EXPECT_EQ(read("\x8a\x00."s).as_int(), 0);
  EXPECT_EQ(read("\x8a\x01\xff.").as_int(), -1);
  EXPECT_EQ(read("\x8a\x02\xff\x00."s).as_int(), 255);
  EXPECT_EQ(read("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80."s).as_int(), INT64_MIN);
  EXPECT_EQ(read("\x8a\x0a\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00."s).as_int(), 1);
  EXPECT_EQ(read("F1e-05\n.").as_double(), 1e-05);
  EXPECT_EQ(read("F-inf\n.").as_double(), -INFINITY);
  EXPECT_TRUE(std::isnan(read("Fnan\n.").as_double()));
  EXPECT_EQ(read("G\x3f\xf8\x00\x00\x00\x00\x00\x00."s).as_double(), 1.5);
  for (const std::string& bytes : {"I\n."s, "I1x\n."s, "I 1\n."s, "I9223372036854775808\n."s, "L\n."s,
                                   "LL\n."s, "L99999999999999999999L\n."s, "F\n."s, "F1,5\n."s, "I1."s}) {
    EXPECT_THROW(read(bytes), DataError) << bytes;
  }
  // Numbers of more than 64 bits.
  for (const std::string& tail : {"\x80\x00"s, "\xff\x01"s, "\x00\x80"s, "\x00\xff"s, "\x7f\xff"s}) {
    EXPECT_THROW(read("\x8a\x09" + std::string(7, 'z') + tail + "."), DataError);
  }
}

TEST(Pickle, QuotedStrings) {
  EXPECT_EQ(read("S'it\\'s'\n.").as_string(), "it's");
  EXPECT_EQ(read("S\"it's\"\n.").as_string(), "it's");
  EXPECT_EQ(read("S'\\\\ \\\" \\n\\r\\t\\a\\b\\f\\v\\x41'\n.").as_string(), "\\ \" \n\r\t\a\b\f\vA");
  EXPECT_EQ(read("S'\\0\\12\\1013\\377'\n.").as_string(),
            "\0\n"
            "A3\xff"s);
  EXPECT_EQ(read("S'\\q'\n.").as_string(), "\\q");
  EXPECT_EQ(read("S''\n.").as_string(), "");
  EXPECT_EQ(read("U\x02\xff\n.").as_string(), "\xff\n");
  EXPECT_EQ(read("T\x03\x00\x00\x00"
                 "abc."s)
                .as_string(),
            "abc");
  for (const std::string& bytes : {"S'a\n."s, "S'\n."s, "Sabc\n."s, "S'a\"\n."s, "S\n."s, "S'\\x4'\n."s,
                                   "S'\\xgg'\n."s, "S'a\\'\n."s, "S'abc'"s,
                                   "U\x05"
                                   "ab."s,
                                   "T\xff\xff\xff\xff"
                                   "ab."s}) {
    EXPECT_THROW(read(bytes), DataError) << bytes;
  }
}

TEST(Pickle, UnicodeText) {
  EXPECT_EQ(read("Vabc \\u00fc \\U0001f600\n.").as_string(), "abc \u00fc \U0001F600");
  EXPECT_EQ(read("V\\ud83d\\ude00\n.").as_string(), "\U0001F600");
  EXPECT_EQ(read("V\xfc\n.").as_string(), "\u00fc");
  // A doubled backslash is two characters and hides the u behind it; a single one stays.
  EXPECT_EQ(read("V\\\\u0041\\x\\\n.").as_string(), "\\\\u0041\\x\\");
  EXPECT_EQ(read("X\x02\x00\x00\x00\xc3\xbc."s).as_string(), "\u00fc");
  EXPECT_EQ(read("\x8c\x02\xc3\xbc."s).as_string(), "\u00fc");
  EXPECT_EQ(read("\x8d\x02\x00\x00\x00\x00\x00\x00\x00\xc3\xbc."s).as_string(), "\u00fc");
  for (const std::string& bytes :
       {"V\\u00f\n."s, "V\\uzzzz\n."s, "V\\U00110000\n."s, "V\\ud83d\n."s, "V\\ud83dx\n."s, "V\\ude00\n."s,
        "\x8c\x01\xff."s, "\x8c\x03\xed\xa0\x80."s, "\x8c\x02\xc0\x80."s,
        "X\xff\xff\xff\xff"
        "a."s,
        "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
        "a."s}) {
    EXPECT_THROW(read(bytes), DataError) << bytes;
  }
}

TEST(Pickle, ContainersAreShared) {
  // A list is stored in the memo twice into a tuple, and grows only when it is fetched a third time.
  const PickleValue value = read(
      "]q\x01h\x01h\x01K\x07"
      "a\x87."s);
  ASSERT_EQ(value.as_list().size(), 3u);
  for (const PickleValue& item : value.as_list()) {
    ASSERT_EQ(item.as_list().size(), 1u);
    EXPECT_EQ(item.as_list()[0].as_int(), 7);
  }
  EXPECT_EQ(&value.as_list()[0].as_list(), &value.as_list()[2].as_list());
}

TEST(Pickle, TuplesListsDicts) {
  EXPECT_TRUE(read(").").as_list().empty());
  EXPECT_TRUE(read("(t.").as_list().empty());
  EXPECT_TRUE(read("(l.").as_list().empty());
  EXPECT_TRUE(read("(d.").as_dict().empty());
  EXPECT_EQ(read("NN\x86.").as_list().size(), 2u);
  EXPECT_EQ(read("(K\x01K\x02l.").as_list()[1].as_int(), 2);
  EXPECT_EQ(read("(U\x01"
                 "aK\x02"
                 "d.")
                .at("a")
                .as_int(),
            2);
  EXPECT_EQ(read("}U\x01"
                 "aK\x02s.")
                .at("a")
                .as_int(),
            2);
  EXPECT_EQ(read("](K\x01(K\x02K\x03te.").as_list().size(), 2u);
}

TEST(Pickle, RepeatedKeysKeepTheirPlace) {
  // {"a": 1, 1: 2, "b": 3, True: 4, "a": 5, 1.0: 6, None: 7, nan: 8, nan: 9}
  const std::string nan = "G\x7f\xf8\x00\x00\x00\x00\x00\x00"s;
  const std::string one = "G\x3f\xf0\x00\x00\x00\x00\x00\x00"s;
  const PickleValue value = read(
      "}(U\x01"
      "aK\x01K\x01K\x02U\x01"
      "bK\x03\x88K\x04U\x01"
      "aK\x05" +
      one + "K\x06NK\x07" + nan + "K\x08" + nan + "K\x09u.");
  const PickleDict& dict = value.as_dict();
  std::vector<std::int64_t> values;
  for (const auto& [key, item] : dict) values.push_back(item.as_int());
  EXPECT_EQ(values, (std::vector<std::int64_t>{5, 6, 3, 7, 8, 9}));
  EXPECT_EQ(dict[0].first.as_string(), "a");
  EXPECT_EQ(dict[1].first.as_int(), 1);
}

TEST(Pickle, MemoNumbers) {
  EXPECT_EQ(read("K\x05p300\ng300\n\x86.").as_list()[1].as_int(), 5);
  EXPECT_EQ(read("K\x05r\xff\xff\xff\xffj\xff\xff\xff\xff\x86.").as_list()[1].as_int(), 5);
  // MEMOIZE numbers by count; an entry may be stored again.
  EXPECT_EQ(read("(K\x05\x94K\x06\x94h\x00h\x01t."s).as_list()[2].as_int(), 5);
  EXPECT_EQ(read("(K\x05\x94K\x06q\x00h\x00t."s).as_list()[2].as_int(), 6);
}

}  // namespace
}  // namespace pixelsail
