#pragma once

/// Decodes several tokens of several sequences without asking the host in between: which token is next and where it
/// stands lies on the device. Internal to this room.
///
/// Legend: B slots, one a sequence or idle, K tokens, C hidden size, V words.

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/cuda_plugin.h"
#include "model/kv_cache.h"
#include "model/model.h"

namespace pixelsail {

/// Where a sequence stands: a token was chosen and has to be read.
struct PendingToken {
  std::int64_t id = 0;
  std::int64_t row_position = 0, column_position = 0;
  bool active = false;  ///< else nobody has the slot: it reads a token of its own over and over
};

/// What was read and chosen, on the host but for states and logits.
struct DecodedTokens {
  torch::Tensor states_KBC;  ///< of the tokens that were read
  torch::Tensor ids_KB;      ///< int64, chosen behind each
  torch::Tensor log_probabilities_KB;
  torch::Tensor logits_KBV;  ///< float32, on the device; undefined unless asked for
  std::int64_t tokens() const { return ids_KB.size(0); }
};

class DeviceDecoder {
 public:
  /// Only ids below `vocab_limit` are chosen (0: all). The model must outlive it.
  /// `graphs`: from the kGraphAfter-th token on with the same slots and memory a step is replayed as a CUDA graph, where
  /// the plug-in is loaded.
  DeviceDecoder(PixelSailImpl& model, std::int64_t vocab_limit, bool graphs);

  /// Capturing takes the time of a few steps: short answers do without.
  static constexpr std::int64_t kGraphAfter = 16;

  /// One slot for each sequence of the cache, whose lengths count. One copy to the device.
  void place(std::span<const PendingToken> slots, const KvCache& cache);

  /// To be called when the cache goes away: another one may lie where it lay, in another shape.
  void forget();

  /// Reads the pending tokens and those that are chosen behind them, `count` in all, and advances the cache. One copy to
  /// the host, none to the device. `embedded_BC`: in place of the vectors of the pending tokens, for a count of 1;
  /// undefined: their own.
  DecodedTokens run(KvCache& cache, std::int64_t count, bool keep_logits, const torch::Tensor& embedded_BC);

 private:
  struct Step {
    torch::Tensor states_BC, logits_BV, chosen_2B;  ///< chosen: ids and log probabilities, float64
  };
  Step step(KvCache& cache, const torch::Tensor& embedded_BC, std::int64_t longest);
  /// The same by a graph where there is one, or where it is time to make it.
  Step step_or_replay(KvCache& cache, const torch::Tensor& embedded_BC, std::int64_t longest);
  void capture(KvCache& cache);

  PixelSailImpl& model_;
  std::int64_t vocab_limit_;
  bool graphs_;
  std::vector<bool> active_;
  torch::Tensor places_5B_;                                     ///< what the next five are rows of
  torch::Tensor ids_B_, row_B_, column_B_, past_B_, active_B_;  ///< int64

  std::unique_ptr<CudaGraph> graph_;
  Step replayed_;                       ///< where the graph leaves its results
  const void* graph_memory_ = nullptr;  ///< the keys that it writes to
  std::int64_t steps_ = 0;              ///< with this memory and these slots
};

}  // namespace pixelsail
