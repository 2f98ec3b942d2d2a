#include "fake_model.h"

#include <set>
#include <stdexcept>

namespace pixelsail::test {

Mask rectangle_mask(int height, int width, int x0, int y0, int x1, int y1) {
  Mask mask(height, width);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) mask.at(y, x) = 1;
  }
  return mask;
}

AnswerBatch FakeModel::function() {
  return [this](std::span<const Query> queries) { return answer(queries); };
}

std::vector<Answer> FakeModel::answer(std::span<const Query> queries) {
  if (die_after > 0 && batches == die_after) throw RunError("killed");
  for (const Query& query : queries) {
    if (!poison.empty() && has(query.question, poison)) throw DataError("poisoned question");
    if (!trap.empty() && has(query.question, trap)) throw std::out_of_range("vector::at\nframe #0");
  }
  ++batches;
  questions += static_cast<int>(queries.size());
  batch_sizes.push_back(queries.size());
  std::set<const Image*> images;
  std::vector<Answer> answers;
  for (const Query& query : queries) {
    images.insert(query.image.get());
    prompts.push_back(query.question);
    Answer answer;
    answer.token_ids = {1, 2, 3};
    answer.token_log_probability = -0.25;
    if (!no_mask.empty() && has(query.question, no_mask)) {
      answer.text = "Nothing there.";
    } else {
      answer.text = "It is [SEG] [SEG].";
      const Image& image = *query.image;
      answer.masks = {rectangle_mask(image.height, image.width, x0, y0, x1, y1),
                      Mask(image.height, image.width)};
      answer.mask_scores = {0.75, 0};
    }
    answers.push_back(std::move(answer));
  }
  batch_images.push_back(images.size());
  return answers;
}

void write_refcoco(const std::filesystem::path& root, bool with_images) {
  ReferFiles files = small_refer();
  for (Json& ref : files.refs) {
    for (Json& sentence : ref["sentences"]) {
      sentence["kind"] = has(sentence["sent"].get<std::string>(), "left") ? "left" : "other";
    }
  }
  files.write(root, "refcoco", "refs(unc).p", with_images);
}

}  // namespace pixelsail::test
