#include "io/tensors/safetensors_sharded.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/parse_size.h"
#include "support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::TempDir;

/// `bytes` bytes that depend on name and place only.
LazyTensor counted(const std::string& name, std::int64_t bytes) {
  return {name, {DType::kU8, {bytes}}, [name](std::uint64_t offset, std::span<std::byte> out) {
            for (std::size_t i = 0; i < out.size(); ++i) {
              out[i] = static_cast<std::byte>((offset + i) * 7 + name.size());
            }
          }};
}

std::set<std::string> files_of(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

void expect_readable(const fs::path& folder, const std::vector<LazyTensor>& tensors) {
  const auto source = open_tensors(folder);
  ASSERT_EQ(source->names().size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(source->names()[i], tensors[i].name);
    EXPECT_EQ(source->info(tensors[i].name), tensors[i].info);
    std::vector<std::byte> read(tensors[i].info.nbytes()), expected(read.size());
    source->read(tensors[i].name, read);
    tensors[i].fill(0, expected);
    EXPECT_EQ(read, expected) << tensors[i].name;
  }
}

TEST(SafetensorsSharded, OneFileWhenEverythingFits) {
  const TempDir dir;
  const std::vector<LazyTensor> tensors = {counted("b", 60), counted("a", 40)};
  write_sharded_safetensors(dir.path(), tensors, 100, {{"format", "pt"}});
  EXPECT_EQ(files_of(dir.path()), std::set<std::string>{"model.safetensors"});
  expect_readable(dir.path(), tensors);
  EXPECT_EQ(open_tensors(dir.path())->metadata().at("format"), "pt");

  // The same bytes as the writer for tensors in memory.
  std::vector<std::byte> data(60);
  tensors[0].fill(0, data);
  write_sharded_safetensors(dir.path(), {tensors[0]}, 100);
  write_safetensors(dir.path() / "other", {{"b", {DType::kU8, {60}, data}}});
  EXPECT_EQ(read_file(dir.path() / "model.safetensors"), read_file(dir.path() / "other"));
}

TEST(SafetensorsSharded, HuggingFaceLayout) {
  const TempDir dir;
  const std::vector<LazyTensor> tensors = {counted("e", 60), counted("a", 41), counted("large", 250),
                                           counted("x", 0), counted("y", 100)};
  write_sharded_safetensors(dir.path(), tensors, 100, {{"format", "pt"}});
  EXPECT_EQ(files_of(dir.path()),
            (std::set<std::string>{"model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors",
                                   "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors",
                                   "model.safetensors.index.json"}));
  expect_readable(dir.path(), tensors);
  const Json index = read_json(dir.path() / "model.safetensors.index.json");
  EXPECT_EQ(index, Json::parse(R"({"metadata":{"total_size":451},"weight_map":{
      "a":"model-00002-of-00004.safetensors","e":"model-00001-of-00004.safetensors",
      "large":"model-00003-of-00004.safetensors","x":"model-00004-of-00004.safetensors",
      "y":"model-00004-of-00004.safetensors"}})"));
  EXPECT_EQ(SafetensorsFile(dir.path() / "model-00002-of-00004.safetensors").metadata().at("format"), "pt");
}

