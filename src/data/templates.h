#pragma once

/// The fixed sentences of questions and answers, shared by training and evaluation (a model is asked in
/// evaluation what it was asked in training).

#include <cstddef>
#include <string>
#include <string_view>

namespace pixelsail {

inline constexpr std::string_view kSegmentAnswer = "It is [SEG].";
inline constexpr std::string_view kNoTargetAnswer = "No target [SEG].";

/// The published prompt is "<image>\n Please segment ..."; without its image line it begins with a space.
inline std::string segment_question(std::string_view expression) {
  return " Please segment " + std::string(expression) + " in this image.";
}

/// The published question about region number k.
inline std::string region_caption_question(std::size_t k) {
  return "Can you provide me with a detailed description of the region in the picture marked by <Prompt" +
         std::to_string(k) + ">?";
}

/// "It is [SEG].", "It is [SEG] and [SEG].", "It is [SEG], [SEG] and [SEG].", ... for `masks` >= 1 masks.
std::string segment_answer(std::size_t masks);

}  // namespace pixelsail
