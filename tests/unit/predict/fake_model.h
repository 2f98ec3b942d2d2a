#pragma once

/// A model that answers without a network, and the data it is asked about.

#include <string>
#include <vector>

#include "../annotations/fixtures.h"
#include "predict/ask_model.h"

namespace pixelsail::test {

/// Answers every question with one mask: the rectangle [x0, x1) x [y0, y1).
class FakeModel {
 public:
  int x0 = 2, y0 = 2, x1 = 8, y1 = 8;
  /// Questions that hold this text throw DataError; the whole batch fails with them.
  std::string poison;
  /// The same with an exception that nobody foresaw.
  std::string trap;
  /// Questions that hold this text get no mask.
  std::string no_mask;
  /// Throws RunError when this many batches were answered (0: never).
  int die_after = 0;

  int batches = 0, questions = 0;
  std::vector<std::size_t> batch_sizes;
  /// Distinct image pointers of each batch.
  std::vector<std::size_t> batch_images;
  std::vector<std::string> prompts;

  /// The returned function refers to this object.
  AnswerBatch function();

 private:
  std::vector<Answer> answer(std::span<const Query> queries);
};

/// small_refer() as split "train" of refcoco below `root`, with kinds "left" and "other".
void write_refcoco(const std::filesystem::path& root, bool with_images = true);

Mask rectangle_mask(int height, int width, int x0, int y0, int x1, int y1);

}  // namespace pixelsail::test
