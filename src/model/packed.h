#pragma once

/// Several samples of different length as one run of tokens without padding.
///
/// Legend: T tokens of all samples, V patches of all samples, K = 3*P*P values of a patch.

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace pixelsail {

class Upload;
struct ModelConfig;

/// One sample, or the next piece of one whose beginning lies in a KV cache.
struct SequenceInput {
  std::vector<std::int64_t> ids;              ///< [L]
  std::vector<std::int64_t> row_position;     ///< [L]
  std::vector<std::int64_t> column_position;  ///< [L]
  /// [image_begin, image_end) is the image with all that belongs to it, from <vision> to </vision>; equal: no
  /// image in this piece.
  std::int64_t image_begin = 0, image_end = 0;
  std::int64_t first_patch = 0;
  std::int64_t grid_h = 0, grid_w = 0;
  std::int64_t row_stride = 0;                ///< tokens from one patch row to the next; 0: grid_w
  torch::Tensor patches_VK;                   ///< [h*w, K]; undefined without image
  std::vector<std::int64_t> prompt_of_patch;  ///< [h*w] prompt number, negative where none; empty: no prompts
  /// The same two of an image in the KV cache. Pooled prompts in this piece's text are made of them; a piece
  /// with an image of its own has none.
  torch::Tensor earlier_patches_VK;
  std::vector<std::int64_t> earlier_prompt_of_patch;
};

/// One sample's place in the packed run.
struct Segment {
  std::int64_t offset = 0;  ///< first token in T
  std::int64_t length = 0;
  std::int64_t image_begin = 0, image_end = 0;  ///< relative to the segment
  std::int64_t grid_h = 0, grid_w = 0;
  std::int64_t patch_offset = 0;  ///< first patch in V
  std::int64_t first_patch = 0;   ///< relative to the segment
  std::int64_t row_stride = 0;    ///< tokens from one patch row to the next
  std::int64_t patch_count() const { return grid_h * grid_w; }
};

/// What the prompts of all samples cover, S patches; for pooled prompts.
struct CoveredPatches {
  torch::Tensor patch_S;          ///< int64, index into patches_VK followed by earlier_WK; undefined: none
  torch::Tensor segment_S;        ///< int64, sample of each
  torch::Tensor number_S;         ///< int64, prompt number of each
  torch::Tensor segment_T;        ///< int64, sample of each token
  torch::Tensor earlier_WK;       ///< float32, patches of images in the KV cache; undefined: none
  std::int64_t number_limit = 0;  ///< all prompt numbers are below it
};

/// Tokens by the copy of the layers that computes them, where a family has two (Routing).
struct RoutedTokens {
  torch::Tensor text_n, visual_m;  ///< int64, tokens in their order; undefined: not made, or all of one kind
  torch::Tensor place_T;           ///< int64, where each token stands in the one behind the other
};

struct PackedInput {
  torch::Tensor ids_T;             ///< int64
  torch::Tensor row_T, column_T;   ///< int64 positions
  torch::Tensor patches_VK;        ///< float32; undefined: no patches
  torch::Tensor patch_token_V;     ///< int64, token of each patch
  torch::Tensor prompted_token_U;  ///< int64, tokens under a prompt; undefined: none
  torch::Tensor prompt_number_U;   ///< int64, their prompt numbers
  torch::Tensor prompt_ids_N;      ///< int64, ids of the prompts by their numbers; undefined: not made
  CoveredPatches covered;
  RoutedTokens routed;
  std::vector<Segment> segments;
  std::uint64_t dropout_seed = 0;  ///< of adapters in training; 0: no dropout
  std::int64_t token_count() const { return ids_T.size(0); }
};

/// States of the patches of one image, [h*w, C] in row-major order, out of those of its sequence [L, C].
torch::Tensor patch_states(const torch::Tensor& hidden_LC, std::int64_t first_patch, std::int64_t grid_h,
                           std::int64_t grid_w, std::int64_t row_stride);

/// Where samples lie in a packed run. Throws RunError when the parts of a sample do not fit each other.
std::vector<Segment> segments_of(std::span<const SequenceInput> samples);

/// A piece may be empty. What only some models read (prompt_ids_N, routed) is left to them. Throws as
/// segments_of() does.
PackedInput pack(std::span<const SequenceInput> samples, torch::Device device);

/// The same with all that a model of `config` reads, and nothing else. `packed` stays where it is until
/// `upload` is sent: the tensors are filled in then.
void pack(std::span<const SequenceInput> samples, const ModelConfig& config, Upload& upload,
          PackedInput& packed);

/// Fills in `routed` when `upload` is sent. Nothing to do where all tokens are of one kind.
void add_routed_tokens(const std::vector<Segment>& segments, Upload& upload, RoutedTokens& routed);

}  // namespace pixelsail
