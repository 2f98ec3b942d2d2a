#pragma once

/// Pairs of questions about a scene, one to be answered with yes and one with no, as MME asks them.

#include <optional>
#include <string>
#include <string_view>

#include "synth/scene.h"

namespace pixelsail {

struct YesNoPair {
  std::string yes, no;
  /// What both ask about as it is ("red", "three", "left side"); empty for existence, which is seen at once.
  std::string fact;
};

/// "It is red. No": the fact, then the verdict, as training data answers: a small model learns to compare a
/// word that it said with the question long before it can do so at once. Scoring reads the verdict from it.
std::string fact_and_verdict(const YesNoPair& pair, bool yes);

/// The subtasks of MME that make sense for scenes: existence, count, color, position (perception),
/// numerical_calculation and commonsense_reasoning (cognition).
enum class MmeSubtask { kExistence, kCount, kColor, kPosition, kCalculation, kReasoning };
inline constexpr int kMmeSubtaskCount = 6;
std::string_view name_of(MmeSubtask subtask);

/// Questions end with "Please answer yes or no.". Nothing when the scene does not allow such a pair.
std::optional<YesNoPair> ask_yes_no(MmeSubtask subtask, const Scene& scene, Rng& rng);

}  // namespace pixelsail
