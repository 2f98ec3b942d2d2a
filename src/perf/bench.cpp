#include "perf/bench.h"

#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/rng.h"
#include "core/sequence.h"
#include "image/codec.h"
#include "image/preprocess.h"
#include "infer/generate.h"
#include "model/device.h"
#include "model/matmul.h"
#include "model/parameter_list.h"
#include "perf/median.h"
#include "pixelsail/error.h"
#include "train/step.h"

namespace pixelsail {
namespace {

double median_seconds(int runs, torch::Device device, const std::function<void()>& body) {
  const auto timed = [&] {
    const auto begin = std::chrono::steady_clock::now();
    body();
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  timed();  // warm-up
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) seconds.push_back(timed());
  return median(std::move(seconds));
}

/// Special tokens at the end of the vocabulary.
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

Image random_image(int width, int height) {
  Image image(height, width);
  Rng rng(1, "bench image");
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        // A gradient with noise compresses about as a photograph does.
        image.pixel(y, x)[c] =
            static_cast<std::uint8_t>((x + y * (c + 1)) / 4 % 200 + static_cast<int>(rng.below(30)));
      }
    }
  }
  return image;
}

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

/// Image, then `texts` runs of random text, each ending with [SEG].
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
    batch.targets.push_back(std::move(target));
  }
  return batch;
}

std::int64_t weight_bytes(const Linear& layer) {
  return layer->quantized ? layer->quantized->nbytes() : static_cast<std::int64_t>(layer->weight.nbytes());
}

/// What one step of decoding reads behind `tokens` tokens: weights of the text parts, the output layer, keys
/// and values.
std::int64_t decode_bytes(PixelSailImpl& model, std::int64_t tokens) {
  const ModelConfig& config = model.config;
  LanguageModelImpl& language = *model.single_transformer;
  std::int64_t bytes = language.lm_head
                           ? weight_bytes(language.lm_head)
                           : static_cast<std::int64_t>(language.model->embed_tokens->weight.nbytes());
  for (const auto& module : *language.model->layers) {
    const LayerParts parts = module->as<DecoderLayerImpl>()->text_parts();
    for (const Linear& layer :
         {parts.q, parts.k, parts.v, parts.o, parts.mlp->gate_proj, parts.mlp->up_proj, parts.mlp->down_proj})
      bytes += weight_bytes(layer);
  }
  const auto element =
      static_cast<std::int64_t>(c10::elementSize(activation_type(model.dtype(), model.device())));
  return bytes +
         2 * config.num_hidden_layers * config.num_key_value_heads * config.head_size() * tokens * element;
}

/// Tokens a second behind the first one: reading the prompt is not decoding. The median of several runs.
double decode_speed(const BenchConfig& config, PixelSailImpl& model, const SequenceInput& prompt) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> speeds;
  for (int run = 0; run <= config.runs; ++run) {
    std::vector<Clock::time_point> times;
    const GenerateOptions options{.max_new_tokens = 1 + config.decode_tokens,
                                  .after_token = [&times] { times.push_back(Clock::now()); }};
    generate(model, std::span(&prompt, 1), options);
    if (run == 0) continue;  // the first one warms up
    const double seconds = std::chrono::duration<double>(times.back() - times.front()).count();
    speeds.push_back(config.decode_tokens / std::max(seconds, 1e-9));
  }
  return median(std::move(speeds));
}

/// Floating-point operations of a train step: two for each weight and token forward, twice that backward, and
/// attention; the mask head by what its layers see.
double train_flops(const PixelSailImpl& model, const MicroBatch& batch) {
  const ModelConfig& config = model.config;
  double flops = 0;
  for (const SequenceInput& sample : batch.samples) {
    const auto tokens = static_cast<double>(sample.ids.size());
    const double attention =
        4.0 * tokens * tokens * static_cast<double>(config.num_attention_heads * config.head_size());
    double pixels = static_cast<double>(sample.grid_h * sample.grid_w), mask_head = 0;
    for (const ParameterSpec& spec : parameter_list(config)) {
      const auto weights = static_cast<double>(spec.numel());
      if (spec.group == "layers" && spec.name.find("moe_") == std::string::npos)
        flops += 2 * weights * tokens;
      if (spec.group == "vis_embed" || spec.group == "vision_tower") flops += 2 * weights * pixels;
    }
    const auto inner = static_cast<double>(config.mask_in_dim());
    for (std::int64_t block = 0; block < config.num_upsample_blocks(); ++block) {
      mask_head += 2 * pixels * 4 * inner * inner;  // the transposed convolution, then the pointwise one
      pixels *= 4;
      mask_head += 2 * pixels * inner * inner;
    }
    mask_head += 2 * pixels * inner * (inner + static_cast<double>(config.seg_hidden_states));
    flops += attention * static_cast<double>(config.num_hidden_layers) + mask_head;
  }
  return 3 * flops;
}

