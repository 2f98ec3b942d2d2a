#include "benchmarks/common/prediction_match.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <thread>

#include "../annotations/fixtures.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using test::has;
using test::message_of;

class PredictionMatch : public ::testing::Test {
 protected:
  std::string path() const { return (dir_.path() / "p.jsonl").string(); }
  void write(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }
  PredictionFaults match(bool allow_missing = false) {
    taken_.clear();
    return match_predictions(
        {.predictions = {path()}, .allow_missing = allow_missing}, ids_,
        [](const Json& line) { return id_member(line, "id"); },
        [this](std::size_t i, const Json& line) { taken_[i] = json_string(line, "v", "prediction"); });
  }

  test::TempDir dir_;
  std::vector<std::string> ids_{"1", "2", "3"};
  std::map<std::size_t, std::string> taken_;
};

TEST_F(PredictionMatch, AnyOrderIntegersAndStringsEmptyLines) {
  write("{\"id\":\"3\",\"v\":\"c\"}\n\n{\"id\":1,\"v\":\"a\"}\r\n  \n{\"id\":\"2\",\"v\":\"b\"}");
  EXPECT_FALSE(match().any());
  EXPECT_EQ(taken_, (std::map<std::size_t, std::string>{{0, "a"}, {1, "b"}, {2, "c"}}));
}

TEST_F(PredictionMatch, EveryFaultNamesItsLine) {
  write(
      "{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n{\"id\":9,\"v\":\"x\"}\n{\"id\":2,\"v\":7}\n{\"id\":3,"
      "\"v\":\"c");
  const std::string message = message_of<DataError>([&] { match(); });
  EXPECT_TRUE(has(message, "p.jsonl: 2 lines cannot be used (line 5:1:")) << message;
  EXPECT_TRUE(has(message, "line 4: 2: prediction: \"v\" should be")) << message;
  EXPECT_TRUE(has(message, "1 predictions belong to no sample that is scored (line 3: 9)")) << message;
  EXPECT_TRUE(has(message, "already (line 2: 1)")) << message;
  EXPECT_TRUE(has(message, "1 samples have no prediction (3)")) << message;
}

TEST_F(PredictionMatch, AllowedFaultsAreCountedAndNotTaken) {
  write(
      "{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n{\"id\":9,\"v\":\"x\"}\n{\"id\":2,\"v\":7}\n{\"id\":3,"
      "\"v\":\"c");
  const PredictionFaults faults = match(true);
  EXPECT_EQ(faults.missing, 1);
  EXPECT_EQ(faults.duplicate, 1);
  EXPECT_EQ(faults.unknown, 1);
  EXPECT_EQ(faults.broken, 2);
  EXPECT_TRUE(taken_.empty());
  EXPECT_EQ(faults.to_json().at("examples").size(), 4u);
}

TEST_F(PredictionMatch, BytesThatAreNoUtf8) {
  write("{\"id\":1,\"v\":\"\xff\"}\n{\"id\":2,\"v\":\"b\"}\n{\"id\":3,\"v\":\"c\"}\n");
  EXPECT_TRUE(has(message_of<DataError>([&] { match(); }), "line 1: is not UTF-8"));
  EXPECT_EQ(match(true).broken, 1);
  EXPECT_EQ(taken_.size(), 2u);
}

TEST_F(PredictionMatch, LinesThatAreNoObjectOrHaveNoId) {
  write("{\"v\":\"b\"}\n[1]\n{\"id\":1.5}\n");
  const std::string message = message_of<DataError>([&] { match(); });
  EXPECT_TRUE(has(message, "line 2: is not a JSON object")) << message;
  EXPECT_TRUE(has(message, "line 1: \"id\" is missing")) << message;
  EXPECT_TRUE(has(message, "line 3: \"id\" should be a string or an integer")) << message;
}

TEST_F(PredictionMatch, AFileThatIsNotThere) {
  EXPECT_TRUE(has(message_of<DataError>([&] { match(true); }), "p.jsonl: cannot be opened"));
}

TEST_F(PredictionMatch, TheSameIdTwiceInTheAnnotations) {
  ids_.emplace_back("1");
  write("");
  EXPECT_TRUE(has(message_of<DataError>([&] { match(); }), "two samples with id 1"));
}

// What cannot be read a second time is read once.
TEST_F(PredictionMatch, LinesOfAPipe) {
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  std::thread writer([&] {
    write("{\"id\":3,\"v\":\"c\"}\n{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n{\"id\":2,\"v\":\"x\"}\n");
  });
  const PredictionFaults faults = match(true);
  writer.join();
  EXPECT_EQ(faults.duplicate, 1);
  EXPECT_EQ(taken_, (std::map<std::size_t, std::string>{{0, "a"}, {2, "c"}}));
}

TEST_F(PredictionMatch, AFileThatChangesBetweenItsTwoReadings) {
  write("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n{\"id\":3,\"v\":\"c\"}\n");
  int seen = 0;
  const auto change = [&] {
    match_predictions(
        {.predictions = {path()}}, ids_,
        [&](const Json& line) {
          if (++seen == 3) write("{\"id\":1,\"v\":\"a\"}\n");
          return id_member(line, "id");
        },
        [](std::size_t, const Json&) {});
  };
  EXPECT_TRUE(has(message_of<DataError>(change), "p.jsonl: was changed while it was read"));
}

}  // namespace
}  // namespace pixelsail
