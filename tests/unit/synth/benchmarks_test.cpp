#include "synth/benchmarks.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "annotations/gcg.h"
#include "annotations/muse.h"
#include "annotations/perbench.h"
#include "annotations/reasonseg.h"
#include "annotations/vqa.h"
#include "io/atomic_file.h"
#include "io/base64.h"
#include "io/rle.h"
#include "pixelsail/error.h"
#include "pixelsail/image.h"
#include "synth/choice_questions.h"
#include "synth/hints.h"
#include "synth/phrasing.h"
#include "synth/yes_no_questions.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

class Benchmarks : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("pixelsail_benchmarks_test_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    write(folder_ / "data");
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }
  static SynthConfig data() {
    return {.seed = 5, .train = 6, .val = 16, .test_a = 0, .test_b = 0, .threads = 1};
  }
  static SynthBenchmarkConfig all() { return {.names = {"all"}, .scenes = 14, .reasonseg_train = 4}; }
  static void write(const fs::path& root) {
    write_synthetic_dataset(data(), root, nullptr);
    write_synthetic_benchmarks(all(), data(), root, nullptr);
  }
  static fs::path root() { return folder_ / "data"; }
  static Scene scene(std::size_t i) {
    return scene_of(request_of(data(), "val", static_cast<std::int64_t>(i)));
  }
  static std::size_t scene_number(std::int64_t image_id) {
    return static_cast<std::size_t>(image_id - data().train - 1);
  }
  static fs::path folder_;
};

fs::path Benchmarks::folder_;

TEST_F(Benchmarks, BytesDependOnTheOptionsAlone) {
  write(folder_ / "again");
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const fs::path name = fs::relative(entry.path(), root());
    EXPECT_TRUE(read_file(entry.path()) == read_file(folder_ / "again" / name)) << name;
  }
  EXPECT_GT(files, 60U);
}

TEST_F(Benchmarks, AreLeftAloneOrRefused) {
  const auto before = fs::last_write_time(root() / "mme" / "mme.tsv");
  write(root());
  EXPECT_EQ(fs::last_write_time(root() / "mme" / "mme.tsv"), before);
  SynthBenchmarkConfig other = all();
  other.scenes = 3;
  EXPECT_THROW(write_synthetic_benchmarks(other, data(), root(), nullptr), ConfigError);
  other.names = {"pope"};
  EXPECT_THROW(write_synthetic_benchmarks(other, data(), root(), nullptr), ConfigError);
  EXPECT_THROW(write_synthetic_benchmarks(all(), data(), folder_ / "none", nullptr), ConfigError);
}

TEST_F(Benchmarks, PerBenchReadsBack) {
  const auto captions = load_perbench_captions(root());
  for (const PerBenchCaption& sample : captions) {
    const Image picture = load_image(perbench_image_path(root(), sample.image_name));
    const auto n = static_cast<std::size_t>(std::stoi(sample.id)),
               k = static_cast<std::size_t>(std::stoi(sample.id.substr(sample.id.find(':') + 1)));
    EXPECT_EQ(picture.height, sample.region.height);
    EXPECT_EQ(sample.region, encode_mask(scene(n).visible[k].mask));
    EXPECT_EQ(sample.caption, describe_object(scene(n), static_cast<int>(k)));
  }
  std::map<std::string, int> letters;
  for (const PerBenchChoice& sample : load_perbench_choices(root())) {
    ++letters[sample.answer];
    const std::size_t at = sample.question.find("\n" + sample.answer + ". ");
    ASSERT_NE(at, std::string::npos);
    const std::string right = sample.question.substr(at + 4, sample.question.find('\n', at + 4) - at - 4);
    const Scene s = scene(static_cast<std::size_t>(std::stoi(sample.id)));
    for (std::size_t i = 0; i < s.objects.size(); ++i) {
      if (encode_mask(s.visible[i].mask) != sample.region) continue;
      const Object& o = s.objects[i];
      const std::set<std::string> words{std::string(name_of(o.color)), std::string(name_of(o.shape)),
                                        std::string(name_of(o.pattern))};
      EXPECT_TRUE(words.contains(right) || describe_object(s, static_cast<int>(i)).ends_with(right) ||
                  right.find(' ') != std::string::npos)
          << sample.question << right;
    }
  }
  for (const char* letter : {"A", "B", "C", "D"}) EXPECT_EQ(letters[letter], 7) << letter;  // 28 questions
  const auto requests = load_perbench_segmentations(root());
  EXPECT_GT(requests.size(), 14U);
  for (const PerBenchSegmentation& sample : requests) {
    ASSERT_EQ(sample.prompts.size(), 1U);
    EXPECT_NE(sample.question.find("<Prompt0>"), std::string::npos);
    for (const Rle& target : sample.targets) EXPECT_NE(target, sample.prompts[0].region);
  }
}

