// Names of Python that mean data, in pickles as Python 2.7 to 3.14 and numpy 1 and 2 write them.

#include "io/pickle/pickle_plain.h"

#include <cmath>

#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using namespace std::string_literals;

PickleValue read_plain(const std::string& bytes) {
  return read_pickle(std::as_bytes(std::span(bytes)), "x.p");
}

std::string text(const std::string& value) {
  return "\x8c" + std::string(1, static_cast<char>(value.size())) + value;
}

std::string global(const std::string& module, const std::string& name) {
  return text(module) + text(name) + "\x93";
}

std::string type(const std::string& name, const std::string& order = "<") {
  return global("numpy", "dtype") + text(name) + "\x89\x88\x87R(K\x03" + text(order) +
         "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"s;
}

std::string bytes_of(const std::string& value) {
  return "C" + std::string(1, static_cast<char>(value.size())) + value;
}

std::string scalar(const std::string& dtype, const std::string& value,
                   const std::string& module = "numpy._core.multiarray") {
  return global(module, "scalar") + dtype + bytes_of(value) + "\x86R";
}

TEST(PicklePlain, ProtocolFive) {
  const PickleValue value =
      read_plain("\x80\x05\x95\x0a\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01k\x94K\x07s."s);
  EXPECT_EQ(value.at("k").as_int(), 7);
  EXPECT_EQ(read_plain("\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00hi."s).as_string(), "hi");
  EXPECT_EQ(read_plain("\x80\x04\x8f(K\x01K\x02\x90.").as_list().size(), 2u);
  EXPECT_EQ(read_plain("\x80\x04(K\x01K\x02\x91.").as_list().size(), 2u);
  EXPECT_EQ(read_plain("B\x01\x00\x00\x00z."s).as_string(), "z");
}

TEST(PicklePlain, Dicts) {
  const std::string ordered = "ccollections\nOrderedDict\n";
  EXPECT_EQ(read_plain(ordered + ")R(K\x01K\x02K\x03K\x04u.").as_dict().size(), 2u);
  // Python 2 gives the pairs as an argument.
  EXPECT_EQ(read_plain(ordered + "((lp0\n(lp1\nS'k'\naI5\naatR.").at("k").as_int(), 5);
  EXPECT_EQ(read_plain("ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R(U\x01kK\x05u.").at("k").as_int(),
            5);
  EXPECT_EQ(read_plain("ccollections\nCounter\n}U\x01kK\x05s\x85R.").at("k").as_int(), 5);
  EXPECT_EQ(read_plain("c__builtin__\nset\n(lK\x01"
                       "a\x85R.")
                .as_list()
                .size(),
            1u);
  EXPECT_EQ(
      read_plain("c_codecs\nencode\nX\x02\x00\x00\x00\xc3\xa9X\x06\x00\x00\x00latin1\x86R."s).as_string(),
      "\xe9");
  EXPECT_EQ(read_plain("c__builtin__\nbytes\n)R.").as_string(), "");
}

TEST(PicklePlain, NumpyNumbers) {
  EXPECT_EQ(read_plain(scalar(type("i8"), "\x05\0\0\0\0\0\0\0"s) + ".").as_int(), 5);
  EXPECT_EQ(read_plain(scalar(type("i8"), "\xff\xff\xff\xff\xff\xff\xff\xff") + ".").as_int(), -1);
  EXPECT_EQ(read_plain(scalar(type("i4", ">"), "\0\0\1\2"s, "numpy.core.multiarray") + ".").as_int(), 258);
  EXPECT_EQ(read_plain(scalar(type("u1", "|"), "\xff") + ".").as_int(), 255);
  EXPECT_EQ(read_plain(scalar(type("f4"), "\0\0\xc0\x3f"s) + ".").as_double(), 1.5);
  EXPECT_EQ(read_plain(scalar(type("f8"), "\0\0\0\0\0\0\xf8\x3f"s) + ".").as_double(), 1.5);
  EXPECT_EQ(read_plain(scalar(type("f2"), "\0\x3e"s) + ".").as_double(), 1.5);
  EXPECT_TRUE(std::get<bool>(read_plain(scalar(type("b1", "|"), "\1") + ".").storage()));
  EXPECT_EQ(read_plain(scalar(type("U2"), "v\0\0\0\0\0\0\0"s) + ".").as_string(), "v");
  EXPECT_EQ(read_plain(scalar(type("S3", "|"), "va\0"s) + ".").as_string(), "va");
  expect_error<DataError>([] { read_plain(scalar(type("u8"), "\xff\xff\xff\xff\xff\xff\xff\xff") + "."); },
                          "too large");
  expect_error<DataError>([] { read_plain(scalar(type("i8"), "\1") + "."); }, "made of other bytes");
  expect_error<DataError>([] { read_plain(type("O8", "|") + "."); }, "\"O8\" are no numbers or texts");
}

