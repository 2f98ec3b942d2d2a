#include "benchmarks/common/check_parts.h"
#include "benchmarks/folder/folder.h"

namespace pixelsail {

void check_folder(const BenchmarkConfig& config, const CheckOptions& options, BenchmarkCheck& check) {
  const FolderQuestions loaded = load_folder_questions(config.root, config.split);
  const PolygonMerge merge = options_of<FolderOptions>(config.options).gt_merge;
  PictureCheck pictures(check, options);
  std::int64_t masks = 0;
  for (const FolderQuestion& question : loaded.questions) {
    pictures.add(question.image, question.height, question.width);
    guarded(check, "masks cannot be used",
            [&] { masks += static_cast<std::int64_t>(folder_targets(config.root, question, merge).size()); });
    guarded(check, "regions cannot be used", [&] {
      for (const Region& region : folder_regions(config.root, question))
        if (question.height > 0) rasterize(region, question.height, question.width);
    });
  }
  check.count("questions", static_cast<std::int64_t>(loaded.questions.size()));
  check.count("masks", masks);
  if (loaded.without_picture > 0)
    check.note("lines without a picture are not asked", std::to_string(loaded.without_picture) + " lines");
  pictures.run();
}

}  // namespace pixelsail
