#include "eval/batch_plan.h"

#include <algorithm>

#include "core/fingerprint.h"
#include "core/part.h"

namespace pixelsail {
namespace {

/// The questions about one image, in their order.
struct ImageQuestions {
  std::int64_t pixels = 0;
  std::size_t longest = 0;
  QuestionBatch questions;
};

std::vector<ImageQuestions> by_image(const QuestionSet& set) {
  std::vector<ImageQuestions> groups(set.images.size());
  for (std::size_t i = 0; i < set.images.size(); ++i)
    groups[i].pixels = static_cast<std::int64_t>(set.images[i].height) * set.images[i].width;
  for (std::size_t i = 0; i < set.questions.size(); ++i) {
    ImageQuestions& group = groups.at(set.questions[i].image);
    group.questions.push_back(i);
    group.longest = std::max(group.longest, set.questions[i].prompt.size());
  }
  std::erase_if(groups, [](const ImageQuestions& group) { return group.questions.empty(); });
  std::ranges::stable_sort(groups, [](const ImageQuestions& a, const ImageQuestions& b) {
    return a.pixels != b.pixels ? a.pixels > b.pixels : a.longest > b.longest;
  });
  return groups;
}

}  // namespace

std::vector<QuestionBatch> plan_batches(const QuestionSet& set, std::int64_t batch_size) {
  const auto most = static_cast<std::size_t>(std::max<std::int64_t>(1, batch_size));
  std::vector<QuestionBatch> plan;
  for (const ImageQuestions& group : by_image(set)) {
    if (plan.empty() || plan.back().size() + group.questions.size() > most) plan.emplace_back();
    plan.back().insert(plan.back().end(), group.questions.begin(), group.questions.end());
  }
  return plan;
}

std::string plan_fingerprint(const QuestionSet& set, const std::vector<QuestionBatch>& plan) {
  Fingerprint fingerprint;
  for (const AskedQuestion& question : set.questions) {
    for (const std::string& text : {question.id, question.prompt}) {
      fingerprint.add(text);
      fingerprint.add(static_cast<std::int64_t>(text.size()));
    }
    const AskedImage& image = set.images.at(question.image);
    fingerprint.add(static_cast<std::int64_t>(question.image));
    fingerprint.add(image.height);
    fingerprint.add(image.width);
  }
  for (const QuestionBatch& batch : plan) {
    fingerprint.add(static_cast<std::int64_t>(batch.size()));
    for (const std::size_t question : batch) fingerprint.add(static_cast<std::int64_t>(question));
  }
  return fingerprint.text();
}

Shard parse_shard(const std::string& text) {
  const auto [index, count] = parse_part(text);
  return {.index = index, .count = count};
}

}  // namespace pixelsail
