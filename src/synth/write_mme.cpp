#include "synth/table_writer.h"
#include "synth/write_benchmark.h"
#include "synth/yes_no_questions.h"

namespace pixelsail {

void write_mme(const BenchmarkScenes& scenes, const std::filesystem::path& folder, Rng& rng) {
  TableWriter table({"index", "image", "question", "answer", "category", "image_path"});
  std::int64_t index = 0;
  for (int task = 0; task < kMmeSubtaskCount; ++task) {
    const auto subtask = static_cast<MmeSubtask>(task);
    const std::string category(name_of(subtask));
    for (const BenchmarkScene& scene : scenes) {
      const auto pair = ask_yes_no(subtask, scene.scene, rng);
      if (!pair) continue;
      const std::string path = category + '/' + scene.file_name;
      // The second record names the first one's picture.
      const std::string first = std::to_string(index++), second = std::to_string(index++);
      const bool yes_first = rng.below(2) == 0;
      table.add({first, image_cell(scene), yes_first ? pair->yes : pair->no, yes_first ? "Yes" : "No",
                 category, path});
      table.add({second, first, yes_first ? pair->no : pair->yes, yes_first ? "No" : "Yes", category, path});
    }
  }
  table.write(folder / "mme.tsv");
}

}  // namespace pixelsail
