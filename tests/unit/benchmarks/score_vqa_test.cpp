#include "benchmarks/vqa/vqa.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

class ScoreVqa : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) /
            ("score_vqa_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ScoreRequest request(const std::string& benchmark, const std::string& table,
                       const std::string& predictions) {
    std::ofstream(root_ / (benchmark + ".tsv"), std::ios::binary) << table;
    std::ofstream(root_ / "predictions.jsonl", std::ios::binary) << predictions;
    ScoreRequest request;
    request.benchmark = benchmark;
    request.annotations = root_;
    request.predictions = {(root_ / "predictions.jsonl").string()};
    return request;
  }
  static std::string line(const std::string& index, const std::string& prediction) {
    return OrderedJson{{"index", index}, {"prediction", prediction}}.dump() + "\n";
  }
  static std::string error_of(const ScoreRequest& request) {
    try {
      score_vqa(request);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static std::map<std::string, OrderedJson> details(const ScoreResult& result) {
    std::map<std::string, OrderedJson> by_id;
    for (const ScoredSample& sample : result.samples) by_id[sample.id] = sample.detail;
    return by_id;
  }
  std::filesystem::path root_;
};

constexpr const char* kChoiceTable =
    "index\tquestion\tA\tB\tanswer\tcategory\tl2-category\tsplit\n"
    "0\tq\tcat\tdog\tA\tanimal\tCP\tdev\n"
    "1\tq\tone\ttwo\tB\tnumber\tCP\tdev\n"
    "2\tq\tred\tNA\tZ\tcolor\tLR\ttest\n";

TEST_F(ScoreVqa, ShareOfRecordsAnsweredRightly) {
  const auto result =
      score_vqa(request("seedbench", kChoiceTable, line("0", "A") + line("1", "dog") + line("2", "?")));
  // "?" is no choice, which is Z; "dog" is no option of question 1.
  EXPECT_DOUBLE_EQ(result.json["accuracy"].get<double>(), 2.0 / 3);
  EXPECT_EQ(result.json["categories"], (OrderedJson{{"animal", 1.0}, {"color", 1.0}, {"number", 0.0}}));
  EXPECT_EQ(result.json["l2_categories"], (OrderedJson{{"CP", 0.5}, {"LR", 1.0}}));
  EXPECT_EQ(result.json["splits"]["dev"]["accuracy"], 0.5);
  EXPECT_EQ(result.json["splits"]["test"]["questions"], 1);
  EXPECT_EQ(result.json["unparsed"], 2);
  EXPECT_EQ(result.units, 3U);
  EXPECT_EQ(draw_all(result.draw, result.units), std::vector<double>{2.0 / 3});
  const auto samples = details(result);
  EXPECT_EQ(samples.at("0"), (OrderedJson{{"correct", 1}, {"parsed", "A"}, {"answer", "A"}}));
  EXPECT_EQ(samples.at("1"), (OrderedJson{{"correct", 0}, {"parsed", "Z"}, {"answer", "B"}}));
}

TEST_F(ScoreVqa, MissingTextsReadNan) {
  const char* table = "index\tquestion\tA\tB\tanswer\n0\tq\tan\tx\tA\n1\tq\tx\tno\tB\n";
  // "nan" holds "an", and "None" does not hold "no" any more.
  const auto result = score_vqa(request("mmstar", table, line("0", "") + line("1", "None")));
  EXPECT_EQ(result.json["accuracy"], 0.5);
  EXPECT_EQ(details(result).at("0")["correct"], 1);
}

TEST_F(ScoreVqa, SplitIsChosen) {
  ScoreRequest dev = request("mmstar", kChoiceTable, line("0", "A") + line("1", "A"));
  dev.split = "dev";
  EXPECT_EQ(score_vqa(dev).json["accuracy"], 0.5);
  dev.split = "val";
  EXPECT_NE(error_of(dev).find("dev, test"), std::string::npos);
}

constexpr const char* kCircularTable =
    "index\tquestion\tA\tB\tanswer\tcategory\tsplit\n"
    "5\tq\tcat\tdog\tA\tx\tdev\n"
    "1000005\tq\tdog\tcat\tB\tx\tdev\n"
    "6\tq\tone\ttwo\tA\ty\tdev\n"
    "2000006\tq\ttwo\tone\tB\ty\tdev\n"
    "7\tq\tone\ttwo\tZ\ty\ttest\n"
    "3000099\tq\tone\ttwo\tA\ty\tdev\n";

std::string circular_predictions(const char* roll_of_six) {
  std::string text;
  for (const auto& [index, answer] :
       {std::pair("5", "A"), std::pair("1000005", "cat"), std::pair("6", "(A)"),
        std::pair("2000006", roll_of_six), std::pair("7", "?"), std::pair("3000099", "A")})
    text += OrderedJson{{"index", index}, {"prediction", answer}}.dump() + "\n";
  return text;
}

TEST_F(ScoreVqa, CircularQuestionsWantEveryRoll) {
  const auto result = score_vqa(request("mmbench", kCircularTable, circular_predictions("A")));
  // 5 is right all round; 6 has a wrong roll; 7 is "Z" as it stands, but no choice is wrong in a circle.
  EXPECT_DOUBLE_EQ(result.json["accuracy"].get<double>(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(result.json["accuracy_vanilla"].get<double>(), 1.0);
  EXPECT_EQ(result.json["questions"], 3);
  EXPECT_EQ(result.json["records"], 6);
  EXPECT_EQ(result.json["rolls_without_question"], 1);
  EXPECT_EQ(result.json["categories"], (OrderedJson{{"x", 1.0}, {"y", 0.0}}));
  EXPECT_EQ(result.json["splits"]["dev"]["accuracy"], 0.5);
  EXPECT_EQ(result.units, 3U);
  const auto samples = details(result);
  EXPECT_EQ(samples.at("6")["correct"], 1);
  EXPECT_EQ(samples.at("6")["circular"], 0);
  EXPECT_FALSE(samples.at("1000005").contains("circular"));
  // Rolls are drawn with their question.
  for (const ScoredSample& sample : result.samples)
    EXPECT_EQ(sample.unit, sample.id.back() - '5') << sample.id;
  EXPECT_EQ(result.draw(std::vector<std::uint32_t>{2, 1, 0}), (std::vector<double>{2.0 / 3, 1.0}));
}

TEST_F(ScoreVqa, CircularAllRight) {
  ScoreRequest dev = request("mmbench", kCircularTable, circular_predictions("B"));
  EXPECT_DOUBLE_EQ(score_vqa(dev).json["accuracy"].get<double>(), 2.0 / 3);
}

TEST_F(ScoreVqa, GroupIndexCountsInTheCurrentRules) {
  const char* table =
      "index\tquestion\tA\tB\tanswer\tg_index\n0\tq\tx\ty\tA\t0\n1\tq\ty\tx\tB\t0\n2\tq\tx\ty\tA\t2\n";
  ScoreRequest asked = request("mmbench", table, line("0", "A") + line("1", "A") + line("2", "A"));
  EXPECT_DOUBLE_EQ(score_vqa(asked).json["accuracy"].get<double>(), 2.0 / 3);
  asked.options.set("choice_rules", "current");
  EXPECT_DOUBLE_EQ(score_vqa(asked).json["accuracy"].get<double>(), 0.5);
}

TEST_F(ScoreVqa, CircularIndicesAreWholeNumbers) {
  for (const char* index : {"a5", "-1", "1.5", "99999999999999999999"}) {
    const std::string table = std::string("index\tquestion\tA\tanswer\n") + index + "\tq\tx\tA\n";
    EXPECT_NE(error_of(request("mmbench", table, line(index, "A"))).find("mmbench.tsv:2: question "),
              std::string::npos)
        << index;
  }
}

constexpr const char* kMmeTable =
    "index\tcategory\timage_path\tquestion\tanswer\n"
    "0\tOCR\ta.jpg\tq\tYes\n"
    "1\tOCR\ta.jpg\tq\tNo\n"
    "2\tOCR\t['b.jpg']\tq\tYes\n"
    "3\tOCR\tb.jpg\tq\tNo\n"
    "4\tcode_reasoning\tc.png\tq\tYes\n"
    "5\tcode_reasoning\tc.png\tq\tNo\n"
    "6\tother\tc.png\tq\tYes\n"
    "7\tother\tc.png\tq\tno\n";

std::string mme_predictions() {
  std::string text;
  int index = 0;
  for (const char* answer : {"Yes", "no.", "Yes, it is", "yes", "It's yes", "No", "yes", "no"})
    text += OrderedJson{{"index", index++}, {"prediction", answer}}.dump() + "\n";
  return text;
}

TEST_F(ScoreVqa, MmeAddsAccuracies) {
  const auto result = score_vqa(request("mme", kMmeTable, mme_predictions()));
  EXPECT_EQ(result.json["OCR"], 75.0 + 50.0);
  EXPECT_EQ(result.json["code_reasoning"], 200.0);
  EXPECT_EQ(result.json["perception"], 125.0);
  EXPECT_EQ(result.json["cognition"], 200.0);
  // "no" is not "No"; and a subtask of no list is in no sum.
  EXPECT_EQ(result.json["subtasks"]["other"]["acc"], 50.0);
  EXPECT_FALSE(result.json.contains("other"));
  EXPECT_EQ(result.json["missing_subtasks"].size(), 12U);
  EXPECT_EQ(result.metrics, (std::vector<std::string>{"perception", "cognition", "OCR", "code_reasoning"}));
  EXPECT_EQ(result.units, 3U);
  EXPECT_EQ(result.draw(std::vector<std::uint32_t>{1, 0, 2}), (std::vector<double>{200, 200, 200, 200}));
  EXPECT_EQ(details(result).at("3"), (OrderedJson{{"correct", 0}, {"parsed", "Yes"}, {"answer", "No"}}));
}

TEST_F(ScoreVqa, MmeScriptLooksAtTheBeginning) {
  ScoreRequest asked = request("mme", kMmeTable, mme_predictions());
  asked.options.set("yes_no_rules", "mme");
  const auto result = score_vqa(asked);
  EXPECT_EQ(result.json["code_reasoning"], 50.0);  // "It's yes" is neither
  EXPECT_EQ(result.json["subtasks"]["other"]["acc"], 100.0);
  EXPECT_EQ(result.json["yes_no_rules"], "mme");
}

TEST_F(ScoreVqa, MmeNeedsPairs) {
  const char* table = "index\tcategory\timage_path\tquestion\tanswer\n0\tOCR\ta.jpg\tq\tYes\n";
  EXPECT_NE(error_of(request("mme", table, line("0", "Yes"))).find("mme.tsv:2: question 0"),
            std::string::npos);
  const char* without = "index\tcategory\tquestion\tanswer\n0\tOCR\tq\tYes\n";
  EXPECT_NE(error_of(request("mme", without, line("0", "Yes"))).find("image_path"), std::string::npos);
  const char* empty = "index\tcategory\timage_path\tquestion\tanswer\n0\t\ta.jpg\tq\tYes\n";
  EXPECT_NE(error_of(request("mme", empty, line("0", "Yes"))).find("no category"), std::string::npos);
}

TEST_F(ScoreVqa, PredictionsMustFit) {
  EXPECT_NE(error_of(request("mmstar", kChoiceTable, line("0", "A") + line("1", "A"))).find("no prediction"),
            std::string::npos);
  EXPECT_NE(
      error_of(request("mmstar", kChoiceTable, R"({"index":0,"prediction":["A"]})")).find("\"prediction\""),
      std::string::npos);
  ScoreRequest lenient = request("mmstar", kChoiceTable, line("0", "A") + line("9", "A"));
  lenient.allow_missing = true;
  const auto result = score_vqa(lenient);
  EXPECT_DOUBLE_EQ(result.json["accuracy"].get<double>(), 1.0 / 3);
  EXPECT_EQ(result.json["faults"]["missing"], 2);
  EXPECT_EQ(details(result).at("1")["parsed"], nullptr);
}

TEST_F(ScoreVqa, TablesWithoutAnswersOrRecords) {
  EXPECT_NE(error_of(request("mmstar", "index\tquestion\tA\n0\tq\tx\n", "")).find("answer"),
            std::string::npos);
  EXPECT_NE(error_of(request("mmstar", "index\tquestion\tA\tanswer\n0\tq\tx\t\n", "")).find("answer"),
            std::string::npos);
  EXPECT_NE(error_of(request("mmstar", "index\tquestion\tA\tanswer\n", "")).find("no question"),
            std::string::npos);
  EXPECT_NE(error_of(request("vqa", kChoiceTable, "")).find("vqa"), std::string::npos);
}

TEST_F(ScoreVqa, QuestionsWithoutCategoryOrImageAreCounted) {
  const char* table =
      "index\tquestion\tA\tanswer\tcategory\timage\n0\tq\tx\tA\t\tpic\n1\tq\tx\tA\tc\tpic\n2\tq\tx\tA\tc\t\n";
  const auto result = score_vqa(request("mmstar", table, line("0", "A") + line("1", "A")));
  EXPECT_EQ(result.json["without_category"], 1);
  EXPECT_EQ(result.json["records_without_image"], 1);
}

}  // namespace
}  // namespace pixelsail
