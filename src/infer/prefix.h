#pragma once

/// The first phase of a sequence, up to the end of its image: read once, shared by all sequences about it.
///
/// Legend: P tokens of the prefix, C hidden size, V patches.

#include <torch/types.h>

#include <memory>
#include <vector>

#include "model/adapter.h"
#include "model/kv_cache.h"

namespace pixelsail {

/// What a mask needs of an image. Sequences about the same image have the same one.
struct ImageStates {
  torch::Tensor patches_VC;
  std::int64_t grid_h = 0, grid_w = 0;
  std::shared_ptr<const Adapter> adapter;  ///< it was read with; null: none of the caller's
};

/// Read tokens, and all that later tokens and masks need of them. It does not change once it is read, but for
/// the room behind its keys and values.
struct Prefix {
  SequenceInput input;
  std::shared_ptr<const Adapter> adapter;
  /// One sequence of P tokens. Texts are read in the room behind it, and then kept elsewhere.
  KvCache cache;
  torch::Tensor last_1C;                     ///< state of the last token
  std::vector<torch::Tensor> segs_1C;        ///< states of the [SEG] in it
  std::shared_ptr<const ImageStates> image;  ///< null without patches
  torch::Tensor states_PC;                   ///< of all tokens, where they are kept; else undefined
};

/// Whether two prompts have the same first phase: image, prompts on it, and what stands in front.
bool same_prefix(const SequenceInput& a, const SequenceInput& b);

/// The second phase: the text behind the image. `pools_prompts`: a <Promptk> in it stands for patches.
SequenceInput rest_of(const SequenceInput& prompt, bool pools_prompts);

/// Pooled prompts in `piece` stand for patches that were read with the prompt.
void refer_to_image(SequenceInput& piece, const SequenceInput& prompt);

/// An empty cache of one sequence. Its capacity is a multiple of 16 tokens: the heads in it then begin at
/// addresses that are aligned alike, whatever the capacity.
KvCache make_cache(const PixelSailImpl& model, std::int64_t capacity);
std::int64_t cache_bytes(const KvCache& cache, const ModelConfig& config);

/// Prefixes that some sequence holds.
class PrefixStore {
 public:
  /// That of the prompt, read alone with the adapter that is attached (and named) unless it is there; null
  /// when the prompt has none. `seg_id`: below 0 for none.
  std::shared_ptr<Prefix> get(PixelSailImpl& model, const SequenceInput& prompt,
                              const std::shared_ptr<const Adapter>& adapter, std::int64_t seg_id,
                              bool keep_states);
  std::vector<std::shared_ptr<const Prefix>> held() const;

 private:
  std::vector<std::weak_ptr<Prefix>> prefixes_;
};

}  // namespace pixelsail
