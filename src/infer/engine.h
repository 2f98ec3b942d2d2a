#pragma once

/// Greedy decoding of sequences that come and go: admitted, stepped and cancelled from outside.
///
/// The image prefix of a sequence (everything in it sees everything) is read once, then text runs causally
/// behind it. Sequences about one image share its prefix while one of them is there.
///
/// On the CPU a sequence gives the same bits, its masks included, whatever else is running: prefixes and texts
/// are read one by one, tokens by kernels whose rows do not depend on each other.
///
/// Legend: L tokens, C hidden size, H, W the mask head's grid.

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/adapter.h"

namespace pixelsail {

using SequenceId = std::uint64_t;

struct EngineOptions {
  std::vector<std::int64_t> stop_ids;  ///< a sequence ends behind one of these (it is kept)
  /// Only ids below it are chosen (0: all): a padded vocabulary has rows that no token stands for.
  std::int64_t vocab_limit = 0;
  /// Tokens that a device other than the CPU computes before the host looks at them: fewer waits, and up to so many
  /// computed in vain behind the end of a sequence. Always 1 with keep_logits and in models whose tokens stand for regions.
  std::int64_t lookahead = 4;
  bool graphs = true;        ///< CUDA graphs for long answers, where the plug-in is loaded
  bool keep_states = false;  ///< fill EngineEvent::states_LC
  bool keep_logits = false;  ///< fill EngineEvent::logits_1V
};

struct SequenceOptions {
  std::int64_t max_new_tokens = 512;
  /// Null: what is attached to the model when the engine is made.
  std::shared_ptr<const Adapter> adapter;
  bool prompt_segs = true;  ///< also the [SEG] of the prompt get a Seg
  bool masks = false;       ///< fill Seg::logits_HW, in the step in which the [SEG] was read
};

struct ImageStates;

/// A [SEG] that has been read.
struct Seg {
  torch::Tensor state_1C;
  std::shared_ptr<const ImageStates> image;  ///< null: no image, no mask
  torch::Tensor logits_HW;                   ///< mask logits; undefined: not asked for, or no image
};

enum class FinishReason {
  kNone,    ///< it goes on
  kStop,    ///< a stop id
  kLength,  ///< max_new_tokens
};

/// What one step gave to one sequence.
struct EngineEvent {
  SequenceId id = 0;
  std::optional<std::int64_t> token;  ///< chosen now; none where a last [SEG] was only read
  double log_probability = 0;         ///< of the token
  /// Read in this step, in their order: of the prompt with the first event, later the one chosen before. The
  /// last token is read too when it is a [SEG] at the limit.
  std::vector<Seg> segs;
  FinishReason done = FinishReason::kNone;  ///< else this is the last event, and its memory is free
  torch::Tensor states_LC;                  ///< final states of the tokens read in this step
  torch::Tensor logits_1V;                  ///< float32, that the token was chosen from
};

struct EngineStats {
  std::int64_t sequences = 0;
  std::int64_t prefixes = 0;
  std::int64_t bytes = 0;  ///< keys, values and states of all of them
};

/// From one thread at a time. The model's adapters are switched during calls and put back.
class Engine {
 public:
  /// The model must outlive it and keep its weights.
  explicit Engine(PixelSailImpl& model, EngineOptions options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Nothing is computed before the next step. Throws RunError for a sequence without tokens.
  SequenceId admit(SequenceInput sequence, SequenceOptions options = {});

  /// One more token for every sequence; the prompts of new ones are read first. One event a sequence.
  /// When a prompt cannot be read its sequence is dropped and the exception goes on; the others continue with
  /// the next step.
  std::vector<EngineEvent> step();

  /// Drops a sequence and frees its memory; false when there is none of that id.
  bool cancel(SequenceId id);

  /// Mask logits [H, W] of [SEG] that have an image, in their order, however long ago they were read. On the
  /// CPU each has the same bits whatever others are computed with it; those of one image together take
  /// little longer than one.
  std::vector<torch::Tensor> predict_masks(std::span<const Seg> segs);

  EngineStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
