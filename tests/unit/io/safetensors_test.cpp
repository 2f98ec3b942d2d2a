#include "io/tensors/safetensors.h"

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

#include "io/atomic_file.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using test::TempDir;

template <class T>
std::span<const std::byte> bytes_of(const T& values) {
  return std::as_bytes(std::span(values));
}

/// A file of this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data_bytes) {
  std::string file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(header.size() >> (8 * i) & 0xFF));
  return file + header + std::string(data_bytes, 'd');
}

void expect_fault(const std::string& file, const std::string& part) {
  expect_error<DataError>([&] { SafetensorsFile(bytes_of(file), "x.safetensors"); }, part);
  expect_error<DataError>([&] { SafetensorsFile(bytes_of(file), "x.safetensors"); }, "x.safetensors: ");
}

void expect_header_fault(const std::string& header, std::size_t data_bytes, const std::string& part) {
  expect_fault(file_of(header, data_bytes), part);
}

TEST(Safetensors, RoundTripOfEveryType) {
  const TempDir dir;
  const auto path = dir.path() / "t.safetensors";
  std::vector<std::byte> data(24 * 8);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i * 37);
  std::vector<std::pair<std::string, TensorView>> tensors;
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                            DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    const std::span view = std::span(data).first(24 * dtype_size(dtype));
    tensors.emplace_back("t." + std::string(dtype_name(dtype)), TensorView{dtype, {2, 3, 4}, view});
  }
  tensors.emplace_back("scalar", TensorView{DType::kF32, {}, std::span(data).first(4)});
  tensors.emplace_back("nothing", TensorView{DType::kF32, {0, 5}, {}});
  tensors.emplace_back("\u00fc \"quoted\"", TensorView{DType::kU8, {1}, std::span(data).first(1)});
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"a", "b"}};
  write_safetensors(path, tensors, metadata);

  const SafetensorsFile file(path);
  EXPECT_EQ(file.metadata(), metadata);
  ASSERT_EQ(file.names().size(), tensors.size());
  for (const auto& [name, view] : tensors) {
    const TensorView& read = file.at(name);
    EXPECT_EQ(read.dtype, view.dtype);
    EXPECT_EQ(read.shape, view.shape);
    ASSERT_EQ(read.data.size(), view.data.size());
    EXPECT_TRUE(std::equal(read.data.begin(), read.data.end(), view.data.begin()));
  }
  EXPECT_TRUE(file.contains("scalar"));
  EXPECT_FALSE(file.contains("other"));
  expect_error<DataError>([&] { file.at("other"); }, "t.safetensors: has no tensor \"other\"");

  const std::string first = read_file(path);
  write_safetensors(path, tensors, metadata);
  EXPECT_EQ(read_file(path), first);
  std::uint64_t header = 0;
  std::memcpy(&header, first.data(), 8);
  EXPECT_EQ(header % 8, 0u);
}

TEST(Safetensors, MovedFileKeepsItsViews) {
  const TempDir dir;
  const std::array<float, 3> values = {1, 2, 3};
  write_safetensors(dir.path() / "t", {{"a", {DType::kF32, {3}, bytes_of(values)}}});
  SafetensorsFile file(dir.path() / "t");
  const std::byte* before = file.at("a").data.data();
  SafetensorsFile moved = std::move(file);
  EXPECT_EQ(moved.at("a").data.data(), before);
  float last = 0;
  std::memcpy(&last, before + 8, 4);
  EXPECT_EQ(last, 3.0f);
}

TEST(Safetensors, ReadsTheHeaderOfOtherWriters) {
  // Another order of keys, spaces at the end, tensors not in order of their data.
  const std::string header = R"({"b":{"data_offsets":[4,8],"shape":[1],"dtype":"F32"},)"
                             R"("a":{"dtype":"I16","shape":[2,1],"data_offsets":[0,4]}}   )";
  const std::string bytes = file_of(header, 8);
  const SafetensorsFile file(bytes_of(bytes), "x");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(file.at("b").data.size(), 4u);
  const std::string empty = file_of("{}", 0);
  EXPECT_TRUE(SafetensorsFile(bytes_of(empty), "x").names().empty());
}

TEST(Safetensors, TruncatedOrFalseLength) {
  expect_fault("", "too short");
  expect_fault("1234567", "too short");
  std::string huge = file_of("{}", 0);
  huge[7] = 0x10;  // 2^60
  expect_fault(huge, "promises a header of 1152921504606846978 bytes");
  huge[7] = static_cast<char>(0xFF);
  expect_fault(huge, "promises a header of");
  const std::string good = file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  EXPECT_NO_THROW(SafetensorsFile(bytes_of(good), "x"));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_THROW(SafetensorsFile(bytes_of(good.substr(0, length)), "x"), DataError) << length;
  }
  expect_fault(good + "x", "end at byte 4 of 5");
  expect_error<DataError>([] { SafetensorsFile file("/nonexistent.safetensors"); },
                          "/nonexistent.safetensors");
  expect_error<DataError>([] { SafetensorsFile file("/"); }, "not a regular file");
  const TempDir dir;
  write_file_atomic(dir.path() / "empty", "");
  expect_error<DataError>([&] { SafetensorsFile file(dir.path() / "empty"); }, "too short");
}

