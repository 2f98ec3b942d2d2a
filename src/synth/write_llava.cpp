#include <array>
#include <numeric>
#include <string_view>
#include <utility>

#include "io/json.h"
#include "synth/choice_questions.h"
#include "synth/write_benchmark.h"
#include "synth/yes_no_questions.h"

namespace pixelsail {
namespace {

constexpr std::size_t kChoices = 6;     ///< multiple-choice questions about a picture, at most
constexpr std::size_t kOpen = 4;        ///< questions to be answered in a word, at most
constexpr std::size_t kYesNoPairs = 4;  ///< pairs of questions to be answered with yes or no, at most
constexpr std::size_t kSkills = static_cast<std::size_t>(Skill::kRemainder) + 1;
constexpr int kChoiceAttempts = 8;

struct QuestionAnswer {
  std::string question, answer;
};

/// As tables of multiple choice are asked, with their hint.
QuestionAnswer as_asked(const ChoiceQuestion& question, std::string_view hint) {
  return {(hint.empty() ? "" : std::string(hint) + '\n') + with_option_lines(question) +
              "Answer with the option's letter from the given choices directly.",
          words_and_letter(question)};
}

/// The question without its options, and the right one.
QuestionAnswer as_open(const ChoiceQuestion& question) {
  return {question.text + "\nAnswer the question using a single word or phrase.",
          question.options[question.right]};
}

template <std::size_t N>
std::array<std::size_t, N> shuffled(Rng& rng) {
  std::array<std::size_t, N> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i + 1 < N; ++i)
    std::swap(order[i], order[i + static_cast<std::size_t>(rng.below(N - i))]);
  return order;
}

/// Different skills in random order, at most `most` of those that the scene allows.
std::vector<std::pair<Skill, ChoiceQuestion>> draw_questions(const Scene& scene, std::size_t most, Rng& rng) {
  std::vector<std::pair<Skill, ChoiceQuestion>> drawn;
  for (const std::size_t s : shuffled<kSkills>(rng)) {
    if (drawn.size() == most) break;
    const auto skill = static_cast<Skill>(s);
    std::optional<ChoiceQuestion> question;
    for (int i = 0; i < kChoiceAttempts && !question; ++i) question = ask_choice(skill, scene, rng);
    if (question) drawn.emplace_back(skill, std::move(*question));
  }
  return drawn;
}

void ask_choices(const Scene& scene, AnswerPlaces& places, Rng& rng, std::vector<QuestionAnswer>& asked) {
  for (auto& [skill, question] : draw_questions(scene, kChoices, rng)) {
    places.arrange(question, rng);
    // One table gives its questions of this skill a hint, the others ask them without.
    asked.push_back(
        as_asked(question, skill == Skill::kRemainder && rng.below(2) == 0 ? choice_hint(scene) : ""));
  }
}

void ask_open(const Scene& scene, Rng& rng, std::vector<QuestionAnswer>& asked) {
  for (const auto& [skill, question] : draw_questions(scene, kOpen, rng)) {
    // "Which of these" needs its options.
    if (skill != Skill::kExistence) asked.push_back(as_open(question));
  }
}

void ask_yes_no_pairs(const Scene& scene, Rng& rng, std::vector<QuestionAnswer>& asked) {
  std::size_t count = 0;
  for (const std::size_t task : shuffled<kMmeSubtaskCount>(rng)) {
    if (count == kYesNoPairs) return;
    const auto pair = ask_yes_no(static_cast<MmeSubtask>(task), scene, rng);
    if (!pair) continue;
    ++count;
    asked.push_back({pair->yes, fact_and_verdict(*pair, true)});
    asked.push_back({pair->no, fact_and_verdict(*pair, false)});
  }
}

/// A record of LLaVA's layout.
OrderedJson record_of(std::int64_t id, const std::string& image, const std::vector<QuestionAnswer>& asked) {
  OrderedJson conversations = OrderedJson::array();
  for (const QuestionAnswer& one : asked) {
    const std::string token = conversations.empty() ? "<image>\n" : "";
    conversations.push_back({{"from", "human"}, {"value", token + one.question}});
    conversations.push_back({{"from", "gpt"}, {"value", one.answer}});
  }
  return {{"id", std::to_string(id)}, {"image", image}, {"conversations", std::move(conversations)}};
}

}  // namespace

void write_llava(const EachScene& each_scene, const std::filesystem::path& folder, Rng& rng) {
  OrderedJson records = OrderedJson::array();
  AnswerPlaces places;
  each_scene([&](const BenchmarkScene& scene) {
    std::vector<QuestionAnswer> asked;
    ask_choices(scene.scene, places, rng, asked);
    ask_yes_no_pairs(scene.scene, rng, asked);
    ask_open(scene.scene, rng, asked);
    if (!asked.empty()) records.push_back(record_of(scene.image_id, "train2014/" + scene.file_name, asked));
  });
  write_json_atomic(folder / "llava_train.json", records);
}

}  // namespace pixelsail
