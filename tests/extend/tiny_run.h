#pragma once

/// A training run that takes seconds: a tiny model on two questions about a photo.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "io/atomic_file.h"
#include "io/json.h"
#include "support/tiny_training.h"
#include "train/trainer.h"

namespace pixelsail::extend {

/// Writes the data of the run into `folder`, where the run goes too.
inline RunConfig tiny_run(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  const fs::path repository(PIXELSAIL_SOURCE_DIR);
  fs::remove_all(folder);
  fs::create_directories(folder / "data" / "images");
  fs::copy_file(repository / "data" / "photo.jpg", folder / "data" / "images" / "photo.jpg");
  write_file_atomic(
      folder / "data" / "samples.jsonl",
      R"({"image": "photo.jpg", "expression": "the cup", "masks": [[[170, 20, 410, 20, 410, 300, 170, 300]]]})"
      "\n"
      R"({"image": "photo.jpg", "question": "What is <Prompt0>?", "answer": "A cup.", "regions": ["box:170,20,240,280"]})"
      "\n");
  RunConfig c = test::tiny_training();
  c.output_dir = (folder / "run").string();
  c.threads = 1;
  c.max_image_side = 64;
  c.data.root = (folder / "data").string();
  c.data.datasets = {{.kind = "folder"}};
  c.train.steps = 2;
  c.train.batch_size = 2;
  c.train.accumulate = 1;
  c.train.optimizer.lr = 1e-3;
  c.train.optimizer.warmup_fraction = 0;
  return c;
}

/// A value of each line of log.jsonl.
inline std::vector<double> logged(const RunConfig& config, const std::string& key) {
  std::vector<double> values;
  read_jsonl(std::filesystem::path(config.output_dir) / "log.jsonl",
             [&](Json&& line, std::size_t) { values.push_back(line.at(key).get<double>()); });
  return values;
}

inline std::filesystem::path test_folder(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / ("extend_" + name);
}

}  // namespace pixelsail::extend