constexpr std::string_view kBegin = "It is ";

/// Of an answer "It is ring (C)"; its words must be the option C.
std::string letter_in(const std::string& answer, const std::string& question) {
  EXPECT_TRUE(answer.starts_with(kBegin)) << answer;
  const std::size_t open = answer.rfind(" (");
  EXPECT_EQ(open + 4, answer.size()) << answer;
  if (open + 4 != answer.size()) return "";
  const std::string letter = answer.substr(open + 2, 1);
  EXPECT_NE(question.find('\n' + letter + ". " + answer.substr(kBegin.size(), open - kBegin.size()) + '\n'),
            std::string::npos)
      << question << answer;
  return letter;
}

/// Of an answer "It is red. No" or "No".
std::string verdict_in(const std::string& answer) {
  const std::size_t fact_end = answer.find(". ");
  return fact_end == std::string::npos ? answer : answer.substr(fact_end + 2);
}

TEST_F(Benchmarks, TrainingConversationsAskWhatTheTablesAsk) {
  const Json records = read_json(root() / "llava" / "llava_train.json");
  ASSERT_EQ(records.size(), static_cast<std::size_t>(data().train));
  const std::string order = "\nAnswer with the option's letter from the given choices directly.";
  std::map<std::string, int> verdicts;
  int open = 0, facts = 0;
  for (const Json& record : records) {
    EXPECT_TRUE(fs::exists(root() / "images" / record["image"].get<std::string>()));
    const Json& turns = record["conversations"];
    ASSERT_GE(turns.size(), 12U);
    for (std::size_t i = 0; i < turns.size(); i += 2) {
      const auto question = turns[i]["value"].get<std::string>(),
                 answer = turns[i + 1]["value"].get<std::string>();
      EXPECT_EQ(question.starts_with("<image>\n"), i == 0);
      if (question.ends_with("\nAnswer the question using a single word or phrase.")) {
        EXPECT_GT(answer.size(), 1U);
        ++open;
      } else if (question.ends_with("Please answer yes or no.")) {
        // "It is red. No": what is asked about is so in the question exactly when the verdict is yes.
        const std::string verdict = verdict_in(answer);
        EXPECT_TRUE(verdict == "Yes" || verdict == "No") << answer;
        ++verdicts[verdict];
        if (verdict == answer) continue;
        ++facts;
        EXPECT_TRUE(answer.starts_with(kBegin)) << answer;
        const std::string fact = answer.substr(kBegin.size(), answer.find(". ") - kBegin.size());
        const bool one = fact == "one" && question.find("Is there exactly one ") != std::string::npos;
        EXPECT_EQ(one || question.find(' ' + fact) != std::string::npos, verdict == "Yes")
            << question << answer;
      } else {
        EXPECT_TRUE(question.ends_with(order)) << question;
        ++verdicts[letter_in(answer, question)];
      }
    }
  }
  EXPECT_GT(open, 0);
  EXPECT_GT(facts, 0);
  EXPECT_GT(verdicts["Yes"], 0);
  EXPECT_EQ(verdicts["Yes"], verdicts["No"]);
  // Two options (A, B) are shared out apart from four.
  EXPECT_LE(std::abs(verdicts["A"] - verdicts["B"]), 2);
  EXPECT_LE(std::abs(verdicts["C"] - verdicts["D"]), 1);
  EXPECT_EQ(verdicts.size(), 6U);
}