void bench_training(const BenchConfig& config, PixelSailImpl& model, const Patches& patches,
                    nlohmann::ordered_json& result) {
  if (config.dtype != "f32" && config.dtype != "bf16")
    throw ConfigError("bench: training runs in f32 or bf16");
  model.to(torch::kFloat32);
  model.train();
  model.single_transformer->model->recompute = config.recompute;
  Objective objective(model.config, config.loss, model.device());
  objective->initialize(2);
  NamedTensors parameters = named_tensors(model);
  for (auto& [name, tensor] : named_tensors(*objective)) parameters.emplace_back(name, tensor);
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(parameters, {});
  TrainStep step(model, *objective, *optimizer, {.bf16 = config.dtype == "bf16", .seed = 1});
  const MicroBatch batch = make_batch(config, model.config, patches);
  StepResult last;
  std::int64_t index = 0;
  result["train_step_s"] = median_seconds(config.runs, model.device(), [&] {
    step.accumulate(batch, index++, 0, 1);
    last = step.finish(1e-5);
  });
  result["train_forward_s"] = last.forward_s;
  result["train_backward_s"] = last.backward_s;
  result["train_optimizer_s"] = last.optimizer_s;
  result["train_tokens"] = last.tokens;
  const double tera = train_flops(model, batch) / 1e12;
  result["train_tflop"] = tera;
  result["train_tflops"] = tera / result["train_step_s"].get<double>();
  if (config.peak_tflops > 0) result["train_mfu"] = result["train_tflops"].get<double>() / config.peak_tflops;
}

}  // namespace

nlohmann::ordered_json run_bench(const BenchConfig& config) {
  set_threads(config.threads);
  const DeviceChoice choice = choose_device(config.device);
  const torch::Device device = choice.device;
  const WeightOptions options = resolve_weights(config.dtype, device);
  ModelConfig model_config = config.model;
  add_special_tokens(model_config);

  const auto begin = std::chrono::steady_clock::now();
  PixelSail model(model_config, options);
  model->initialize(1);
  model->eval();
  nlohmann::ordered_json result;
  result["device"] = device.str();
  result["device_description"] = choice.description;
  result["dtype"] = config.dtype;
  result["image"] = std::to_string(config.image_width) + "x" + std::to_string(config.image_height);
  result["parameters"] = model->parameter_count();
  result["load_s"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  PreprocessConfig preprocess;
  preprocess.patch_size = static_cast<int>(model_config.vision_patch_size);
  const std::vector<std::byte> encoded =
      encode_jpeg(random_image(config.image_width, config.image_height), 92);
  Patches patches;
  const auto read_image = [&] { patches = preprocess_image(decode_image(encoded, "bench"), preprocess); };
  result["preprocess_s"] = median_seconds(config.runs, torch::kCPU, read_image);

  Rng rng(3, "bench prompt");
  const SequenceInput prompt = make_sample(model_config, patches, 1, config.text_tokens, rng);
  {
    const torch::InferenceMode inference;
    const PackedInput packed = pack(std::span(&prompt, 1), device);
    result["forward_s"] = median_seconds(config.runs, device, [&] { model->hidden_states(packed); });
    result["image_to_mask_s"] = median_seconds(config.runs, device, [&] {
      read_image();
      const torch::Tensor hidden_TC = model->hidden_states(pack(std::span(&prompt, 1), device));
      const torch::Tensor logits = model->predict_masks(
          hidden_TC.slice(0, hidden_TC.size(0) - 1),
          patch_states(hidden_TC, prompt.first_patch, prompt.grid_h, prompt.grid_w, prompt.row_stride),
          prompt.grid_h, prompt.grid_w);
      resize_mask_logits(logits, config.image_height, config.image_width).gt(0).to(torch::kCPU);
    });
    result["decode_tok_s"] = decode_speed(config, *model, prompt);
    result["decode_bytes"] =
        decode_bytes(*model, static_cast<std::int64_t>(prompt.ids.size()) + config.decode_tokens / 2);
  }
  if (config.train) bench_training(config, *model, patches, result);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  result["peak_mem_mb"] = usage.ru_maxrss / 1024;
  return result;
}

}  // namespace pixelsail
