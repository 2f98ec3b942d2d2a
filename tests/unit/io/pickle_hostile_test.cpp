#include <string>

#include "io/pickle/pickle.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using namespace std::string_literals;

PickleValue read_hostile(const std::string& bytes, const PickleLimits& limits = {}) {
  return read_pickle(std::as_bytes(std::span(bytes)), "x.p", limits);
}

void expect_fault(const std::string& bytes, const std::string& part) {
  expect_error<DataError>([&] { read_hostile(bytes); }, part);
  expect_error<DataError>([&] { read_hostile(bytes); }, "x.p: ");
}

std::string repeat(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

TEST(PickleHostile, WhatCallsOrImportsIsRefusedByName) {
  expect_fault("cos\nsystem\n(S'true'\ntR.", "x.p: byte 0: pickle opcode GLOBAL ('c'): not allowed");
  expect_fault("\x80\x04\x8c\x02os\x8c\x06system\x93.", "byte 14: pickle opcode STACK_GLOBAL (0x93)");
  expect_fault("N)R.", "byte 2: pickle opcode REDUCE ('R')");
  expect_fault("N}b.", "BUILD ('b')");
  expect_fault("(S'a'\nios\nsystem\n.", "INST ('i')");
  expect_fault("(No.", "OBJ ('o')");
  expect_fault("N)\x81.", "NEWOBJ (0x81)");
  expect_fault("NN}\x92.", "NEWOBJ_EX");
  expect_fault("\x82\x01.", "EXT1");
  expect_fault("Pid\n.", "PERSID");
  expect_fault("NQ.", "BINPERSID");
  expect_fault("N2.", "DUP");
  expect_fault("NN0.", "POP ('0')");
  expect_fault("\x97.", "NEXT_BUFFER");
  expect_fault("\xff.", "pickle opcode 0xff");
  expect_fault("\x80\x06N.", "protocol 6 is not supported (0 to 5 are)");
}

TEST(PickleHostile, OnlyTheAllowListIsRead) {
  // Names, calls and attributes (c, R, b, ...) are looked at, and refused unless they mean data.
  const std::string allowed =
      "(.NIJKMLFGSTUVXl]aet)d}"
      "sughjpqrBCcRb\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8d\x8e\x8f\x90\x91\x93\x94\x95\x96";
  for (int code = 0; code < 256; ++code) {
    const char byte = static_cast<char>(code);
    const std::string message = test::message_of<DataError>([&] { read_hostile(std::string(1, byte)); });
    ASSERT_FALSE(message.empty());
    EXPECT_EQ(message.find("not allowed") == message.npos, allowed.find(byte) != allowed.npos) << message;
  }
}

TEST(PickleHostile, EveryTruncationIsRefused) {
  const std::string bytes =
      "\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00]\x94(}\x94\x8c\x01"
      "a\x94"
      "G\x3f\xf8\x00\x00\x00\x00\x00\x00s\x8a\x01\x05I01\n"
      "V\\u00fc\nh\x02"
      "e."s;
  EXPECT_EQ(read_hostile(bytes).as_list().size(), 5u);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(read_hostile(bytes.substr(0, length)), DataError) << length;
  }
}

TEST(PickleHostile, StackFaults) {
  expect_fault("", "ends without STOP");
  expect_fault("N", "byte 1: pickle ends without STOP");
  expect_fault(".", "takes more values than there are");
  expect_fault("NN.", "values are left over");
  expect_fault("N(.", "a MARK is still open");
  for (const char* bytes :
       {"a.",     "Na.", "e.",   "(e.",     "s.",   "NNs.",  "u.",   "(u.",  "t.",    "l.",   "d.",   "\x85.",
        "N\x86.", "q1.", "(q1.", "N(\x85.", "](a.", "](Na.", "N(e.", "N(u.", "}(Nu.", "(Nd.", "]NNs."}) {
    EXPECT_THROW(read_hostile(bytes), DataError) << bytes;
  }
  expect_fault(")Na.", "cannot grow");
  expect_fault("(tq1h1Na.", "cannot grow");
  expect_fault("}Na.", "cannot grow");
  expect_fault("}]Ns.", "only text, numbers");
  expect_fault("h\x05.", "memo 5 is empty");
  expect_fault("g-1\n.", "no memo number");
  expect_fault("Np99999999999999999999\n.", "no memo number");
  expect_fault("\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", "promises 9223372036854775807 bytes, 2 are left");
}

