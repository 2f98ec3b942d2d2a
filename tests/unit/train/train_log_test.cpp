#include "train/train_log.h"

#include <gtest/gtest.h>

#include "io/atomic_file.h"
#include "train/tensorboard.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

TEST(TrainLog, IsCutBackToTheCheckpointsStep) {
  const fs::path folder = fs::path(testing::TempDir()) / "train_log_test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string good = "{\"step\":1,\"loss\":2.5}\n{\"step\":2,\"loss\":0.1}\n";
  write_file_atomic(folder / "log.jsonl", good + "{\"step\":3,\"loss\":1}\n{\"step\":4,\"lo");
  { TrainLog log(folder, 2); }
  EXPECT_EQ(read_file(folder / "log.jsonl"), good);
  {
    TrainLog log(folder, 2);
    log.write_step({{"step", 3}, {"loss", 0.30000001192092896}});
  }
  EXPECT_EQ(read_file(folder / "log.jsonl"), good + "{\"step\":3,\"loss\":0.30000001192092896}\n");
  { TrainLog log(folder, 0); }
  EXPECT_EQ(read_file(folder / "log.jsonl"), "");
  fs::remove_all(folder);
}

TEST(TrainLog, LinesThatSomebodyElseWrote) {
  const fs::path folder = fs::path(testing::TempDir()) / "train_log_foreign_test";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string good =
      "{\"step\":1,\"loss\":2.5}\n{\"step\":2.0,\"lr\":0.1}\n{\"step\":3,\"loss\":null}\n";
  for (const char* line : {"{\"step\":\"4\"}", "{\"step\":null,\"loss\":1}", "{\"loss\":1}", "[1]", "3"}) {
    write_file_atomic(folder / "log.jsonl", good + line + "\n{\"step\":4,\"loss\":1}\n");
    const TrainLog log(folder, 9);
    EXPECT_EQ(read_file(folder / "log.jsonl"), good) << line;
    log.write_charts({"loss"});
    EXPECT_TRUE(fs::exists(folder / "loss.png"));
  }
  fs::remove_all(folder);
}

TEST(TensorBoard, Crc32cOfTheStandardCheckString) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(TensorBoard, RecordsAreFramed) {
  EventFile file;
  const std::size_t header = file.bytes().size();
  file.add_scalar("loss", 7, 0.5);
  const std::string& bytes = file.bytes();
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[header]));
  EXPECT_EQ(bytes.size(), header + 8 + 4 + length + 4);
  EXPECT_NE(bytes.find("loss", header), std::string::npos);
}

}  // namespace
}  // namespace pixelsail
