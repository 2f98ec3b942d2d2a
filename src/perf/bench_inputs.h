#pragma once

/// What pixelsail-bench computes on: random weights, pictures and samples.

#include "core/rng.h"
#include "core/sequence.h"
#include "model/model.h"
#include "perf/bench.h"
#include "pixelsail/image.h"
#include "train/micro_batch.h"

namespace pixelsail {

/// The family's special tokens at the end of the vocabulary. Throws ConfigError for a vocabulary that is too
/// small for them.
void add_special_tokens(ModelConfig& config);

/// A new model with random weights on the device. On a GPU they are drawn there.
PixelSail random_model(const ModelConfig& config, const WeightOptions& options);

/// A gradient with noise, which compresses about as a photograph does.
Image random_image(int width, int height);

/// Image, then `texts` runs of random text, each ending with [SEG].
SequenceInput make_sample(const ModelConfig& config, const Patches& patches, int texts, int tokens, Rng& rng);

/// config.train_batch samples with a mask for each turn; all of their text is scored.
MicroBatch make_batch(const BenchConfig& config, const ModelConfig& model, const Patches& patches);

}  // namespace pixelsail
