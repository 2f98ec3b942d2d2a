#include "infer/prefix.h"

#include <torch/torch.h>

#include <algorithm>

#include "model/matmul.h"

namespace pixelsail {
namespace {

std::vector<std::int64_t> slice(const std::vector<std::int64_t>& values, std::int64_t begin) {
  return {values.begin() + begin, values.end()};
}

SequenceInput prefix_of(const SequenceInput& prompt) {
  SequenceInput prefix = prompt;
  const auto end = static_cast<std::size_t>(prompt.image_end);
  prefix.ids.resize(end);
  prefix.row_position.resize(end);
  prefix.column_position.resize(end);
  return prefix;
}

std::shared_ptr<Prefix> read_prefix(PixelSailImpl& model, const SequenceInput& prompt,
                                    const std::shared_ptr<const Adapter>& adapter, std::int64_t seg_id,
                                    bool keep_states) {
  constexpr std::int64_t kRoom = 64;
  const std::int64_t length = prompt.image_end;
  const std::int64_t text = static_cast<std::int64_t>(prompt.ids.size()) - length;
  auto prefix = std::make_shared<Prefix>(
      Prefix{.input = prefix_of(prompt),
             .adapter = adapter,
             .cache = make_cache(model, length + (model.device().is_cpu() ? std::max(kRoom, text) : 0)),
             .last_1C = {},
             .segs_1C = {},
             .image = nullptr,
             .states_PC = {}});
  const SequenceInput& input = prefix->input;
  const torch::Tensor hidden_PC =
      model.hidden_states(pack(std::span(&input, 1), model.device()), &prefix->cache);
  // What stays is copied: a view would hold all states.
  const auto kept = [&](const torch::Tensor& view) { return keep_states ? view : view.clone(); };
  prefix->last_1C = kept(hidden_PC.slice(0, length - 1));
  for (std::int64_t i = 0; i < length; ++i) {
    if (input.ids[static_cast<std::size_t>(i)] == seg_id)
      prefix->segs_1C.push_back(kept(hidden_PC.slice(0, i, i + 1)));
  }
  if (input.grid_h > 0) {
    const std::int64_t stride = input.row_stride > 0 ? input.row_stride : input.grid_w;
    prefix->image = std::make_shared<const ImageStates>(ImageStates{
        .patches_VC = kept(patch_states(hidden_PC, input.first_patch, input.grid_h, input.grid_w, stride)),
        .grid_h = input.grid_h,
        .grid_w = input.grid_w,
        .adapter = adapter});
  }
  if (keep_states) prefix->states_PC = hidden_PC;
  return prefix;
}

}  // namespace

bool same_prefix(const SequenceInput& a, const SequenceInput& b) {
  const auto equal_head = [&](const std::vector<std::int64_t>& x, const std::vector<std::int64_t>& y) {
    return std::equal(x.begin(), x.begin() + a.image_end, y.begin(), y.begin() + b.image_end);
  };
  const bool same_patches = a.patches_VK.defined() == b.patches_VK.defined() &&
                            (!a.patches_VK.defined() || a.patches_VK.is_same(b.patches_VK));
  return a.image_end == b.image_end && same_patches && a.prompt_of_patch == b.prompt_of_patch &&
         equal_head(a.ids, b.ids) && equal_head(a.row_position, b.row_position) &&
         equal_head(a.column_position, b.column_position);
}

void refer_to_image(SequenceInput& piece, const SequenceInput& prompt) {
  piece.earlier_patches_VK = prompt.patches_VK;
  piece.earlier_prompt_of_patch = prompt.prompt_of_patch;
}

SequenceInput rest_of(const SequenceInput& prompt, bool pools_prompts) {
  SequenceInput rest{.ids = slice(prompt.ids, prompt.image_end),
                     .row_position = slice(prompt.row_position, prompt.image_end),
                     .column_position = slice(prompt.column_position, prompt.image_end)};
  if (pools_prompts) refer_to_image(rest, prompt);
  return rest;
}

KvCache make_cache(const PixelSailImpl& model, std::int64_t capacity) {
  constexpr std::int64_t kStep = 16;
  const ModelConfig& config = model.config;
  return {
      config.num_hidden_layers,
      1,
      config.num_key_value_heads,
      (capacity + kStep - 1) / kStep * kStep,
      config.head_size(),
      torch::TensorOptions().dtype(activation_type(model.dtype(), model.device())).device(model.device())};
}

std::int64_t cache_bytes(const KvCache& cache, const ModelConfig& config) {
  return 2 * config.num_hidden_layers * cache.batch() * config.num_key_value_heads * cache.capacity() *
         config.head_size() * static_cast<std::int64_t>(c10::elementSize(cache.dtype()));
}

std::shared_ptr<Prefix> PrefixStore::get(PixelSailImpl& model, const SequenceInput& prompt,
                                         const std::shared_ptr<const Adapter>& adapter, std::int64_t seg_id,
                                         bool keep_states) {
  if (prompt.image_end == 0) return nullptr;
  std::erase_if(prefixes_, [](const auto& held) { return held.expired(); });
  for (const auto& held : prefixes_) {
    const std::shared_ptr<Prefix> prefix = held.lock();
    if (prefix != nullptr && prefix->adapter == adapter && same_prefix(prefix->input, prompt)) return prefix;
  }
  std::shared_ptr<Prefix> prefix = read_prefix(model, prompt, adapter, seg_id, keep_states);
  prefixes_.push_back(prefix);
  return prefix;
}

std::vector<std::shared_ptr<const Prefix>> PrefixStore::held() const {
  std::vector<std::shared_ptr<const Prefix>> alive;
  for (const auto& held : prefixes_) {
    if (auto prefix = held.lock()) alive.push_back(std::move(prefix));
  }
  return alive;
}

}  // namespace pixelsail
