#pragma once

/// The sequences of an engine, and the memory of those that share an adapter. Internal to this room.
///
/// Legend: B sequences, C hidden size.

#include <torch/types.h>

#include <memory>
#include <span>
#include <vector>

#include "infer/engine.h"
#include "infer/prefix.h"
#include "infer/token_choice.h"

namespace pixelsail {

/// What all sequences of an engine have in common.
struct EngineContext {
  PixelSailImpl& model;
  bool keep_states = false, keep_logits = false;
  std::int64_t vocab_limit = 0, lookahead = 1;
  bool graphs = true;
  std::int64_t seg_id = -1;              ///< below 0: the model has no [SEG]
  std::vector<std::int64_t> pooled_ids;  ///< of tokens that stand for a region of the image
  PrefixStore prefixes;
};

struct Running {
  enum class Phase {
    kWaiting,  ///< nothing of it has been read
    kRead,     ///< the next token can be chosen
    kChosen,   ///< a token was chosen and has to be read
  };
  SequenceId id = 0;
  SequenceInput input;
  SequenceOptions options;
  Phase phase = Phase::kWaiting;
  std::int64_t row_position = 0, column_position = 0;  ///< of the next token to read
  std::int64_t next_id = -1;                           ///< the token that was chosen last
  std::int64_t tokens = 0;                             ///< chosen so far
  bool failed = false;                                 ///< its prompt could not be read

  std::shared_ptr<Prefix> prefix;  ///< null: none
  std::unique_ptr<KvCache> own;    ///< on the CPU: keys and values of its text
  std::int64_t slot = -1;          ///< on other devices: its row of the common cache

  torch::Tensor last_1C;  ///< state of the last token that was read
  /// What was read since the last event.
  std::vector<torch::Tensor> new_states, new_segs;
};

/// The token that was chosen last, as the next piece of the sequence.
SequenceInput next_piece(const Running& sequence, const EngineContext& context);

/// The prompt was read, the text behind the prefix to `rest_RC` (undefined: there is none).
void took_prompt(Running& sequence, const torch::Tensor& rest_RC, const EngineContext& context);
/// The token that was chosen last was read.
void took_token(Running& sequence, const torch::Tensor& state_1C, const EngineContext& context);

/// Keys and values of the sequences of one adapter. Whoever calls has attached it.
class SequenceMemory {
 public:
  virtual ~SequenceMemory() = default;
  /// Reads the prompts of waiting sequences and the chosen tokens of the others; all are in phase kRead
  /// afterwards. Returns the next token of each. When a prompt cannot be read its sequence is marked as failed,
  /// and the exception goes on; the others lose nothing.
  virtual std::vector<TokenChoice> next(std::span<Running* const> sequences) = 0;
  /// Frees what a sequence holds.
  virtual void leave(Running& sequence) = 0;
  /// Of keys and values that are not in a prefix.
  virtual std::int64_t bytes() const = 0;
};

/// One cache for each sequence, prompts one by one and tokens by CpuDecoder: a sequence gives the same bits
/// whatever else is read with it.
std::unique_ptr<SequenceMemory> make_cpu_memory(EngineContext& context);
/// One row of a common cache for each sequence, everything in batches: for devices with much to do at once.
std::unique_ptr<SequenceMemory> make_device_memory(EngineContext& context);

}  // namespace pixelsail
