#pragma once

/// Two small data sets on disk and the stream of both.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "data/loader.h"
#include "fixtures.h"
#include "io/rle.h"

namespace pixelsail::test {

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() {
    small_refer().write(dir_.path(), "refcoco", "refs(unc).p");
    config_.root = dir_.path().string();
    config_.datasets = {{.kind = "refcoco", .weight = 1, .turns_per_sample = 2},
                        {.kind = "folder", .root = (dir_.path() / "own").string(), .weight = 2}};
    write_own(11);
  }
  /// `broken`: these lines point to an image that is not there.
  void write_own(int lines, const std::set<int>& broken = {}) {
    std::string text;
    for (int i = 0; i < lines; ++i) {
      Json line = {{"question", "number " + std::to_string(i)}, {"answer", "yes"}};
      if (broken.contains(i)) line["image"] = "missing" + std::to_string(i) + ".png";
      text += line.dump() + "\n";
    }
    write_text(dir_.path() / "own/samples.jsonl", text);
  }
  std::unique_ptr<Loader> make(std::int64_t batch = 4, std::uint64_t seed = 3, int rank = 0, int world = 1) {
    return std::make_unique<Loader>(config_, demo_builder(), batch, seed, rank, world);
  }
  static std::string text(const Example& e) {
    std::string result = e.id;
    for (const auto id : e.sequence.tokens.ids) result += " " + std::to_string(id);
    for (const auto& mask : e.masks) result += " " + rle_to_string(encode_mask(mask));
    return result;
  }
  static std::vector<std::string> take(Loader& loader, int batches) {
    std::vector<std::string> result;
    for (int i = 0; i < batches; ++i) {
      const Batch batch = loader.next();
      for (const Example& e : batch.examples) result.push_back(text(e));
      result.push_back("skipped " + std::to_string(batch.skipped));
      for (const std::string& reason : batch.skip_reasons) result.push_back(reason);
    }
    return result;
  }
  TempDir dir_;
  DataConfig config_;
};

}  // namespace pixelsail::test
