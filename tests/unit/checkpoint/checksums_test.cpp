// Every byte of a checkpoint is watched, and a changed tensor is named.

#include "checkpoint/checksums.h"

#include <gtest/gtest.h>

#include "io/atomic_file.h"
#include "io/json.h"
#include "pixelsail/error.h"
#include "small_checkpoint.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class Checksums : public ::testing::Test {
 protected:
  Checksums() {
    testing_support::write_small_checkpoint(folder());
    write_file_atomic(folder() / "trainer" / "state.json", "{\"step\": 1}\n");
    write_checksums(folder());
  }
  fs::path folder() const { return dir_.path() / "c"; }
  void flip(const std::string& file, std::size_t at) const {
    std::string bytes = read_file(folder() / file);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x10);
    write_file_atomic(folder() / file, bytes);
  }
  static bool has(const std::vector<std::string>& faults, const std::string& part) {
    return faults.size() == 1 && faults[0].find(part) != std::string::npos;
  }
  test::TempDir dir_;
};

TEST_F(Checksums, AWholeCheckpointHasNoFaults) {
  const ChecksumReport report = verify_checksums(folder());
  EXPECT_TRUE(report.verifiable);
  EXPECT_TRUE(report.faults.empty());
  EXPECT_GE(report.files, 4u);
  EXPECT_GT(report.tensors, 10u);
  const Json sums = read_json(folder() / "checksums.json");
  // As sha256sum prints it.
  write_file_atomic(folder() / "abc", "abc");
  write_checksums(folder());
  EXPECT_EQ(read_json(folder() / "checksums.json")["files"]["abc"]["sha256"],
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sums["files"]["trainer/state.json"]["bytes"], 12);
}

TEST_F(Checksums, EveryFileIsWatched) {
  const Json files = read_json(folder() / "checksums.json")["files"];
  for (const auto& [name, unused] : files.items()) {
    const std::string whole = read_file(folder() / name);
    for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      flip(name, at);
      EXPECT_FALSE(verify_checksums(folder()).faults.empty()) << name << " byte " << at;
      EXPECT_THROW(require_checksums(folder()), DataError);
      write_file_atomic(folder() / name, whole);
    }
    write_file_atomic(folder() / name, whole + " ");
    EXPECT_FALSE(verify_checksums(folder()).faults.empty()) << name;
    write_file_atomic(folder() / name, whole);
  }
  fs::remove(folder() / "trainer" / "state.json");
  EXPECT_TRUE(has(verify_checksums(folder()).faults, "trainer/state.json: is missing"));
}

TEST_F(Checksums, ChangedTensorsAreNamed) {
  const std::string whole = read_file(folder() / "model.safetensors");
  std::size_t header = 0;
  for (std::size_t i = 0; i < 8; ++i) header |= std::size_t{static_cast<unsigned char>(whole[i])} << (8 * i);
  const Json entries = Json::parse(whole.substr(8, header));
  for (const auto& [name, entry] : entries.items()) {
    if (name == "__metadata__") continue;
    flip("model.safetensors", 8 + header + entry["data_offsets"][0].get<std::size_t>());
    EXPECT_TRUE(
        has(verify_checksums(folder()).faults, "model.safetensors: tensor \"" + name + "\" was changed"));
    write_file_atomic(folder() / "model.safetensors", whole);
  }
  flip("model.safetensors", 2);
  EXPECT_TRUE(has(verify_checksums(folder()).faults, "cannot be read any more"));
}

TEST_F(Checksums, TheListItselfIsWatched) {
  const std::string whole = read_file(folder() / "checksums.json");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    for (const int bit : {0, 5}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      write_file_atomic(folder() / "checksums.json", changed);
      EXPECT_THROW(require_checksums(folder()), DataError) << "byte " << at << ", bit " << bit;
    }
  }
}

TEST_F(Checksums, WithoutThemNothingIsVerified) {
  fs::remove(folder() / "checksums.json");
  EXPECT_FALSE(verify_checksums(folder()).verifiable);
  EXPECT_NO_THROW(require_checksums(folder()));
  write_file_atomic(folder() / "checksums.json", "{}");
  EXPECT_THROW(verify_checksums(folder()), DataError);
}

}  // namespace
}  // namespace pixelsail