TEST_F(Benchmarks, TrainingPartOfPerBenchIsOfTrainingScenes) {
  const auto captions = load_perbench_captions(root() / "perbench_train");
  std::set<std::string> pictures;
  for (const PerBenchCaption& sample : captions) {
    pictures.insert(sample.image_name);
    const auto n = std::stoi(sample.id), k = std::stoi(sample.id.substr(sample.id.find(':') + 1));
    const Scene s = scene_of(request_of(data(), "train", n));
    EXPECT_EQ(sample.region, encode_mask(s.visible[static_cast<std::size_t>(k)].mask));
    EXPECT_TRUE(fs::exists(perbench_image_path(root() / "perbench_train", sample.image_name)));
  }
  for (const PerBenchChoice& sample : load_perbench_choices(root() / "perbench_train"))
    EXPECT_FALSE(letter_in(sample.answer, sample.question).empty());
  EXPECT_EQ(pictures.size(), static_cast<std::size_t>(data().train));
  SynthBenchmarkConfig fewer = all();
  fewer.train_scenes = 2;
  EXPECT_THROW(write_synthetic_benchmarks(fewer, data(), root(), nullptr), ConfigError);
  fewer.train_scenes = -1;
  EXPECT_THROW(write_synthetic_benchmarks(fewer, data(), root(), nullptr), ConfigError);
}

TEST_F(Benchmarks, MmePairsAreOneYesAndOneNo) {
  const VqaTable table = VqaTable::load(find_vqa_table(root(), "mme"));
  std::map<std::string, std::multiset<std::string>> answers;
  std::set<std::string> categories;
  for (const VqaQuestion& q : table.questions()) {
    answers[*q.image_path].insert(*q.answer);
    categories.insert(*q.category);
    EXPECT_TRUE(q.question.ends_with("Please answer yes or no.")) << q.question;
    EXPECT_GT(decode_image(table.image_bytes(q).at(0), "cell").height, 60);
  }
  EXPECT_EQ(categories.size(), 6U);
  for (const auto& [path, two] : answers) EXPECT_EQ(two, (std::multiset<std::string>{"No", "Yes"})) << path;
}

/// Counts by hand, with all other words left out of the question.
TEST_F(Benchmarks, CountsAreRight) {
  int checked = 0;
  for (const char* name : {"mmbench", "seedbench", "mmstar"}) {
    const VqaTable table = VqaTable::load(find_vqa_table(root(), name));
    std::map<char, int> letters;
    for (const VqaQuestion& q : table.questions()) {
      std::set<std::string> texts;
      std::string right;
      for (const auto& [letter, text] : q.options) {
        texts.insert(text);
        if (q.answer->front() == letter) right = text;
      }
      EXPECT_EQ(texts.size(), q.options.size()) << q.question;
      if (std::stoll(q.index) < 1'000'000 && q.options.size() == 4) ++letters[q.answer->front()];
      const Image picture = decode_image(table.image_bytes(q).at(0), "cell");
      const std::string start = "How many ", end = " are there in the picture?";
      if (!q.question.starts_with(start) || !q.question.ends_with(end)) continue;
      const std::string words =
          q.question.substr(start.size(), q.question.size() - start.size() - end.size());
      bool found = false;
      for (std::size_t i = 0; i < 14 && !found; ++i) {
        const SceneRequest request = request_of(data(), "val", static_cast<std::int64_t>(i));
        const Scene s = scene_of(request);
        const ScenePicture drawn = picture_of(request, s);
        if (decode_image(encode_picture(drawn.image, drawn.file_name), "scene") != picture) continue;
        found = true;
        std::size_t count = 0;
        for (const Object& o : s.objects) {
          for (unsigned bit = 1; bit <= kPatternBit; bit <<= 1)
            count += noun_words(attributes_of(o, bit), true) == words ? 1 : 0;
        }
        EXPECT_EQ(right, number_word(count)) << q.question;
        ++checked;
      }
      EXPECT_TRUE(found);
    }
    for (const char letter : {'A', 'B', 'C', 'D'}) EXPECT_NEAR(letters[letter], letters['A'], 1) << name;
  }
  EXPECT_GT(checked, 50);
}

TEST_F(Benchmarks, MmBenchHoldsEveryRoll) {
  const VqaTable table = VqaTable::load(find_vqa_table(root(), "mmbench"));
  std::map<std::int64_t, std::set<std::string>> right;  // of all rolls of a question
  std::map<std::int64_t, std::size_t> rolls, options;
  for (const VqaQuestion& q : table.questions()) {
    const std::int64_t base = std::stoll(q.index) % 1'000'000;
    ++rolls[base];
    options[base] = q.options.size();
    for (const auto& [letter, text] : q.options)
      if (q.answer->front() == letter) right[base].insert(text);
  }
  for (const auto& [base, count] : rolls) {
    EXPECT_EQ(count, options[base]) << base;
    EXPECT_EQ(right[base].size(), 1U) << base;
  }
}

