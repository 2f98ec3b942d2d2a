#pragma once

/// A folder data set with sound lines and broken ones.

#include "../data/fixtures.h"
#include "survey/training_data.h"

namespace pixelsail::test {

class OwnFolder {
 public:
  OwnFolder() {
    write_image(dir_.path() / "images/a.png", 24, 32);
    write_image(dir_.path() / "images/b.png", 32, 32, 2);
  }
  const std::filesystem::path& path() const { return dir_.path(); }

  static Json expression(const std::string& image, const std::string& text, const Json& masks) {
    return {{"image", image}, {"expression", text}, {"masks", masks}};
  }
  TrainingData data(const std::vector<Json>& lines, std::int64_t turns = 1) const {
    std::string text;
    for (const Json& line : lines) text += line.dump() + "\n";
    write_text(dir_.path() / "samples.jsonl", text);
    TrainingData data{.config = {}, .builder = demo_builder(), .seed = 3};
    data.config.root = dir_.path().string();
    data.config.datasets = {{.kind = "folder", .turns_per_sample = turns}};
    return data;
  }

 private:
  TempDir dir_;
};

inline std::vector<Json> sound_lines() {
  const Json box = rectangle(2, 3, 9, 12);
  return {OwnFolder::expression("a.png", "the cup", {box, rectangle(12, 3, 19, 12)}),
          OwnFolder::expression("a.png", "the dog", Json::array({box})),
          OwnFolder::expression("b.png", "the cat", Json::array()),
          {{"image", "b.png"},
           {"question", "What is <Prompt0>?"},
           {"answer", "A cup."},
           {"regions", {"box:1,2,9,9"}}},
          {{"question", "Hello?"}, {"answer", "Hello."}}};
}

}  // namespace pixelsail::test
