#pragma once

/// Sequences about a few pictures, with and without adapters, and what each gives alone.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "../model/tiny_model.h"
#include "infer/engine.h"
#include "infer/prefix.h"

namespace pixelsail::testing_support {

/// All that an engine has said about one sequence.
struct Record {
  std::vector<std::int64_t> ids;
  std::vector<double> log_probabilities;
  std::vector<torch::Tensor> seg_states, masks;
  FinishReason done = FinishReason::kNone;

  void add(const EngineEvent& event) {
    if (event.token) {
      ids.push_back(*event.token);
      log_probabilities.push_back(event.log_probability);
    }
    for (const Seg& seg : event.segs) {
      seg_states.push_back(seg.state_1C);
      masks.push_back(seg.logits_HW);
    }
    done = event.done;
  }
};

inline bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || torch::equal(a, b));
}

inline bool same_bits(const Record& a, const Record& b) {
  const auto equal = [](const std::vector<torch::Tensor>& x, const std::vector<torch::Tensor>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [](const auto& p, const auto& q) { return same_bits(p, q); });
  };
  return a.ids == b.ids && a.log_probabilities == b.log_probabilities && a.done == b.done &&
         equal(a.seg_states, b.seg_states) && equal(a.masks, b.masks);
}

struct WorldOptions {
  Backbone backbone = Backbone::kSail;
  WeightOptions weights = {};
  bool pooled = false;
  bool adapters = true;
};

class World {
 public:
  explicit World(const WorldOptions& options)
      : config_(config_of(options)), model_(config_, options.weights) {
    model_->initialize(3);
    model_->eval();
    const torch::NoGradGuard no_grad;
    if (options.pooled) {
      for (const char* token : {"<Prompt0>", "<Prompt1>"}) favour(token, 6);
    }
    favour("[SEG]", 6);
    if (options.adapters) {
      for (const std::uint64_t seed : {1, 2}) add_adapter(seed);
    }
    Rng rng(9);
    add_image(rng, 2, 3, 4);
    add_image(rng, 3, 2, 3);
    for (const std::int64_t length : {1, 7}) add(random_sample(config_, rng, length, 0, 0, 0));
    alone_.resize(samples_.size());
  }

  PixelSailImpl& model() { return *model_; }
  const ModelConfig& config() const { return config_; }
  EngineOptions engine_options() const { return {.stop_ids = {5}, .vocab_limit = 60}; }
  std::size_t size() const { return samples_.size(); }
  const SequenceInput& sample(std::size_t i) const { return samples_[i].input; }
  const SequenceOptions& options(std::size_t i) const { return samples_[i].options; }

  /// Sequence i in an engine of its own.
  const Record& alone(std::size_t i) {
    if (alone_[i] == nullptr) {
      Engine engine(*model_, engine_options());
      engine.admit(sample(i), options(i));
      Record record;
      while (engine.stats().sequences > 0) {
        for (const EngineEvent& event : engine.step()) record.add(event);
      }
      alone_[i] = std::make_unique<Record>(std::move(record));
    }
    return *alone_[i];
  }

 private:
  struct Sample {
    SequenceInput input;
    SequenceOptions options;
  };

  static ModelConfig config_of(const WorldOptions& options) {
    ModelConfig config = family_config(options.backbone);
    config.tie_word_embeddings = false;
    if (options.pooled) config.prompt_injection = PromptInjection::kPooled;
    return config;
  }

  /// Makes a token likelier, or less likely: its logit gets larger.
  void favour(const char* token, double factor) {
    Linear& head = model_->single_transformer->lm_head;
    if (head->quantized) {
      const torch::Tensor weight = head->quantized->dequantized(torch::kFloat32);
      weight[config_.token_id(token)].mul_(factor);
      head->quantized->set_rows(0, weight);
    } else {
      head->weight[config_.token_id(token)].mul_(factor);
    }
  }

  void add_adapter(std::uint64_t seed) {
    auto adapter = std::make_shared<Adapter>(
        *model_, LoraConfig{.rank = 2, .alpha = 4, .dropout = 0, .targets = {"all-linear"}}, seed);
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(seed);
    for (const auto& [name, layer] : adapter->layers())
      layer->b_OR.copy_(torch::empty(layer->b_OR.sizes()).normal_(0, 0.3, generator));
    adapters_.push_back(adapter);
  }

  void add(const SequenceInput& input) {
    const auto index = static_cast<std::int64_t>(samples_.size());
    Sample sample{.input = input, .options = {.max_new_tokens = 1 + index * 5 % 9, .masks = true}};
    if (!adapters_.empty() && index % 4 > 1) sample.options.adapter = adapters_[index % 4 == 2 ? 0 : 1];
    samples_.push_back(std::move(sample));
  }

  /// Questions of different length about one picture, among them some with the same adapter.
  void add_image(Rng& rng, std::int64_t h, std::int64_t w, std::int64_t before) {
    const SequenceInput image = random_sample(config_, rng, before, h, w, 0);
    for (std::int64_t text = 0; text < 6; ++text) {
      SequenceInput question = image;
      std::int64_t position = 1 + std::max(*std::ranges::max_element(image.row_position),
                                           *std::ranges::max_element(image.column_position));
      for (std::int64_t i = 0; i < text * 3 % 11; ++i, ++position) {
        question.ids.push_back(i == 2 ? config_.token_id("[SEG]") : rng.between(6, 31));
        question.row_position.push_back(position);
        question.column_position.push_back(position);
      }
      add(question);
    }
  }

  ModelConfig config_;
  PixelSail model_;
  std::vector<std::shared_ptr<const Adapter>> adapters_;
  std::vector<Sample> samples_;
  std::vector<std::unique_ptr<Record>> alone_;
};

}  // namespace pixelsail::testing_support
