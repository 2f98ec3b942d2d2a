#pragma once

/// The fixed sentences of questions and answers, shared by training and evaluation (a model is asked in
/// evaluation what it was asked in training).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pixelsail {

inline constexpr std::string_view kSegmentAnswer = "It is [SEG].";
inline constexpr std::string_view kNoTargetAnswer = "No target [SEG].";

/// Published questions, without the "<image>\n" in front of them; names in braces are places to be filled.
/// The one of RefCOCO begins with a space.
inline constexpr std::string_view kReferPrompt = " Please segment {sent} in this image.";
inline constexpr std::string_view kRegionCaptionPrompt =
    "Can you provide me with a detailed description of the region in the picture marked by <Prompt0>?";
inline constexpr std::string_view kPerBenchCaptionPrompt =
    "Can you provide me with a detailed description of the region in the picture marked by <Prompt0>? "
    "Please provide as detailed as possible.";
/// The missing space before "Select" is in the published script.
inline constexpr std::string_view kPerBenchChoicePrompt =
    "Please answer the question according to the <Prompt0>. {question}Select a correct choice.";
inline constexpr std::string_view kReasonSegSentencePrompt = "{question} Please output segmentation mask.";
inline constexpr std::string_view kReasonSegPhrasePrompt =
    "What is {question} in this image? Please output segmentation mask.";
/// As the published training data asks; there is no published evaluation of MUSE.
inline constexpr std::string_view kMusePrompt = "{question} Please respond with segmentation mask.";
/// The run of spaces is in the published script.
inline constexpr std::string_view kGcgPrompt =
    "Could you please give me a detailed description of the image? Please respond with interleaved     "
    "segmentation masks for the corresponding parts of the answer.";
/// {hint} brings its line end along, {options} are lines "\nA. ..".
inline constexpr std::string_view kChoicePrompt =
    "{hint}{question}{options}\nAnswer with the option's letter from the given choices directly.";
/// For questions in Chinese.
inline constexpr std::string_view kChineseChoicePrompt =
    "{hint}{question}{options}\n\u8bf7\u76f4\u63a5\u56de\u7b54\u9009\u9879\u5b57\u6bcd\u3002";
inline constexpr std::string_view kPlainPrompt = "{question}";
inline constexpr std::string_view kImageLine = "<image>\n";

/// Name of a place, and what is put there.
using TemplateValue = std::pair<std::string_view, std::string_view>;
/// The template with values at every {place} that has one; other braces stay, and values are not looked into.
std::string fill_template(std::string_view text, std::span<const TemplateValue> values);
std::string fill_template(std::string_view text, std::string_view place, std::string_view value);

inline std::string segment_question(std::string_view expression) {
  return fill_template(kReferPrompt, "sent", expression);
}

/// The published question about region number k.
std::string region_caption_question(std::size_t k);

/// "It is [SEG].", "It is [SEG] and [SEG].", "It is [SEG], [SEG] and [SEG].", ... for `masks` >= 1 masks.
std::string segment_answer(std::size_t masks);

}  // namespace pixelsail
