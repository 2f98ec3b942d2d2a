#include "benchmarks/question_set.h"

#include <gtest/gtest.h>

#include <set>

#include "benchmarks/benchmark.h"
#include "benchmarks/common/answer_text.h"
#include "check_fixture.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using test::write_text;
namespace fs = std::filesystem;

class Questions : public test::CheckTest {
 protected:
  BenchmarkConfig config(const std::string& benchmark) const {
    return {.benchmark = benchmark, .root = root_.string()};
  }
  /// Scores what `answer` says to every question.
  ScoreResult score(const BenchmarkConfig& benchmark,
                    const std::function<Answer(const QuestionSet&, std::size_t)>& answer,
                    const std::set<std::size_t>& unanswered = {}) const {
    const QuestionSet set = load_questions(benchmark);
    std::vector<OrderedJson> lines;
    for (std::size_t i = 0; i < set.questions.size(); ++i) {
      const Answer given = answer(set, i);
      lines.push_back(set.prediction(i, unanswered.contains(i) ? nullptr : &given));
    }
    return score_answers(benchmark, set, lines, "answers");
  }
  static Answer right(const QuestionSet& set, std::size_t i) {
    const QuestionReference reference = set.reference(i);
    Answer answer;
    answer.text = reference.text;
    for (const Rle& mask : reference.masks) answer.masks.push_back(decode_mask(mask));
    return answer;
  }
  static Answer blind(const QuestionSet& set, std::size_t i) { return set.blind(i); }
  /// The first metric.
  static double main_metric(const ScoreResult& result) { return draw_all(result.draw, result.units).front(); }
};

TEST_F(Questions, EveryBenchmarkScoresRightAnswersHigherThanBlindOnes) {
  for (const std::string& name : question_benchmarks()) {
    if (name == "gcg") continue;  // see below
    SCOPED_TRACE(name);
    const double perfect = main_metric(score(config(name), right)),
                 guessed = main_metric(score(config(name), blind));
    if (name == "mme") {
      EXPECT_GT(perfect, 700);
    } else if (name == "reasonseg") {
      // Published: ignored pixels become part of the truth, or holes in it.
      EXPECT_GT(perfect, 0.9);
      BenchmarkConfig clean = config(name);
      clean.options.set("ignore_label", "clean");
      EXPECT_GT(main_metric(score(clean, right)), 0.999);
    } else if (name == "refcocog_caption") {
      EXPECT_GT(perfect, 0.95);
    } else {
      EXPECT_GT(perfect, 0.99);
    }
    EXPECT_LT(guessed, 0.8 * perfect);
  }
}

TEST_F(Questions, UnansweredOnesCountAsWrong) {
  for (const std::string& name : question_benchmarks()) {
    SCOPED_TRACE(name);
    const double all = main_metric(score(config(name), right)),
                 less = main_metric(score(config(name), right, {0, 1}));
    if (name == "perbench_vtres" || name == "reasonseg" || name == "muse") {
      // Published: an answer without a mask is no part of cIoU.
      EXPECT_LE(less, all);
    } else {
      EXPECT_LT(less, all);
    }
  }
}

TEST_F(Questions, AnswersAreScoredForTheFirstQuestionsOnly) {
  for (const std::string& name : question_benchmarks()) {
    SCOPED_TRACE(name);
    BenchmarkConfig few = config(name);
    few.limit = 3;
    const std::size_t asked = load_questions(few).questions.size();
    EXPECT_GE(asked, 3u);
    EXPECT_LT(asked, load_questions(config(name)).questions.size());
    // Rolls of a question, and questions about one picture of mme, stay together.
    if (name != "mmbench" && name != "mme") {
      EXPECT_EQ(asked, 3u);
    }
    EXPECT_EQ(score(few, right).samples.size(), asked);
  }
}

TEST_F(Questions, AnswersInMemoryScoreAsThoseOfAFile) {
  for (const std::string& name : question_benchmarks()) {
    SCOPED_TRACE(name);
    const QuestionSet set = load_questions(config(name));
    std::vector<OrderedJson> lines;
    std::string text;
    for (std::size_t i = 0; i < set.questions.size(); ++i) {
      const Answer given = i % 3 == 0 ? blind(set, i) : right(set, i);
      lines.push_back(set.prediction(i, &given));
      text += lines.back().dump() + '\n';
    }
    const fs::path file = root_ / "predictions.jsonl";
    write_text(file, text);
    const BenchmarkConfig asked = with_published_values(config(name));
    const ScoreResult read = score_benchmark({.benchmark = name,
                                              .annotations = asked.root,
                                              .predictions = {file.string()},
                                              .split = asked.split,
                                              .split_by = asked.split_by});
    const ScoreResult kept = score_answers(config(name), set, lines, "answers");
    EXPECT_EQ(kept.json, read.json);
    EXPECT_EQ(kept.samples.size(), read.samples.size());
  }
}

