#pragma once

/// Pairs of questions about a scene, one to be answered with yes and one with no, as MME asks them.

#include <optional>
#include <string>
#include <string_view>

#include "synth/scene.h"

namespace pixelsail {

struct YesNoPair {
  std::string yes, no;
};

/// The subtasks of MME that make sense for scenes: existence, count, color, position (perception),
/// numerical_calculation and commonsense_reasoning (cognition).
enum class MmeSubtask { kExistence, kCount, kColor, kPosition, kCalculation, kReasoning };
inline constexpr int kMmeSubtaskCount = 6;
std::string_view name_of(MmeSubtask subtask);

/// Questions end with "Please answer yes or no.". Nothing when the scene does not allow such a pair.
std::optional<YesNoPair> ask_yes_no(MmeSubtask subtask, const Scene& scene, Rng& rng);

}  // namespace pixelsail
