#pragma once

/// The data sets of the mixture: one factory each, listed in registry.cpp (docs/howto_dataset.md).

#include <memory>
#include <string_view>
#include <vector>

#include "data/loader.h"

namespace pixelsail {

/// RefCOCO, RefCOCO+, RefCOCOg: one sample is one image with `turns_per_sample` of its expressions.
std::unique_ptr<Dataset> make_refcoco(const DatasetConfig& config, const DataConfig& data);
/// gRefCOCO: the same with several targets (one mask, their union) or none (an all-zero mask).
std::unique_ptr<Dataset> make_grefcoco(const DatasetConfig& config, const DataConfig& data);
/// RefCOCOg region captions: ROOT/refcocog_caption/finetune_refcocog_<split>_with_mask.json. One sample is
/// one image with `turns_per_sample` of its regions.
std::unique_ptr<Dataset> make_refcocog_caption(const DatasetConfig& config, const DataConfig& data);
/// Conversations about pictures in the layout of LLaVA's instruction data, ROOT/llava/llava_<split>.json:
///   [{"id","image":"folder/name.jpg","conversations":[{"from":"human","value":"<image>\nquestion"},
///     {"from":"gpt","value":"answer"},..]}]
/// with pictures below ROOT/images (or ROOT); a record without "image" is text alone. One sample is one
/// record with `turns_per_sample` of its pairs.
std::unique_ptr<Dataset> make_llava(const DatasetConfig& config, const DataConfig& data);
/// PerBench's layout (data/perbench.h) as training data, kinds perbench_caption, perbench_mcq,
/// perbench_vtres: split train in ROOT/perbench_train, val in ROOT/perbench. One sample is one question.
/// perbench_vtres: prompts are numbered without gaps, the answer is segment_answer() of the targets.
std::unique_ptr<Dataset> make_perbench(const DatasetConfig& config, const DataConfig& data);
/// Own data: ROOT/samples.jsonl, ROOT/images, ROOT/masks.
std::unique_ptr<Dataset> make_folder(const DatasetConfig& config, const DataConfig& data);

/// Kinds that make_dataset() takes.
std::vector<std::string_view> dataset_kinds();

namespace detail {

/// config.root, or data.root where that is empty.
std::filesystem::path dataset_root(const DatasetConfig& config, const DataConfig& data);

/// `count` different numbers of [0, n) in random order (all of them when n <= count).
std::vector<std::size_t> draw(std::size_t n, std::size_t count, Rng& rng);

}  // namespace detail
}  // namespace pixelsail