TEST_F(Questions, PublishedPrompts) {
  const auto first = [&](const std::string& name) {
    return load_questions(config(name)).questions.front().prompt;
  };
  EXPECT_TRUE(first("refcoco").starts_with(" Please segment "));
  EXPECT_TRUE(first("refcoco").ends_with(" in this image."));
  EXPECT_EQ(
      first("refcocog_caption"),
      "Can you provide me with a detailed description of the region in the picture marked by <Prompt0>?");
  EXPECT_EQ(first("perbench_caption"),
            "Can you provide me with a detailed description of the region in the picture marked by "
            "<Prompt0>? Please "
            "provide as detailed as possible.");
  EXPECT_TRUE(first("perbench_mcq").starts_with("Please answer the question according to the <Prompt0>. "));
  EXPECT_TRUE(first("perbench_mcq").ends_with("Select a correct choice."));
  EXPECT_TRUE(first("mme").ends_with("Please answer yes or no."));
  for (const char* table : {"mmbench", "seedbench", "mmstar"}) {
    EXPECT_NE(first(table).find("\nA. "), std::string::npos);
    EXPECT_TRUE(first(table).ends_with("\nAnswer with the option's letter from the given choices directly."));
  }
  EXPECT_TRUE(first("gcg").starts_with("Could you please give me a detailed description of the image?"));
  std::size_t sentences = 0;
  for (const AskedQuestion& question : load_questions(config("reasonseg")).questions) {
    EXPECT_TRUE(question.prompt.ends_with("Please output segmentation mask."));
    sentences += !question.prompt.starts_with("What is ");
  }
  EXPECT_GT(sentences, 0U);
  EXPECT_EQ(load_questions(config("perbench_vtres")).retry_prefix, "It is [SEG].");
  EXPECT_EQ(load_questions(config("refcoco")).retry_prefix, "");
}

TEST_F(Questions, PromptsCanBeReplaced) {
  BenchmarkConfig asked = config("refcoco");
  asked.prompt = "Where is {sent}?";
  EXPECT_TRUE(load_questions(asked).questions.front().prompt.starts_with("Where is "));
  asked.prompt = "Where is it?";
  EXPECT_THROW(load_questions(asked), ConfigError);
  BenchmarkConfig retried = config("perbench_vtres");
  retried.retry_prefix = "none";
  EXPECT_EQ(load_questions(retried).retry_prefix, "");
  EXPECT_THROW(load_questions(config("refcocoo")), ConfigError);
}

TEST_F(Questions, QuestionsAboutOnePictureNameItOnce) {
  for (const char* name : {"refcoco", "refcocog_caption", "perbench_mcq", "mme", "mmbench", "muse"}) {
    SCOPED_TRACE(name);
    const QuestionSet set = load_questions(config(name));
    EXPECT_LT(set.images.size(), set.questions.size());
    for (const AskedImage& image : set.images) EXPECT_GT(image.height, 0);
  }
  // All rolls of a question show one picture.
  const QuestionSet set = load_questions(config("mmbench"));
  EXPECT_LE(set.images.size(), 8u);
  EXPECT_EQ(set.load_image(0)->height, set.images[0].height);
}

TEST_F(Questions, AMissingOrBrokenPictureIsNamed) {
  const QuestionSet set = load_questions(config("refcoco"));
  const std::string name = set.images.front().name;
  fs::resize_file(name, 40);
  try {
    set.load_image(0);
    ADD_FAILURE() << "a cut picture was read";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
  }
  fs::remove(root_ / "perbench" / "masa_sam_500k" / "sa_4.jpg");
  EXPECT_NO_THROW(load_questions(config("perbench_mcq")));
}

TEST_F(Questions, PromptedRegionsKeepTheirNumbers) {
  const QuestionSet set = load_questions(config("perbench_vtres"));
  for (std::size_t i = 0; i < set.questions.size(); ++i) {
    const std::vector<Region> regions = set.regions(i);
    for (std::size_t k = 0; k < regions.size(); ++k) {
      const auto& mask = std::get<Mask>(regions[k]);
      const bool named =
          set.questions[i].prompt.find("<Prompt" + std::to_string(k) + ">") != std::string::npos;
      EXPECT_EQ(std::ranges::count(mask.data, 1) > 0, named);
    }
  }
}

TEST(AnswerText, RegionCaptions) {
  EXPECT_EQ(clean_region_caption("A man: <Prompt0> in a  blue.shirt.<|endoftext|>"), "A man in a blueshirt");
  EXPECT_EQ(clean_region_caption("USER: x ASSISTANT: 'the cat' [SEG]"), "USER x ASSISTANT 'the cat");
  EXPECT_EQ(clean_region_caption("<p> the dog </p> [SEG]"), "the dog");
  EXPECT_EQ(clean_region_caption(" 'it is so' "), "it is so");
  EXPECT_EQ(clean_region_caption("a < b\nand c > d"), "a < b and c > d");
  EXPECT_EQ(clean_region_caption(""), "");
}

TEST(AnswerText, Tables) {
  EXPECT_EQ(clean_table_answer(" B <|im_end|>"), "B");
  EXPECT_EQ(clean_table_answer("Yes<|endoftext|>"), "Yes");
}

TEST(AnswerText, GroundedCaptions) {
  const GroundedCaption caption =
      split_grounded_caption("<p> A red  star </p> [SEG] lies beside\n <p>a disc</p> [SEG].<|endoftext|>");
  EXPECT_EQ(caption.caption, "A red star lies beside a disc .");
  EXPECT_EQ(caption.phrases, (std::vector<std::string>{"A red star", "a disc"}));
  EXPECT_TRUE(split_grounded_caption("<p> never closed").phrases.empty());
}

}  // namespace
}  // namespace pixelsail