TEST(PicklePlain, NumpyArrays) {
  const std::string shape = "K\x02K\x02\x86";
  const std::string begin = global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray") +
                            "K\x00\x85"s + bytes_of("b") + "\x87R";
  const std::string state = "(K\x01" + shape + type("i1", "|");
  const PickleValue rows = read_plain(begin + state + "\x89" + bytes_of("\1\2\3\4") + "tb.");
  EXPECT_EQ(rows.as_list()[0].as_list()[1].as_int(), 2);
  EXPECT_EQ(rows.as_list()[1].as_list()[0].as_int(), 3);
  const PickleValue columns = read_plain(begin + state + "\x88" + bytes_of("\1\2\3\4") + "tb.");
  EXPECT_EQ(columns.as_list()[0].as_list()[1].as_int(), 3);
  const PickleValue buffer = read_plain(global("numpy._core.numeric", "_frombuffer") + "(" +
                                        bytes_of("\1\2\3\4") + type("i2") + "K\x02\x85" + text("C") + "tR.");
  EXPECT_EQ(buffer.as_list()[1].as_int(), 0x0403);
  expect_error<DataError>([&] { read_plain(begin + state + "\x89" + bytes_of("\1\2\3") + "tb."); },
                          "another number of bytes");
  expect_error<DataError>(
      [&] { read_plain(begin + "(K\x01J\xff\xff\xff\x7f\x85" + type("i1") + "\x89" + bytes_of("") + "tb."); },
      "impossible shape");
}

TEST(PicklePlain, OtherNamesAreRefusedByName) {
  expect_error<DataError>([] { read_plain("cos\nsystem\n(S'true'\ntR."); },
                          "not allowed here: it imports os.system");
  expect_error<DataError>([] { read_plain(global("pandas._libs.internals", "x") + "."); },
                          "imports pandas._libs.internals.x");
  expect_error<DataError>([] { read_plain("c__builtin__\neval\n."); }, "imports __builtin__.eval");
  expect_error<DataError>([] { read_plain("c__builtin__\nint\n)R."); }, "makes no plain data");
  expect_error<DataError>([] { read_plain("ccollections\nOrderedDict\nNR."); }, "no tuple");
  expect_error<DataError>([] { read_plain("ccollections\nOrderedDict\n(K\x01tR."); }, "no pairs");
  expect_error<DataError>([] { read_plain("]}b."); }, "sets attributes");
  expect_error<DataError>([] { read_plain("ccollections\nOrderedDict\n)}\x92."); }, "NEWOBJ_EX");
}

TEST(PicklePlain, CopiesAreBounded) {
  // A list of 200 items that is copied and copied again.
  std::string bytes = "(" + std::string(200, 'N') + "lq\x01";
  for (int i = 0; i < 30; ++i) bytes += "c__builtin__\nlist\nh\x01\x85R";
  expect_error<DataError>([&] { read_plain(bytes + "."); }, "more elements than the file has bytes");
}

}  // namespace
}  // namespace pixelsail