TEST(PickleHostile, ContainersThatHoldThemselves) {
  // Leaks show under LeakSanitizer.
  expect_fault(
      "]q\x01h\x01"
      "a.",
      "a container holds itself");
  expect_fault("}q\x01U\x01kh\x01s.", "a container holds itself");
  expect_fault(
      "]q\x01]q\x02h\x01"
      "ah\x02"
      "a.",
      "values are left over");
  expect_fault(
      "]q\x01]h\x01"
      "aa.",
      "a container holds itself");
  expect_fault("]q\x01(h\x01ta.", "a container holds itself");
  expect_fault("]q\x01}U\x01k(h\x01tsa.", "a container holds itself");
  // Not reachable from the value, and in a read that fails for another reason.
  expect_fault(
      "(]q\x01h\x01"
      "alNl.",
      "no MARK");
  expect_fault("}q\x01U\x01kh\x01sU\x01kNs(.", "a MARK is still open");
  expect_fault(
      "]q\x01h\x01"
      "acos\n",
      "GLOBAL");
  EXPECT_NO_THROW(read_hostile("}q\x01U\x01kh\x01sU\x01kNs."));
}

TEST(PickleHostile, DeepNesting) {
  const PickleLimits limits{.max_depth = 10};
  const auto nested = [](int depth) { return repeat("(", depth) + repeat("l", depth) + "."; };
  EXPECT_NO_THROW(read_hostile(nested(10), limits));
  expect_error<DataError>([&] { read_hostile(nested(11), limits); }, "nested deeper than 10 levels");
  EXPECT_NO_THROW(read_hostile(nested(256)));
  expect_fault(nested(257), "nested deeper");
  const int huge = 200'000;
  expect_fault(nested(huge), "nested deeper");
  expect_fault(repeat("]", huge) + repeat("a", huge - 1) + ".", "nested deeper");
  expect_fault("N" + repeat("\x85", huge) + ".", "nested deeper");
  expect_fault(repeat("}U\x01k", huge) + "N" + repeat("s", huge) + ".", "nested deeper");
  // Failing for another reason while the tower stands.
  expect_fault("N" + repeat("\x85", huge) + "c.", "GLOBAL");
  expect_fault("N" + repeat("\x85", huge), "ends without STOP");
}

TEST(PickleHostile, DoublingIsRefused) {
  // Each level holds the one below twice: 2^40 values in 200 bytes when walked.
  expect_fault("Nq\x01" + repeat("h\x01\x86q\x01", 40) + ".", "more than 200000000 values");
  EXPECT_NO_THROW(read_hostile("Nq\x01" + repeat("h\x01\x86q\x01", 20) + "."));
}

TEST(PickleHostile, RepeatedTextsAreBounded) {
  const std::string text = "T" + "\x00\x00\x10\x00"s + std::string(1 << 20, 'x') + "q\x01";
  expect_fault("(" + text + repeat("h\x01", 100) + "l.", "repeated too often");
  expect_fault(text + repeat("q\x02", 100) + ".", "repeated too often");
  EXPECT_NO_THROW(read_hostile("(" + text + repeat("h\x01", 50) + "l."));
}

TEST(PickleHostile, ManyItemsAndKeys) {
  expect_error<DataError>([] { read_hostile("(NNNNNl.", {.max_items = 5}); }, "more than 5 values");
  EXPECT_NO_THROW(read_hostile("(NNNNl.", {.max_items = 5}));
  // 200,000 different keys, then the same again: must not take a linear search each.
  std::string bytes = "}(";
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < 200'000; ++i) bytes += "I" + std::to_string(i) + "\nN";
  }
  EXPECT_EQ(read_hostile(bytes + "u.").as_dict().size(), 200'000u);
}

}  // namespace
}  // namespace pixelsail
