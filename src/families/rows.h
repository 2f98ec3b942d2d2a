#pragma once

/// The families of checkpoints, a row each. A new one is a file of this folder and its row here: the function
/// that describes it, and a Backbone when images enter its sequence in a way of its own.

#include <array>

#include "core/enum_names.h"

namespace pixelsail {

/// How an image enters the sequence: not at all (a plain language model); as linear patches with
/// two-dimensional positions that see each other ("sail"); as linear patches with row separators, read
/// causally ("solo"); through convolutions, with visual copies of all layers ("eve").
enum class Backbone { kText, kSail, kSolo, kEve };
constexpr auto enum_names(Backbone) {
  return std::array{EnumName{Backbone::kText, "text"}, EnumName{Backbone::kSail, "sail"},
                    EnumName{Backbone::kSolo, "solo"}, EnumName{Backbone::kEve, "eve"}};
}

struct BackboneFamily;

const BackboneFamily& pixelsail_family();
const BackboneFamily& qwen2_family();
const BackboneFamily& mistral_family();
const BackboneFamily& sail_family();
const BackboneFamily& solo_family();
const BackboneFamily& eve_family();

/// In the order in which messages list them.
inline constexpr std::array kFamilies{&pixelsail_family, &qwen2_family, &mistral_family,
                                      &sail_family,      &solo_family,  &eve_family};

}  // namespace pixelsail