TEST(Safetensors, BrokenJson) {
  expect_header_fault("", 0, "no JSON object");
  expect_header_fault(" {}", 0, "no JSON object");
  expect_header_fault("[]", 0, "no JSON object");
  expect_header_fault("{", 0, "no valid JSON");
  expect_header_fault("{}x", 0, "no valid JSON");
  expect_header_fault("{\"\xff\xfe\":{}}", 0, "no valid JSON");
  expect_header_fault("{\"\xed\xa0\x80\":{}}", 0, "no valid JSON");
  std::string deep = "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1],\"shape\":";
  deep += std::string(1'000'000, '[');
  expect_header_fault(deep, 1, "unexpected a list");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  expect_header_fault(objects, 1, "unknown key");
}

TEST(Safetensors, FaultyHeaders) {
  const auto tensor = [](const std::string& shape, const std::string& offsets,
                         const std::string& dtype = "F32") {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  EXPECT_NO_THROW(SafetensorsFile(bytes_of(file_of(tensor("[2]", "[0,8]"), 8)), "x"));
  expect_header_fault(tensor("[2]", "[0,8]"), 7, "beyond the end of the data");
  expect_header_fault(tensor("[2]", "[8,16]"), 16, "leave a hole after byte 0");
  expect_header_fault(tensor("[2]", "[0,7]"), 8, "do not fit its shape, which needs 8");
  expect_header_fault(tensor("[2]", "[8,0]"), 8, "end before they begin");
  expect_header_fault(tensor("[2]", "[0,8,9]"), 8, "two numbers");
  expect_header_fault(tensor("[2]", "[0]"), 8, "two numbers");
  expect_header_fault(tensor("[2]", "[0,-8]"), 8, "negative");
  expect_header_fault(tensor("[-2]", "[0,8]"), 8, "tensor \"a\": unexpected a negative number");
  expect_header_fault(tensor("[2.0]", "[0,8]"), 8, "not whole");
  expect_header_fault(tensor("[[2]]", "[0,8]"), 8, "unexpected a list");
  expect_header_fault(tensor("2", "[0,8]"), 8, "unexpected a number");
  expect_header_fault(tensor("[2]", "\"0,8\""), 8, "unexpected text");
  expect_header_fault(tensor("[2]", "[0,8]", "F8_E4M3"), 8, "\"F8_E4M3\" is not supported");
  expect_header_fault(tensor("[18446744073709551615]", "[0,8]"), 8, "side too large");
  expect_header_fault(tensor("[18446744073709551616]", "[0,8]"), 8, "not whole");
  // 2^62 * 4 bytes is 0 in 64 bits.
  expect_header_fault(tensor("[4611686018427387904]", "[0,0]"), 0, "cannot hold its shape");
  expect_header_fault(tensor("[4294967296,4294967296]", "[0,0]"), 0, "cannot hold its shape");
  expect_header_fault(tensor("[0,4611686018427387904,4]", "[0,0]"), 0, "cannot hold its shape");
  expect_header_fault(R"({"a":{"dtype":"U8","shape":[1]}})", 1, "data_offsets is missing");
  expect_header_fault(R"({"a":{}})", 0, "is missing");
  expect_header_fault(R"({"a":null})", 0, "unexpected null at \"a\"");
  expect_header_fault(R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}})", 1, "unexpected a number");
  expect_header_fault(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
                      "is there twice");
  expect_header_fault(R"({"a":{"more":"U8","shape":[1],"data_offsets":[0,1]}})", 1, "unknown key");
}

TEST(Safetensors, FaultsBetweenTensors) {
  const auto two = [](const std::string& second, const std::string& offsets) {
    return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},")" + second +
           R"(":{"dtype":"U8","shape":[4],"data_offsets":)" + offsets + "}}";
  };
  EXPECT_NO_THROW(SafetensorsFile(bytes_of(file_of(two("b", "[4,8]"), 8)), "x"));
  expect_header_fault(two("a", "[4,8]"), 8, "tensor \"a\" is listed twice");
  expect_header_fault(two("b", "[3,7]"), 7, "overlap the tensor before");
  expect_header_fault(two("b", "[0,4]"), 4, "overlap the tensor before");
  expect_header_fault(two("b", "[5,9]"), 9, "tensor \"b\": bytes 5 to 9 leave a hole after byte 4");
}

TEST(Safetensors, Metadata) {
  expect_header_fault(R"({"__metadata__":{"a":1}})", 0, "__metadata__: unexpected a number");
  expect_header_fault(R"({"__metadata__":{"a":"1","a":"2"}})", 0, "is there twice");
  expect_header_fault(R"({"__metadata__":[]})", 0, "unexpected a list");
  expect_header_fault(R"({"__metadata__":{},"__metadata__":{}})", 0, "listed twice");
  expect_header_fault(R"({"__metadata__":{"a":{}}})", 0, "unexpected an object");
}

TEST(SafetensorsWrite, WrongInputWritesNothing) {
  const TempDir dir;
  const auto path = dir.path() / "t";
  const std::array<float, 4> values = {};
  const auto view = [&](std::vector<std::int64_t> shape) {
    return TensorView{DType::kF32, shape, bytes_of(values)};
  };
  expect_error<RunError>([&] { write_safetensors(path, {{"a", view({5})}}); }, "\"a\": 16 bytes do not fit");
  expect_error<RunError>([&] { write_safetensors(path, {{"a", view({-4})}}); }, "do not fit");
  expect_error<RunError>(
      [&] {
        write_safetensors(path, {{"a", view({4})}, {"a", view({4})}});
      },
      "name taken");
  expect_error<RunError>([&] { write_safetensors(path, {{"__metadata__", view({4})}}); }, "name taken");
  expect_error<RunError>([&] { write_safetensors(path, {{"\xff", view({4})}}); }, "UTF-8");
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace pixelsail
