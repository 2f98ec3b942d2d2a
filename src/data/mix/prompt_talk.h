#pragma once

/// Conversations about marked regions: which number each region gets, and the turn about a region that is not there.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/mix/sentences.h"

namespace pixelsail::detail {

/// Shares of the shapes that prompts become; absent: they stay masks.
using PromptShapes = std::optional<PromptShares>;

/// The shares of a kind that ends in "_shapes"; none for other kinds. Throws ConfigError for shares that are all 0.
PromptShapes shapes_of(const DatasetConfig& config);

/// Regions to ask about, in random order: from one to `most` of them.
std::vector<std::size_t> choose_regions(Draws& draws, std::size_t regions, std::size_t most);

class PromptTalk {
 public:
  /// Draws the numbers. `regions` <= 15. Texts come from `sentences`; negative questions are of `questions`, with
  /// `suffix` behind. All outlive it.
  PromptTalk(Draws& draws, std::size_t regions, const Sentences& sentences,
             const std::vector<std::string>& questions, std::string suffix = {});

  /// Number of the region that is asked about in this place.
  std::size_t number(std::size_t region) const { return order_[region]; }

  /// To be called before each question: with probability 0.05, once a sample, puts in a turn about a number
  /// that no region has.
  void before_question(std::vector<Utterance>& conversation);
  /// before_question(), a question of the list about the region, and "<PromptK>: ANSWER".
  void ask(std::size_t region, const std::string& answer, std::vector<Utterance>& conversation);
  /// The question with the mark in place of <region>.
  std::string question(const std::string& text, std::size_t number) const;
  std::string answer(const std::string& text, std::size_t number) const;

 private:
  Draws& draws_;
  const Sentences& sentences_;
  const std::vector<std::string>& questions_;
  std::string suffix_;
  std::size_t regions_;
  std::vector<std::size_t> order_;
  bool negative_put_in_ = false;
};

/// A region of a sample.
struct NumberedMask {
  std::size_t number = 0;
  Mask mask;
};

/// Sets the sample's prompts in the order in which they are painted: large ones first, of equal ones the later region
/// of the sample first. With `shapes` they then become boxes and points (data/mix/prompt_shapes.h).
void set_prompts(std::vector<NumberedMask> regions, const PromptShapes& shapes, Draws& draws, Sample& sample);

}  // namespace pixelsail::detail
