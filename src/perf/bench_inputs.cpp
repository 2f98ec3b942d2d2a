#include "perf/bench_inputs.h"

#include <ATen/Context.h>
#include <torch/torch.h>

#include <algorithm>

#include "model/parameter_list.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Appends tokens whose positions are given or count on.
class SampleBuilder {
 public:
  explicit SampleBuilder(const ModelConfig& config) : config_(config) {}

  /// The image as the family has it: with grid positions between two tokens, or in one row with separators.
  void add_image(const Patches& patches) {
    const bool grid = config_.traits().image_sees_itself, replaced = config_.traits().patches_replace_tokens;
    sample_.grid_h = patches.grid_h;
    sample_.grid_w = patches.grid_w;
    sample_.row_stride = grid ? patches.grid_w : patches.grid_w + 1;
    add(config_.token_id("<vision>"));
    sample_.first_patch = length();
    const std::int64_t origin = next_;
    for (std::int64_t row = 0; row < patches.grid_h; ++row) {
      for (std::int64_t column = 0; column < patches.grid_w; ++column) {
        if (grid) {
          push(config_.token_id("<vpatch>"), origin + row, origin + column);
        } else {
          add(config_.token_id("<vpatch>"));
        }
      }
      if (!grid && (replaced || row + 1 < patches.grid_h)) add(config_.token_id("</vision>"));
    }
    if (grid) next_ = origin + std::max(patches.grid_h, patches.grid_w);
    if (!replaced) add(config_.token_id("</vision>"));
    sample_.image_end = length();
    sample_.patches_VK = torch::tensor(at::ArrayRef<float>(patches.values))
                             .view({patches.grid_h * patches.grid_w, patches.dim});
  }
  void add(std::int64_t id) {
    push(id, next_, next_);
    ++next_;
  }
  SequenceInput finish() { return std::move(sample_); }

 private:
  std::int64_t length() const { return static_cast<std::int64_t>(sample_.ids.size()); }
  void push(std::int64_t id, std::int64_t row, std::int64_t column) {
    sample_.ids.push_back(id);
    sample_.row_position.push_back(row);
    sample_.column_position.push_back(column);
  }

  const ModelConfig& config_;
  std::int64_t next_ = 0;
  SequenceInput sample_;
};

}  // namespace

void add_special_tokens(ModelConfig& config) {
  std::int64_t id = config.vocab_size - 64;
  if (id < 256) throw ConfigError("bench: the vocabulary needs at least 320 tokens");
  for (const char* token :
       {"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "<vpatch>", "</vision>", "[SEG]"}) {
    config.special_token_ids[token] = id++;
  }
  for (std::int64_t k = 0; k < config.visual_prompt_nums; ++k) {
    config.special_token_ids["<Prompt" + std::to_string(k) + ">"] = id++;
  }
}

PixelSail random_model(const ModelConfig& config, const WeightOptions& options) {
  PixelSail model(config, options);
  if (!options.device.is_cuda() || options.quantization != Quantization::kNone) {
    model->initialize(1);
    return model;
  }
  // Three billion values drawn on the CPU would take longer than all that is measured.
  const torch::NoGradGuard no_grad;
  at::Generator generator = at::globalContext().defaultGenerator(options.device).clone();
  generator.set_current_seed(1);
  for (auto& item : model->named_parameters()) {
    const InitialValue start = initial_value(item.key(), item.value().sizes().vec(), config);
    if (start.deviation > 0) {
      item.value().normal_(0.0, start.deviation, generator);
    } else {
      item.value().fill_(start.constant);
    }
  }
  return model;
}

Image random_image(int width, int height) {
  Image image(height, width);
  Rng rng(1, "bench image");
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        image.pixel(y, x)[c] =
            static_cast<std::uint8_t>((x + y * (c + 1)) / 4 % 200 + static_cast<int>(rng.below(30)));
      }
    }
  }
  return image;
}

SequenceInput make_sample(const ModelConfig& config, const Patches& patches, int texts, int tokens,
                          Rng& rng) {
  SampleBuilder builder(config);
  builder.add_image(patches);
  for (int text = 0; text < texts; ++text) {
    for (int i = 0; i + 1 < tokens; ++i) builder.add(rng.between(0, 255));
    builder.add(config.token_id("[SEG]"));
  }
  return builder.finish();
}

MicroBatch make_batch(const BenchConfig& config, const ModelConfig& model, const Patches& patches) {
  MicroBatch batch;
  Rng rng(2, "bench batch");
  for (int i = 0; i < config.train_batch; ++i) {
    batch.samples.push_back(make_sample(model, patches, config.train_turns, config.text_tokens, rng));
    SampleTarget target{.labels = batch.samples.back().ids};
    for (std::size_t t = 0; t < target.labels.size(); ++t) {
      if (target.labels[t] == model.token_id("[SEG]"))
        target.seg_positions.push_back(static_cast<std::int64_t>(t));
      if (static_cast<std::int64_t>(t) < batch.samples.back().image_end) target.labels[t] = kIgnoredLabel;
    }
    target.masks_Nhw =
        torch::zeros({config.train_turns, config.image_height, config.image_width}, torch::kUInt8);
    target.masks_Nhw.slice(1, config.image_height / 4, config.image_height / 2).fill_(1);
    if (config.loss.distill.mask2former_channels > 0) {
      target.mask2former_chw = torch::zeros(
          {config.loss.distill.mask2former_channels, config.image_height / 4, config.image_width / 4});
    }
    if (config.loss.distill.sam2_channels > 0) {
      constexpr std::int64_t kSide = 64;  // of SAM 2's image embedding
      target.sam2_chw = torch::zeros({config.loss.distill.sam2_channels, kSide, kSide});
    }
    batch.targets.push_back(std::move(target));
  }
  return batch;
}

}  // namespace pixelsail
