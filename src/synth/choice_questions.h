#pragma once

/// Multiple-choice questions about a scene. Exactly one option is right; the others are wrong for the scene.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "synth/expressions.h"

namespace pixelsail {

enum class Skill {
  kCount,  ///< how many objects fit a word
  kColor,  ///< of an object singled out by other words (so do the next four)
  kShape,
  kPattern,
  kSize,       ///< two options, all others have four
  kPlace,      ///< the corner it lies in
  kExtreme,    ///< which object is the leftmost
  kNearest,    ///< which object is nearest to another
  kExistence,  ///< which of four objects there is
  kRemainder   ///< how many are left without those of a colour
};

struct ChoiceQuestion {
  Skill skill = Skill::kCount;
  std::string text;
  std::vector<std::string> options;
  std::size_t right = 0;  ///< of options
};

/// What MMBench's questions about kRemainder begin with, as their hint.
std::string_view choice_hint(const Scene& scene);

/// One of the words that may be said of the object: its noun, colour, size or pattern, or a thing's category.
unsigned one_word(const Object& object, Rng& rng);

/// The fewest words without those of `forbidden` (bits of expressions.h) that only this object fits.
std::optional<Attributes> single_out(const Scene& scene, int object, unsigned forbidden = 0);

/// "zero", "one", ... for up to twelve.
std::string number_word(std::size_t number);

/// Nothing when the scene does not allow such a question. The right option comes first.
std::optional<ChoiceQuestion> ask_choice(Skill skill, const Scene& scene, Rng& rng);
/// About one object, which is not named but called `name`; kColor to kPlace only.
std::optional<ChoiceQuestion> ask_about(Skill skill, const Scene& scene, int object, const std::string& name,
                                        Rng& rng);

/// "A" for the first.
std::string option_letter(std::size_t option);
/// The question and its options, each on a line of its own ("A. disc"), with a line break at the end.
std::string with_option_lines(const ChoiceQuestion& question);
/// "It is ring (C)": the right option and its letter, as training data answers. The words are what the model
/// sees; with them said, the letter can be read off the options, which a small model learns long before it
/// knows letters at once. "It is" puts a blank before them as in the question, so that they are the same
/// tokens there and here. All rules of scoring take the letter from such an answer.
std::string words_and_letter(const ChoiceQuestion& question);

/// Puts right options at A, B, C, D equally often: each place once in every run of as many questions.
class AnswerPlaces {
 public:
  /// Shuffles the options of a question whose right one comes first.
  void arrange(ChoiceQuestion& question, Rng& rng);

 private:
  std::vector<std::vector<std::size_t>> left_;  ///< places not used yet, by number of options
};

}  // namespace pixelsail
