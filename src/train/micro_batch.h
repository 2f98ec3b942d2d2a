#pragma once

/// Micro-batches, and how the samples of one are shared out.

#include <vector>

#include "loss/target.h"
#include "model/packed.h"

namespace pixelsail {

/// Samples ready for the model; what a pass of forward and backward is made of.
struct MicroBatch {
  std::vector<SequenceInput> samples;
  std::vector<SampleTarget> targets;
};

/// What a rank computes of a micro-batch.
using BatchShard = MicroBatch;

/// The samples in `count` shards of about as many tokens: the longest first, each to the shortest shard.
std::vector<BatchShard> split_micro_batch(MicroBatch batch, std::size_t count);

}  // namespace pixelsail
