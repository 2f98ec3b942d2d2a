#include "data/teacher_cache.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <iterator>
#include <thread>

#include "fixtures.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

template <class T>
TensorView view(const std::vector<T>& values, DType dtype, std::vector<std::int64_t> shape) {
  return {dtype, std::move(shape), std::as_bytes(std::span(values))};
}

class TeacherCacheTest : public ::testing::Test {
 protected:
  TeacherCacheTest() {
    for (int i = 0; i < 12; ++i) {
      floats_.push_back(static_cast<float>(i) * 0.25f - 1);
      halves_.push_back(float_to_half(floats_.back()));
      brains_.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(floats_.back()) >> 16));
    }
    write_safetensors(
        dir_.path() / "shard-0.safetensors",
        {{"a.png", view(floats_, DType::kF32, {2, 2, 3})}, {"b.png", view(halves_, DType::kF16, {2, 3, 2})}});
    write_safetensors(dir_.path() / "shard-1.safetensors",
                      {{"c.png", view(brains_, DType::kBF16, {2, 1, 6})},
                       {"wide.png", view(floats_, DType::kF32, {3, 2, 2})},
                       {"flat.png", view(floats_, DType::kF32, {2, 6})}});
    index_ = {{"format", "pixelsail-teacher-1"},
              {"channels", 2},
              {"stride", 4},
              {"names", {"shape", "size"}},
              {"shards",
               {{"a.png", "shard-0.safetensors"},
                {"b.png", "shard-0.safetensors"},
                {"c.png", "shard-1.safetensors"},
                {"wide.png", "shard-1.safetensors"},
                {"flat.png", "shard-1.safetensors"},
                {"gone.png", "shard-1.safetensors"},
                {"lost.png", "shard-9.safetensors"}}}};
  }
  TeacherCache open() {
    test::write_text(dir_.path() / "index.json", index_.dump());
    return TeacherCache(dir_.path());
  }
  test::TempDir dir_;
  std::vector<float> floats_;
  std::vector<std::uint16_t> halves_, brains_;
  Json index_;
};

TEST_F(TeacherCacheTest, ReadsEveryType) {
  const TeacherCache cache = open();
  EXPECT_EQ(cache.channels(), 2);
  EXPECT_EQ(cache.size(), 7);
  for (const char* key : {"a.png", "b.png", "c.png"}) {
    const auto map = cache.find(key);
    ASSERT_TRUE(map) << key;
    EXPECT_EQ(test::values_of(*map), floats_) << key;
    EXPECT_EQ(map->channels, 2);
  }
  EXPECT_EQ(cache.find("a.png")->dtype, DType::kF32);
  EXPECT_EQ(cache.find("b.png")->dtype, DType::kF16);
  EXPECT_EQ(cache.find("c.png")->dtype, DType::kBF16) << "as it is stored, not widened";
  EXPECT_EQ(cache.find("b.png")->height, 3);
  EXPECT_EQ(cache.find("b.png")->width, 2);
  EXPECT_FALSE(cache.find("unknown.png"));
}

TEST_F(TeacherCacheTest, FromSeveralThreads) {
  const TeacherCache cache = open();
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) good += test::values_of(*cache.find(i % 2 ? "a.png" : "c.png")) == floats_;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

TEST_F(TeacherCacheTest, Errors) {
  const auto find_error = [&](const char* key) { return message_of<DataError>([&] { open().find(key); }); };
  EXPECT_TRUE(has(find_error("wide.png"), "shard-1.safetensors: wide.png: shape [3, 2, 2]"));
  EXPECT_TRUE(has(find_error("flat.png"), "flat.png: shape [2, 6]"));
  EXPECT_TRUE(has(find_error("gone.png"), "gone.png"));
  EXPECT_TRUE(has(find_error("lost.png"), "shard-9.safetensors"));
  floats_[5] = NAN;
  write_safetensors(dir_.path() / "shard-0.safetensors", {{"a.png", view(floats_, DType::kF32, {2, 2, 3})},
                                                          {"b.png", view(floats_, DType::kI32, {2, 2, 3})}});
  EXPECT_TRUE(has(find_error("a.png"), "a.png: holds a value that is not finite"));
  EXPECT_TRUE(has(find_error("b.png"), "b.png: type I32"));

  // Infinity and NaN of each of the three types, at any place; the largest finite numbers are none of them.
  const auto write_halves = [&](DType dtype, int value, std::size_t place) {
    std::vector<std::uint16_t> values(12, 0x3C00);
    values[place] = static_cast<std::uint16_t>(value);
    write_safetensors(dir_.path() / "shard-0.safetensors", {{"a.png", view(values, dtype, {2, 2, 3})}});
  };
  using Halves = std::pair<DType, int>;
  for (const std::size_t place : {std::size_t{0}, std::size_t{11}}) {
    for (const auto& [dtype, value] :
         {Halves{DType::kF16, 0x7C00}, Halves{DType::kF16, 0xFC00}, Halves{DType::kF16, 0x7E01},
          Halves{DType::kBF16, 0x7F80}, Halves{DType::kBF16, 0xFF80}, Halves{DType::kBF16, 0x7FC1}}) {
      write_halves(dtype, value, place);
      EXPECT_TRUE(has(find_error("a.png"), "not finite")) << value << " at " << place;
    }
    for (const auto& [dtype, value] : {Halves{DType::kF16, 0x7BFF}, Halves{DType::kBF16, 0xFF7F}}) {
      write_halves(dtype, value, place);
      EXPECT_NO_THROW(open().find("a.png")) << value << " at " << place;
    }
  }

  const Json good = index_;
  const std::vector<std::pair<Json, std::string>> changes = {
      {{{"format", "other"}}, "format"},
      {{{"channels", 0}}, "channels"},
      {{{"channels", "2"}}, "channels"},
      {{{"names", {"one"}}}, "names"},
      {{{"shards", 3}}, "shards"},
      {{{"shards", {{"a.png", 3}}}}, "a.png"},
      {{{"shards", {{"a.png", "../x"}}}}, "plain file name"}};
  for (const auto& [change, part] : changes) {
    index_ = good;
    index_.update(change);
    const auto message = message_of<DataError>([&] { open(); });
    EXPECT_TRUE(has(message, "index.json") && has(message, part)) << message;
  }
  EXPECT_TRUE(has(message_of<DataError>([] { TeacherCache("/nonexistent"); }), "/nonexistent/index.json"));
}

// Whoever shortens a mapped file ends the process that reads it.
TEST_F(TeacherCacheTest, AShardThatBecomesShorterIsAnError) {
  const TeacherCache cache = open();
  ASSERT_TRUE(cache.find("a.png"));
  std::filesystem::resize_file(dir_.path() / "shard-0.safetensors", 200);
  EXPECT_TRUE(
      has(message_of<DataError>([&] { (void)cache.find("b.png"); }), "became shorter while it was read"));
}

TEST_F(TeacherCacheTest, ThousandsOfShardsDoNotStayOpen) {
  constexpr int kShards = 600;
  for (int i = 0; i < kShards; ++i) {
    const std::string key = "many" + std::to_string(i), shard = "many-" + std::to_string(i) + ".safetensors";
    write_safetensors(dir_.path() / shard, {{key, view(floats_, DType::kF32, {2, 2, 3})}});
    index_["shards"][key] = shard;
  }
  const TeacherCache cache = open();
  const auto open_files = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = open_files();
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < kShards; ++i) ASSERT_TRUE(cache.find("many" + std::to_string(i)));
  EXPECT_LE(open_files() - before, 256);
}

}  // namespace
}  // namespace pixelsail
