#pragma once

/// The words of an expression.

#include <string>

#include "synth/expressions.h"

namespace pixelsail {

/// kShort is the style of RefCOCO ("leftmost red star"), kLong that of RefCOCOg ("the red star that is ...").
enum class PhraseStyle { kShort, kLong };

/// Lower-case words separated by single spaces, no punctuation; the wording is drawn from several templates.
std::string phrase(const Expression& expression, PhraseStyle style, Rng& rng);

/// Adjectives and noun without article, always in the same words: "large striped red star", "red objects"
/// (`many`).
std::string noun_words(const Attributes& attributes, bool many = false);

/// "a" or "an" before the words.
std::string with_a(const std::string& words);

/// "a large striped red star in the upper left": a full description, always in the same words.
std::string describe_object(const Scene& scene, int object);

}  // namespace pixelsail
