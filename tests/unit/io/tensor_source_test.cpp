#include "io/tensors/tensor_source.h"

#include <array>
#include <functional>
#include <thread>

#include "io/atomic_file.h"
#include "io/tensors/safetensors_sharded.h"
#include "support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::TempDir;

constexpr std::array<float, 6> kValues = {1, 2, 3, 4, 5, 6};

std::pair<std::string, TensorView> tensor(const std::string& name, std::size_t count = 2) {
  return {
      name,
      {DType::kF32, {static_cast<std::int64_t>(count)}, std::as_bytes(std::span(kValues)).first(4 * count)}};
}

void expect_open_error(const fs::path& path, const std::string& part) {
  expect_error<DataError>([&] { open_tensors(path); }, part);
}

/// A folder with two shards, "a" and "b" in the first and "c" in the second, without an index.
void write_shards(const fs::path& folder) {
  write_safetensors(folder / "m-1.safetensors", {tensor("b"), tensor("a", 3)},
                    {{"format", "pt"}, {"n", "1"}});
  write_safetensors(folder / "m-2.safetensors", {tensor("c", 6)}, {{"format", "pt"}, {"n", "2"}});
}

constexpr const char* kGoodMap = R"("a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors")";

fs::path write_index(const fs::path& folder, const std::string& weight_map) {
  write_file_atomic(folder / "model.safetensors.index.json",
                    R"({"metadata":{"total_size":44},"weight_map":{)" + weight_map + "}}");
  return folder / "model.safetensors.index.json";
}

TEST(TensorSource, OneSafetensorsFile) {
  const TempDir dir;
  const fs::path path = dir.path() / "t.safetensors";
  write_safetensors(path, {tensor("z", 6), tensor("empty", 0), tensor("a")}, {{"format", "pt"}});
  const auto source = open_tensors(path);
  EXPECT_EQ(source->names(), (std::vector<std::string>{"z", "empty", "a"}));
  EXPECT_EQ(source->metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
  EXPECT_EQ(source->info("z"), (TensorInfo{DType::kF32, {6}}));
  EXPECT_EQ(source->info("z").nbytes(), 24u);
  EXPECT_EQ(source->place("a"), path.string());
  EXPECT_TRUE(source->contains("empty"));
  EXPECT_FALSE(source->contains("y"));
  std::array<float, 6> read = {};
  source->read("z", std::as_writable_bytes(std::span(read)));
  EXPECT_EQ(read, kValues);
  source->read("empty", {});
  std::array<float, 2> part = {};
  source->read_part("z", 12, std::as_writable_bytes(std::span(part)));
  EXPECT_EQ(part, (std::array<float, 2>{4, 5}));
  source->read_part("z", 24, {});

  std::array<std::byte, 8> eight = {};
  expect_error<RunError>([&] { source->read("z", eight); }, "tensor \"z\" has 24 bytes");
  expect_error<RunError>([&] { source->read_part("z", 20, eight); }, "\"z\": bytes 20 to 28 were asked for");
  expect_error<RunError>([&] { source->read_part("z", ~0ull, eight); }, "were asked for");
  for (const auto& ask : {std::function<void()>([&] { source->info("y"); }),
                          std::function<void()>([&] { source->read("y", eight); }),
                          std::function<void()>([&] { source->read_part("y", 0, eight); }),
                          std::function<void()>([&] { source->place("y"); })}) {
    expect_error<DataError>(ask, "t.safetensors: has no tensor \"y\"");
  }
}

TEST(TensorSource, SeveralThreadsShareATensor) {
  const TempDir dir;
  std::vector<std::byte> data(1 << 20);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i * 31 + (i >> 8));
  write_safetensors(dir.path() / "t.safetensors", {{"t", {DType::kU8, {1 << 20}, data}}});
  const auto source = open_tensors(dir.path() / "t.safetensors");
  std::vector<std::byte> read(data.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (std::size_t begin = i << 12; begin < read.size(); begin += 4 << 12) {
          source->read_part("t", begin, std::span(read).subspan(begin, 1 << 12));
        }
      });
    }
  }
  EXPECT_EQ(read, data);
}

TEST(TensorSource, FolderInItsOrder) {
  const TempDir dir;
  expect_open_error(dir.path(), "holds no checkpoint");
  expect_open_error(dir.path() / "none", "none: cannot read");
  write_safetensors(dir.path() / "model.safetensors", {tensor("single")});
  EXPECT_TRUE(open_tensors(dir.path())->contains("single"));
  write_shards(dir.path());
  write_index(dir.path(), kGoodMap);
  EXPECT_FALSE(open_tensors(dir.path())->contains("single"));
}

TEST(TensorSource, ContentDecidesWhereTheNameSaysNothing) {
  const TempDir dir;
  write_safetensors(dir.path() / "blob", {tensor("a")});
  EXPECT_TRUE(open_tensors(dir.path() / "blob")->contains("a"));
  write_file_atomic(dir.path() / "text", "a text that is no checkpoint");
  expect_open_error(dir.path() / "text", "text: is neither a safetensors file nor a torch archive");
  write_file_atomic(dir.path() / "empty", "");
  expect_open_error(dir.path() / "empty", "is neither");
  expect_open_error("/dev/null", "not a regular file");
}