TEST_F(Benchmarks, ReasonSegTargetsAreObjects) {
  std::set<bool> sentences;
  int ignored = 0;
  for (const ReasonSegSample& sample : load_reasonseg(root(), "val")) {
    sentences.insert(sample.is_sentence);
    const Scene s = scene(scene_number(std::stoll(sample.id)));
    const std::vector<std::uint8_t> values = reasonseg_values(sample);
    std::vector<std::int64_t> of_object(s.objects.size());
    std::int64_t drawn = 0, met = 0;
    for (const ReasonSegShape& shape : sample.shapes) ignored += shape.ignored ? 1 : 0;
    for (std::size_t p = 0; p < values.size(); ++p) {
      if (values[p] != 1) continue;
      ++drawn;
      for (std::size_t i = 0; i < s.objects.size(); ++i) of_object[i] += s.visible[i].mask.data[p];
    }
    std::int64_t area = 0;
    for (std::size_t i = 0; i < s.objects.size(); ++i) {
      if (of_object[i] * 2 < s.visible[i].area) continue;
      met += of_object[i];
      area += s.visible[i].area;
    }
    EXPECT_GT(static_cast<double>(met), 0.7 * static_cast<double>(drawn + area - met)) << sample.id;
  }
  EXPECT_EQ(sentences.size(), 2U);
  EXPECT_GT(ignored, 0);
  EXPECT_FALSE(load_reasonseg(root(), "train").empty());
}

TEST_F(Benchmarks, GcgAndMuseReadBack) {
  const GcgData gcg = load_gcg(root(), "val");
  ASSERT_EQ(gcg.captioned, 14U);
  for (const GcgImage& image : gcg.images) {
    ASSERT_EQ(image.labels.size(), image.objects.size());
    const Scene s = scene(scene_number(std::stoll(image.id)));
    EXPECT_TRUE(fs::exists(root() / "gcg" / "val_test" / (image.id + ".jpg")));
    for (std::size_t i = 0; i < image.labels.size(); ++i) {
      EXPECT_NE(image.captions[0].find(image.labels[i]), std::string::npos);
      EXPECT_EQ(image.objects[i].mask, encode_mask(s.visible[i].mask));
    }
  }
  for (const MuseSample& sample : load_muse(root(), "val", PolygonMerge::kUnion)) {
    EXPECT_FALSE(sample.targets.empty());
    const Scene s = scene(static_cast<std::size_t>(std::stoi(sample.id)));
    for (const Hint& hint : hints_for(s)) {
      if (sample.question.find("and also") != std::string::npos) continue;
      if (sample.question.find(hint.clause) != std::string::npos ||
          sample.question.find(hint.clause_many) != std::string::npos) {
        EXPECT_EQ(sample.targets.size(), hint.targets.size()) << sample.question;
      }
    }
  }
}

TEST(ChoiceQuestions, DistractorsAreWrong) {
  for (std::int64_t i = 0; i < 60; ++i) {
    const Scene s = scene_of(request_of({.seed = 8}, "val", i));
    Rng rng(1, std::to_string(i));
    if (const auto q = ask_choice(Skill::kExistence, s, rng)) {
      std::vector<bool> there;
      for (const std::string& option : q->options) {
        bool any = false;
        for (const Object& o : s.objects)
          any = any || with_a(noun_words(attributes_of(o, kShapeBit | kColorBit))) == option;
        there.push_back(any);
      }
      EXPECT_EQ(there, (std::vector<bool>{true, false, false, false}));
    }
    for (const Skill skill : {Skill::kExtreme, Skill::kNearest, Skill::kPlace, Skill::kColor}) {
      const auto q = ask_choice(skill, s, rng);
      if (!q) continue;
      EXPECT_EQ(std::set<std::string>(q->options.begin(), q->options.end()).size(), 4U);
    }
  }
}

TEST(Base64, EncodesWhatItDecodes) {
  std::vector<std::byte> bytes;
  const std::array<const char*, 4> known{"", "AA==", "AAc=", "AAcO"};
  for (int i = 0; i < 70; ++i) {
    const std::string text = encode_base64(bytes);
    if (bytes.size() < known.size()) {
      EXPECT_EQ(text, known[bytes.size()]);
    }
    EXPECT_EQ(decode_base64(text), bytes);
    bytes.push_back(static_cast<std::byte>(i * 7 & 0xFF));
  }
}

}  // namespace
}  // namespace pixelsail
