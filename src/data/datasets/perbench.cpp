// PerBench's layout (annotations/perbench.h) as training data: split train in ROOT/perbench_train, val in
// ROOT/perbench. One sample is one question. perbench_vtres: prompts are numbered without gaps, the answer is
// segment_answer() of the targets.

#include "annotations/perbench.h"
#include "annotations/published_prompts.h"
#include "core/sequence.h"
#include "data/dataset.h"
#include "data/mask_pixels.h"
#include "io/rle.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// "perbench_train" for the split train, "perbench" for val.
std::filesystem::path folder_of(const DatasetConfig& config, const DataConfig& data) {
  if (config.split != "train" && config.split != "val")
    throw ConfigError(config.kind + ": split should be train or val, not \"" + config.split + "\"");
  return detail::dataset_root(config, data) / (config.split == "train" ? "perbench_train" : "perbench");
}

void check(const std::string& answer) {
  if (answer.find_first_not_of(" \t\r\n") == std::string::npos) throw DataError("the answer is empty");
}
void check(const PerBenchCaption& entry) {
  check(entry.caption);
}
void check(const PerBenchChoice& entry) {
  check(entry.answer);
}
void check(const PerBenchSegmentation& entry) {
  if (entry.prompts.size() > std::size_t{kPromptTokens})
    throw DataError("more than " + std::to_string(kPromptTokens) + " regions are shown");
}

void fill(const PerBenchCaption& entry, SampleTurn& turn, std::vector<Mask>& prompts) {
  turn.answer = entry.caption;
  prompts.push_back(decode_mask(entry.region));
}

void fill(const PerBenchChoice& entry, SampleTurn& turn, std::vector<Mask>& prompts) {
  turn.answer = entry.answer;
  prompts.push_back(decode_mask(entry.region));
}

void rename(std::string& question, int from, std::size_t to) {
  const std::string old_tag = "<Prompt" + std::to_string(from) + ">";
  const std::string new_tag = "<Prompt" + std::to_string(to) + ">";
  if (old_tag == new_tag) return;
  for (std::size_t at = question.find(old_tag); at != std::string::npos;
       at = question.find(old_tag, at + new_tag.size()))
    question.replace(at, old_tag.size(), new_tag);
}

void fill(const PerBenchSegmentation& entry, SampleTurn& turn, std::vector<Mask>& prompts) {
  turn.answer = segment_answer(entry.targets.size());
  auto& masks = turn.masks.emplace();
  for (const Rle& target : entry.targets) {
    masks.push_back(decode_mask(target));
    detail::require_pixels(masks.back(), entry.id + ": target " + std::to_string(masks.size() - 1));
  }
  for (const PerBenchPrompt& prompt : entry.prompts) {
    // Tags of targets have numbers too. A sample's prompts have no gaps, so those behind a gap move up;
    // numbers ascend, so that the new one is not taken.
    rename(turn.question, prompt.number, prompts.size());
    prompts.push_back(decode_mask(prompt.region));
  }
}

template <class Entry>
class PerBenchDataset : public Dataset {
 public:
  PerBenchDataset(std::filesystem::path folder, std::vector<Entry> entries, const DatasetConfig& config)
      : folder_(std::move(folder)), name_(config.kind + " " + config.split), entries_(std::move(entries)) {
    for (const Entry& entry : entries_) {
      try {
        check(entry);
      } catch (const Error& e) {
        throw_with_context(e, folder_.string() + ": " + name_ + " " + entry.id);
      }
    }
  }
  const std::string& name() const override { return name_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(entries_.size()); }

  Sample make(std::int64_t index, Draws&) const override {
    const Entry& entry = entries_.at(static_cast<std::size_t>(index));
    Sample sample;
    sample.id = name_ + " " + entry.id;
    sample.image = perbench_image_path(folder_, entry.image_name);
    sample.image_key = entry.image_name;
    SampleTurn turn;
    turn.question = perbench_question(entry).substr(kImageLine.size());
    fill(entry, turn, sample.prompts);
    sample.turns.push_back(std::move(turn));
    return sample;
  }

 private:
  std::filesystem::path folder_;
  std::string name_;
  std::vector<Entry> entries_;
};

template <class Entry>
std::unique_ptr<Dataset> make(std::vector<Entry> (*load)(const std::filesystem::path&),
                              const DatasetConfig& config, const DataConfig& data) {
  detail::by_published_rules(config, "simple", "simple");
  if (config.turns_per_sample != 1) throw ConfigError(config.kind + ": turns_per_sample must be 1");
  if (!config.split_by.empty()) throw ConfigError(config.kind + ": split_by has no meaning here");
  const std::filesystem::path folder = folder_of(config, data);
  return std::make_unique<PerBenchDataset<Entry>>(folder, load(folder), config);
}

}  // namespace

std::unique_ptr<Dataset> make_perbench_caption(const DatasetConfig& config, const DataConfig& data) {
  return make(load_perbench_captions, config, data);
}

std::unique_ptr<Dataset> make_perbench_mcq(const DatasetConfig& config, const DataConfig& data) {
  return make(load_perbench_choices, config, data);
}

std::unique_ptr<Dataset> make_perbench_vtres(const DatasetConfig& config, const DataConfig& data) {
  return make(load_perbench_segmentations, config, data);
}

}  // namespace pixelsail
