#include "io/pickle/pickle_writer.h"

#include <gtest/gtest.h>

#include "io/pickle/pickle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

PickleValue read_back(const std::string& bytes) {
  return read_pickle(std::as_bytes(std::span(bytes)), "test");
}

TEST(PickleWriter, WritesTheBytesOfTheProtocol) {
  using namespace std::string_literals;
  const OrderedJson value = {{"a", {1, 300, 70000, -1}}, {"b", "a"}};
  EXPECT_EQ(write_pickle(value, 2),
            "\x80\x02}(X\x01\0\0\0aq\0](K\x01M\x2c\x01J\x70\x11\x01\0J\xff\xff\xff\xff"s +
                "eX\x01\0\0\0bq\x01h\0u."s);
  EXPECT_EQ(write_pickle(value, 0), "(dVa\np0\n(lI1\naI300\naI70000\naI-1\nasVb\np1\ng0\ns.");
}

TEST(PickleWriter, ReadsBack) {
  OrderedJson value = {{"text", "one\ntwo\\three"},
                       {"none", nullptr},
                       {"yes", true},
                       {"no", false},
                       {"half", 0.5},
                       {"big", 5000000000LL},
                       {"list", OrderedJson::array()},
                       {"dict", OrderedJson::object()}};
  for (int i = 0; i < 300; ++i) value["list"].push_back("word " + std::to_string(i % 290));
  for (const int protocol : {0, 2}) {
    const PickleValue back = read_back(write_pickle(value, protocol));
    EXPECT_EQ(back.at("text").as_string(), "one\ntwo\\three");
    EXPECT_TRUE(back.at("none").is_none());
    EXPECT_TRUE(std::get<bool>(back.at("yes").storage()));
    EXPECT_FALSE(std::get<bool>(back.at("no").storage()));
    EXPECT_EQ(back.at("half").as_double(), 0.5);
    EXPECT_EQ(back.at("big").as_int(), 5000000000LL);
    EXPECT_TRUE(back.at("dict").as_dict().empty());
    const PickleList& list = back.at("list").as_list();
    ASSERT_EQ(list.size(), 300U);
    EXPECT_EQ(list[5].as_string(), "word 5");
    EXPECT_EQ(list[295].as_string(), "word 5");
  }
}

TEST(PickleWriter, RefusesOtherProtocols) {
  EXPECT_THROW(write_pickle(1, 1), ConfigError);
  EXPECT_THROW(write_pickle("\xc3\xa9", 0), ConfigError);
}

}  // namespace
}  // namespace pixelsail