TEST(TensorSource, BrokenSafetensorsAllocateNothing) {
  const TempDir dir;
  const fs::path path = dir.path() / "t.safetensors";
  write_file_atomic(path, "1234567");
  expect_open_error(path, "t.safetensors: too short");
  using namespace std::string_literals;
  write_file_atomic(path, "\x02\0\0\0\0\0\0\x10{}"s);  // 2^60
  expect_open_error(path, "promises a header of 1152921504606846978 bytes");
  const std::string header = R"({"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,4]}})";
  write_file_atomic(path,
                    std::string(1, static_cast<char>(header.size())) + "\0\0\0\0\0\0\0"s + header + "data");
  expect_open_error(path, "tensor \"a\": bytes 0 to 4 do not fit its shape");
}

TEST(TensorSource, FileThatBecomesShorter) {
  const TempDir dir;
  const fs::path path = dir.path() / "t.safetensors";
  write_safetensors(path, {tensor("a", 6)});
  const auto source = open_tensors(path);
  fs::resize_file(path, fs::file_size(path) - 4);
  std::array<std::byte, 24> read = {};
  expect_error<DataError>([&] { source->read("a", read); }, "t.safetensors: became shorter");
}

TEST(ShardedSource, ReadsAllShards) {
  const TempDir dir;
  write_shards(dir.path());
  const auto source = open_tensors(write_index(dir.path(), kGoodMap));
  EXPECT_EQ(source->names(), (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(source->place("c"), (dir.path() / "m-2.safetensors").string());
  EXPECT_EQ(source->metadata().at("n"), "1");
  std::array<float, 6> read = {};
  source->read("c", std::as_writable_bytes(std::span(read)));
  EXPECT_EQ(read, kValues);
  expect_error<DataError>([&] { source->info("d"); }, "index.json: has no tensor \"d\"");
}

TEST(ShardedSource, IndexAndShardsMustAgree) {
  const TempDir dir;
  write_shards(dir.path());
  const auto expect_fault = [&](const std::string& weight_map, const std::string& part) {
    expect_open_error(write_index(dir.path(), weight_map), part);
    expect_open_error(dir.path(), "model.safetensors.index.json: ");
  };
  expect_fault(R"("a":"m-1.safetensors","b":"m-1.safetensors","c":"m-3.safetensors")",
               "weight_map: \"c\": shard \"m-3.safetensors\" is missing");
  expect_fault(std::string(kGoodMap) + R"(,"d":"m-2.safetensors")",
               "weight_map: \"d\": shard \"m-2.safetensors\" has no such tensor");
  expect_fault(R"("a":"m-1.safetensors","c":"m-2.safetensors")",
               "weight_map does not name tensor \"b\" of shard \"m-1.safetensors\"");
  expect_fault(R"("a":"m-1.safetensors","b":"m-2.safetensors","c":"m-2.safetensors")",
               "tensor \"b\" is in two shards, \"m-2.safetensors\" (by weight_map) and \"m-1.safetensors\"");
  expect_fault(std::string(kGoodMap) + R"(,"a":"m-1.safetensors")", "key \"a\" is there twice");
  expect_fault("", "weight_map lists no tensor");
  expect_fault(R"("a":7)", "weight_map: \"a\" should be text, not number");
  expect_fault(R"("a":null)", "\"a\" should be text, not null");
}

TEST(ShardedSource, ShardsStayInTheFolder) {
  const TempDir dir;
  const fs::path folder = dir.path() / "model";
  fs::create_directory(folder);
  write_safetensors(dir.path() / "out.safetensors", {tensor("a")});
  for (const std::string& shard :
       {std::string("../out.safetensors"), (dir.path() / "out.safetensors").string(),
        std::string("sub/../../out.safetensors"), std::string("./x.safetensors"), std::string(".."),
        std::string(), std::string("sub/")}) {
    expect_open_error(write_index(folder, R"("a":")" + shard + "\""), "\"a\": shard \"");
    expect_open_error(folder, "is no file name inside the folder of the index");
  }
  expect_open_error(write_index(folder, R"("a":"m\u0000.safetensors")"),
                    "\"a\": its shard's name has control");
  // An index is no shard of another.
  write_file_atomic(folder / "loop.json", "{}");
  expect_open_error(write_index(folder, R"("a":"loop.json")"), "loop.json: is neither");
  // Caches link to files elsewhere.
  fs::create_symlink(dir.path() / "out.safetensors", folder / "link.safetensors");
  EXPECT_TRUE(open_tensors(write_index(folder, R"("a":"link.safetensors")"))->contains("a"));
}

TEST(ShardedSource, WrongIndexFiles) {
  const TempDir dir;
  write_shards(dir.path());
  const fs::path path = dir.path() / "x.index.json";
  const auto expect_fault = [&](const std::string& text, const std::string& part) {
    write_file_atomic(path, text);
    expect_open_error(path, part);
    expect_open_error(path, "x.index.json");
  };
  expect_fault("", "x.index.json:1:1");
  expect_fault("[]", "should be an object, not array");
  expect_fault("{}", "\"weight_map\" is missing");
  expect_fault(R"({"weight_map":[]})", "\"weight_map\" should be an object, not array");
  expect_fault(R"({"weight_map":{},"weight_map":{}})", "key \"weight_map\" is there twice");
  expect_fault(R"({"metadata":7,"weight_map":{}})", "\"metadata\" should be an object, not number");
  expect_fault(R"({"metadata":{"total_size":"7"},"weight_map":{}})", "\"total_size\" should be a number");
  expect_fault(R"({"metadata":{"a":{"b":1,"b":2}},"weight_map":{}})", "key \"b\" is there twice");
  expect_open_error(dir.path() / "none.index.json", "none.index.json: cannot be opened");
}

}  // namespace
}  // namespace pixelsail
