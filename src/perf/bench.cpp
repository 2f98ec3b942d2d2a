#include "perf/bench.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "image/preprocess.h"
#include "infer/generate.h"
#include "model/device.h"
#include "model/device_peak.h"
#include "model/matmul.h"
#include "model/memory_use.h"
#include "perf/bench_inputs.h"
#include "perf/bench_train.h"
#include "perf/median.h"
#include "perf/pictures.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

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
                                  .after_token = [&times] { times.push_back(Clock::now()); },
                                  .graphs = config.graphs};
    generate(model, std::span(&prompt, 1), options);
    if (run == 0) continue;  // the first one warms up
    const double seconds = std::chrono::duration<double>(times.back() - times.front()).count();
    speeds.push_back(config.decode_tokens / std::max(seconds, 1e-9));
  }
  return median(std::move(speeds));
}

PreprocessConfig preprocess_for(const ModelConfig& model) {
  PreprocessConfig preprocess;
  preprocess.patch_size = static_cast<int>(model.vision_patch_size);
  return preprocess;
}

void bench_inference(const BenchConfig& config, PixelSailImpl& model, const Picture& picture,
                     nlohmann::ordered_json& result) {
  const torch::Device device = model.device();
  const PreprocessConfig preprocess = preprocess_for(model.config);
  Patches patches;
  const auto read_image = [&] { patches = preprocess_image(picture.decode(), preprocess); };
  result["picture"] = Picture::format();
  result["preprocess_s"] = median_seconds(config.runs, torch::kCPU, read_image);
  Rng rng(3, "bench prompt");
  const SequenceInput prompt = make_sample(model.config, patches, 1, config.text_tokens, rng);
  const torch::InferenceMode inference;
  const PackedInput packed = pack(std::span(&prompt, 1), device);
  result["forward_s"] = median_seconds(config.runs, device, [&] { model.hidden_states(packed); });
  result["image_to_mask_s"] = median_seconds(config.runs, device, [&] {
    read_image();
    const torch::Tensor hidden_TC = model.hidden_states(pack(std::span(&prompt, 1), device));
    const torch::Tensor logits = model.predict_masks(
        hidden_TC.slice(0, hidden_TC.size(0) - 1),
        patch_states(hidden_TC, prompt.first_patch, prompt.grid_h, prompt.grid_w, prompt.row_stride),
        prompt.grid_h, prompt.grid_w);
    resize_mask_logits(logits, config.image_height, config.image_width).gt(0).to(torch::kCPU);
  });
  const double tokens = decode_speed(config, model, prompt);
  const std::int64_t bytes =
      decode_bytes(model, static_cast<std::int64_t>(prompt.ids.size()) + config.decode_tokens / 2);
  result["decode_tok_s"] = tokens;
  result["decode_bytes"] = bytes;
  result["decode_gb_s"] = tokens * static_cast<double>(bytes) / 1e9;
  const double peak = config.peak_gb_s > 0 ? config.peak_gb_s : peak_of(device).gb_s;
  if (peak > 0) result["decode_share"] = tokens * static_cast<double>(bytes) / 1e9 / peak;
}

}  // namespace

nlohmann::ordered_json run_bench(const BenchConfig& config) {
  set_threads(config.threads);
  const DeviceChoice choice = choose_device(config.device);
  const torch::Device device = choice.device;
  WeightOptions options = resolve_weights(config.dtype, device);
  if (!config.infer) options = {.device = device};  // training begins with float32
  ModelConfig model_config = config.model;
  add_special_tokens(model_config);

  nlohmann::ordered_json result;
  result["device"] = device.str();
  result["device_description"] = choice.description;
  result["dtype"] = config.dtype;
  result["image"] = std::to_string(config.image_width) + "x" + std::to_string(config.image_height);
  const Picture picture(random_image(config.image_width, config.image_height));
  const auto patches = [&] { return preprocess_image(picture.decode(), preprocess_for(model_config)); };
  if (config.infer || config.train) {
    const auto begin = std::chrono::steady_clock::now();
    PixelSail model = random_model(model_config, options);
    model->eval();
    result["parameters"] = model->parameter_count();
    result["load_s"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (config.infer) bench_inference(config, *model, picture, result);
    if (config.train) bench_training(config, *model, patches(), result);
  }
  if (config.repeat_steps > 0) bench_repeat(config, model_config, device, patches(), result);
  result["peak_mem_mb"] = memory_use(torch::kCPU).peak >> 20;
  if (!device.is_cpu()) result["device_peak_gib"] = static_cast<double>(memory_use(device).peak) / (1 << 30);
  return result;
}

}  // namespace pixelsail
