#pragma once

/// The subtasks of MME, as its tables name them in the column "category".

#include <array>
#include <string_view>

namespace pixelsail {

inline constexpr std::array<std::string_view, 10> kMmePerception{
    "OCR", "artwork", "celebrity", "color", "count", "existence", "landmark", "position", "posters", "scene"};
inline constexpr std::array<std::string_view, 4> kMmeCognition{"code_reasoning", "commonsense_reasoning",
                                                               "numerical_calculation", "text_translation"};

}  // namespace pixelsail
