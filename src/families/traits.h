#pragma once

/// What a Pixel-SAIL does differently from backbone to backbone, beside sizes. Everything that runs asks here
/// and not for the family.

#include "families/rows.h"

namespace pixelsail {

struct BackboneTraits {
  bool image_sees_itself;       ///< attention inside the image has no direction (else all of it is causal)
  bool grid_positions;          ///< rotary positions of patches are rows and columns
  bool patches_replace_tokens;  ///< patch vectors, made by convolutions, stand in for token embeddings (else
                                ///< linear ones are added to them)
  bool visual_copies;           ///< every layer has a second set of weights for image tokens
  bool projects_prompts;        ///< prompts go through vp_embed before they are added
  bool sorts_prompts;           ///< in inference too, large prompts are painted before small ones
  bool scored_seg_only;    ///< in training, only a [SEG] of an answer has a mask (else also of a question)
  const char* chat;        ///< chat template of a Pixel-SAIL on this backbone
  const char* preprocess;  ///< how its images are prepared
};

/// Those of a language model are those that it has once it is a Pixel-SAIL: SAIL's.
const BackboneTraits& traits_of(Backbone backbone);

}  // namespace pixelsail
