#include <algorithm>
#include <iterator>
#include <span>

#include "synth/choice_questions.h"
#include "synth/table_writer.h"
#include "synth/write_benchmark.h"

namespace pixelsail {
namespace {

constexpr std::size_t kLetters = 4;
/// MMBench: index of a rolled question minus that of the question it is made of, for each step.
constexpr std::int64_t kRollStep = 1'000'000;
constexpr int kTableAttempts = 8;

/// What a benchmark calls a question that needs this skill.
struct Topic {
  Skill skill;
  const char* category;
  const char* group;  ///< the other level, where the benchmark has two
};

struct Asked {
  std::int64_t index = 0;
  std::size_t scene = 0;
  ChoiceQuestion question;
  const Topic* topic = nullptr;
};

/// One question for each scene and topic that allow it; indices count from `first_index`.
std::vector<Asked> ask_all(const BenchmarkScenes& scenes, std::span<const Topic> topics,
                           std::int64_t first_index, Rng& rng) {
  std::vector<Asked> asked;
  AnswerPlaces places;
  for (std::size_t s = 0; s < scenes.size(); ++s) {
    for (const Topic& topic : topics) {
      std::optional<ChoiceQuestion> question;
      for (int i = 0; i < kTableAttempts && !question; ++i)
        question = ask_choice(topic.skill, scenes[s].scene, rng);
      if (!question) continue;
      places.arrange(*question, rng);
      asked.push_back({first_index++, s, std::move(*question), &topic});
    }
  }
  return asked;
}

/// The options moved on by `roll` places; empty cells behind the last.
std::vector<std::string> option_cells(const ChoiceQuestion& question, std::size_t roll) {
  std::vector<std::string> cells(kLetters);
  const std::size_t count = question.options.size();
  for (std::size_t i = 0; i < count; ++i) cells[(i + roll) % count] = question.options[i];
  return cells;
}

/// The picture of a scene where it is shown first, later the index of that record.
class ImageCells {
 public:
  explicit ImageCells(const BenchmarkScenes& scenes) : scenes_(scenes), holder_(scenes.size()) {}
  std::string cell(std::size_t scene, std::int64_t index) {
    if (!holder_[scene].empty()) return holder_[scene];
    holder_[scene] = std::to_string(index);
    return image_cell(scenes_[scene]);
  }

 private:
  const BenchmarkScenes& scenes_;
  std::vector<std::string> holder_;
};

/// A table without rolled questions.
void write_plain(const BenchmarkScenes& scenes, std::span<const Topic> topics, const char* group_column,
                 const std::filesystem::path& path, Rng& rng) {
  std::vector<std::string> columns{"index", "image", "question", "A", "B", "C", "D", "answer", "category"};
  if (group_column != nullptr) columns.emplace_back(group_column);
  TableWriter table(columns);
  ImageCells images(scenes);
  for (const Asked& asked : ask_all(scenes, topics, 0, rng)) {
    std::vector<std::string> cells{std::to_string(asked.index), images.cell(asked.scene, asked.index),
                                   asked.question.text};
    for (std::string& option : option_cells(asked.question, 0)) cells.push_back(std::move(option));
    cells.push_back(option_letter(asked.question.right));
    cells.emplace_back(asked.topic->category);
    if (group_column != nullptr) cells.emplace_back(asked.topic->group);
    table.add(cells);
  }
  table.write(path);
}

}  // namespace

void write_mmbench(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng) {
  constexpr const char* kInstance = "finegrained_perception (instance-level)";
  constexpr const char* kAcross = "finegrained_perception (cross-instance)";
  constexpr Topic kTopics[] = {
      {Skill::kCount, "object_localization", kInstance},
      {Skill::kPlace, "object_localization", kInstance},
      {Skill::kColor, "attribute_recognition", kInstance},
      {Skill::kSize, "attribute_recognition", kInstance},
      {Skill::kNearest, "spatial_relationship", kAcross},
      {Skill::kRemainder, "structuralized_imagetext_understanding", "logic_reasoning"}};
  TableWriter table({"index", "question", "hint", "A", "B", "C", "D", "answer", "category", "image",
                     "l2-category", "split"});
  ImageCells images(scenes);
  const std::vector<Asked> all = ask_all(scenes, kTopics, 0, rng);
  for (std::size_t roll = 0; roll < kLetters; ++roll) {
    for (const Asked& asked : all) {
      const std::size_t count = asked.question.options.size();
      if (roll >= count) continue;
      std::vector<std::string> cells{
          std::to_string(asked.index + static_cast<std::int64_t>(roll) * kRollStep), asked.question.text,
          std::string(asked.topic->skill == Skill::kRemainder ? choice_hint(scenes[asked.scene].scene) : "")};
      for (std::string& option : option_cells(asked.question, roll)) cells.push_back(std::move(option));
      cells.push_back(option_letter((asked.question.right + roll) % count));
      cells.emplace_back(asked.topic->category);
      cells.push_back(images.cell(asked.scene, asked.index));
      cells.emplace_back(asked.topic->group);
      cells.emplace_back("dev");
      table.add(cells);
    }
  }
  table.write(folder / "mmbench.tsv");
}

void write_seedbench(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng) {
  constexpr Topic kTopics[] = {
      {Skill::kExistence, "Instance Identity", nullptr}, {Skill::kPattern, "Instance Attributes", nullptr},
      {Skill::kPlace, "Instance Location", nullptr},     {Skill::kCount, "Instances Counting", nullptr},
      {Skill::kExtreme, "Spatial Relation", nullptr},    {Skill::kRemainder, "Visual Reasoning", nullptr}};
  std::vector<Topic> topics(std::begin(kTopics), std::end(kTopics));
  if (!scenes.empty() && scenes.front().scene.things)
    topics[1].skill = Skill::kColor;  // things have no patterns
  write_plain(scenes, topics, nullptr, folder / "seedbench.tsv", rng);
}

void write_mmstar(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng) {
  constexpr Topic kTopics[] = {
      {Skill::kShape, "fine-grained perception", "attribute & celebrity recognition"},
      {Skill::kPlace, "fine-grained perception", "localization"},
      {Skill::kCount, "fine-grained perception", "object counting"},
      {Skill::kColor, "instance reasoning", "single-instance reasoning"},
      {Skill::kNearest, "instance reasoning", "cross-instance relation reasoning"},
      {Skill::kRemainder, "math", "numeric commonsense and calculation"}};
  write_plain(scenes, kTopics, "l2_category", folder / "mmstar.tsv", rng);
}

}  // namespace pixelsail