TEST(SafetensorsSharded, OneLayoutInAFolder) {
  const TempDir dir;
  write_file_atomic(dir.path() / "config.json", "{}");
  write_file_atomic(dir.path() / "model-of-mine.safetensors", "kept");
  const std::vector<LazyTensor> tensors = {counted("a", 60), counted("b", 60), counted("c", 60)};
  const std::set<std::string> others = {"config.json", "model-of-mine.safetensors"};
  const auto expect_files = [&](std::set<std::string> names) {
    names.insert(others.begin(), others.end());
    EXPECT_EQ(files_of(dir.path()), names);
    expect_readable(dir.path(), tensors);
  };
  write_sharded_safetensors(dir.path(), tensors, 60);
  EXPECT_EQ(files_of(dir.path()).size(), 4u + others.size());
  write_sharded_safetensors(dir.path(), tensors, 120);
  expect_files({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                "model.safetensors.index.json"});
  write_sharded_safetensors(dir.path(), tensors, 180);
  expect_files({"model.safetensors"});
  write_sharded_safetensors(dir.path(), tensors, 120);
  expect_files({"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                "model.safetensors.index.json"});
  // A folder can be written anew from itself.
  const auto source = open_tensors(dir.path());
  write_sharded_safetensors(dir.path(), lazy_tensors(*source), 60);
  EXPECT_EQ(open_tensors(dir.path())->names(), source->names());
}

TEST(SafetensorsSharded, FailureLeavesTheEarlierCheckpoint) {
  const TempDir dir;
  const std::vector<LazyTensor> tensors = {counted("a", 60), counted("b", 60)};
  write_sharded_safetensors(dir.path(), tensors, 60);
  const auto before = files_of(dir.path());
  std::vector<LazyTensor> bad = {counted("a", 50), counted("b", 50), counted("c", 50)};
  bad[2].fill = [](std::uint64_t, std::span<std::byte>) { throw DataError("source.pth: gone"); };
  for (const std::uint64_t shard_size : {50, 500}) {
    expect_error<DataError>([&] { write_sharded_safetensors(dir.path(), bad, shard_size); },
                            "source.pth: gone");
    EXPECT_EQ(files_of(dir.path()), before);
    expect_readable(dir.path(), tensors);
  }
  expect_error<RunError>(
      [&] {
        write_sharded_safetensors(dir.path(), {counted("a", 60), counted("a", 60)}, 60);
      },
      "name taken");
  expect_error<RunError>([&] { write_sharded_safetensors(dir.path(), {counted("a", -1)}, 60); },
                         "tensor \"a\": no memory holds its shape");
  expect_error<ConfigError>([&] { write_sharded_safetensors(dir.path(), tensors, 0); }, "0 bytes");
  EXPECT_EQ(files_of(dir.path()), before);
}

TEST(SafetensorsSharded, NoTensorIsHeldWhole) {
  const TempDir dir;
  constexpr std::int64_t kBytes = 40 << 20;
  std::uint64_t next = 0;
  const LazyTensor large = {"t", {DType::kU8, {kBytes}}, [&](std::uint64_t offset, std::span<std::byte> out) {
                              EXPECT_EQ(offset, next);
                              EXPECT_LE(out.size(), std::size_t{16} << 20);
                              next += out.size();
                              std::ranges::fill(out, static_cast<std::byte>(offset >> 20));
                            }};
  write_sharded_safetensors(dir.path(), {large}, 1000);
  EXPECT_EQ(next, static_cast<std::uint64_t>(kBytes));
  std::array<std::byte, 1> last = {};
  open_tensors(dir.path())->read_part("t", kBytes - 1, last);
  EXPECT_EQ(last[0], std::byte{32});
}

TEST(LazyTensor, FromMemory) {
  std::vector<std::byte> data(6);
  expect_error<RunError>([&] { lazy_tensor("a", {DType::kF32, {2}, data}); }, "\"a\": 6 bytes do not fit");
  const LazyTensor tensor = lazy_tensor("a", {DType::kI16, {3}, data});
  EXPECT_EQ(tensor.info, (TensorInfo{DType::kI16, {3}}));
}

TEST(ParseSize, Units) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("7B"), 7u);
  EXPECT_EQ(parse_size("5GB"), 5'000'000'000u);
  EXPECT_EQ(parse_size("5 GiB"), 5ull << 30);
  EXPECT_EQ(parse_size("3kb"), 3000u);
  EXPECT_EQ(parse_size("3KiB"), 3072u);
  EXPECT_EQ(parse_size("2MB"), 2'000'000u);
  EXPECT_EQ(parse_size("2MiB"), 2u << 20);
  EXPECT_EQ(parse_size("1TB"), 1'000'000'000'000u);
  EXPECT_EQ(parse_size("9223372036854775807"), 9223372036854775807u);
}

TEST(ParseSize, Refused) {
  for (const char* text :
       {"", "GB", "-1", "+1", "1.5GB", "1e3", " 1", "5GBs", "5 G B", "5  GB", "5G", "0x10", "1,000"}) {
    expect_error<ConfigError>([&] { parse_size(text); }, "size \"" + std::string(text) + "\"");
  }
  for (const char* text : {"9223372036854775808", "99999999999999999999", "9223372037GB", "8388608TiB"}) {
    expect_error<ConfigError>([&] { parse_size(text); }, "is too large");
  }
}

}  // namespace
}  // namespace pixelsail
