#include "checkpoint/checkpoint.h"

#include <torch/torch.h>

#include "checkpoint/open_checkpoint.h"
#include "checkpoint/wrong_folder.h"
#include "image/preprocessor_config.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "model/adapter.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Tokens that the family has; those of an image that has none are left out.
std::map<std::string, std::int64_t> special_ids(const SpecialTokens& special) {
  std::map<std::string, std::int64_t> ids{{"<|endoftext|>", special.end_of_text},
                                          {"<|im_start|>", special.im_start},
                                          {"<|im_end|>", special.im_end},
                                          {"<vision>", special.vision_begin},
                                          {"<vpatch>", special.patch},
                                          {"</vision>", special.vision_end},
                                          {"<vrow_sep>", special.row_separator},
                                          {"[SEG]", special.seg},
                                          {"<p>", special.phrase_begin},
                                          {"</p>", special.phrase_end}};
  for (std::size_t k = 0; k < special.prompts.size(); ++k) {
    ids["<Prompt" + std::to_string(k) + ">"] = special.prompts[k];
  }
  std::erase_if(ids, [](const auto& item) { return item.second < 0; });
  return ids;
}

void check_against_tokenizer(const ModelConfig& config, const Tokenizer& tokenizer,
                             const SpecialTokens& special, const std::string& where) {
  for (const auto& [token, id] : special_ids(special)) {
    const auto it = config.special_token_ids.find(token);
    if (it == config.special_token_ids.end())
      throw DataError(where + ": special_token_ids lacks '" + token + "'");
    if (it->second != id) {
      throw DataError(where + ": id of '" + token + "' is " + std::to_string(it->second) +
                      ", but the tokenizer says " + std::to_string(id));
    }
  }
  if (tokenizer.vocab_size() > config.vocab_size) {
    throw DataError(where + ": vocab_size is " + std::to_string(config.vocab_size) +
                    ", but the tokenizer has " + std::to_string(tokenizer.vocab_size()) + " tokens");
  }
}

/// What a checkpoint's files say of quantization, which nothing can undo.
WeightOptions as_stored(const ModelConfig& config, WeightOptions options, const std::string& where) {
  if (config.quantization == Quantization::kNone) return options;
  if (options.quantization != Quantization::kNone && options.quantization != config.quantization) {
    throw ConfigError(where + ": the weights are stored in " + quantization_name(config.quantization) +
                      " and cannot be loaded in " + quantization_name(options.quantization));
  }
  options.quantization = config.quantization;
  return options;
}

}  // namespace

const ChatTemplate& chat_of(const ModelConfig& config) {
  return chat_template(config.traits().chat);
}

PreprocessConfig preprocess_of(const ModelConfig& config) {
  PreprocessConfig preprocess = preprocess_defaults(config.traits().preprocess);
  preprocess.patch_size = static_cast<int>(config.vision_patch_size);
  return preprocess;
}

void fill_from_tokenizer(ModelConfig& config, const Tokenizer& tokenizer) {
  config.special_token_ids = special_ids(find_special_tokens(tokenizer, chat_of(config)));
  if (config.vocab_size == 0) config.vocab_size = tokenizer.vocab_size();
}

LoadedModel load_checkpoint(const std::filesystem::path& folder, const WeightOptions& options) {
  refuse_wrong_folder(folder);
  if (!std::filesystem::is_directory(folder))
    throw DataError(folder.string() + ": no such checkpoint folder");
  LoadedModel loaded;
  const std::string where = (folder / "config.json").string();
  const Json written = read_json(folder / "config.json");
  refuse_other_model(written, where, folder);
  const ModelConfig config = model_config_from_json(written, where);
  loaded.tokenizer = load_tokenizer(folder);
  loaded.special = find_special_tokens(*loaded.tokenizer, chat_of(config));
  check_against_tokenizer(config, *loaded.tokenizer, loaded.special, where);
  loaded.preprocess = read_preprocessor_config(folder / "preprocessor_config.json");
  if (loaded.preprocess.patch_size != config.vision_patch_size) {
    throw DataError(folder.string() + ": preprocessor_config.json has patches of " +
                    std::to_string(loaded.preprocess.patch_size) + " pixels, config.json of " +
                    std::to_string(config.vision_patch_size));
  }
  loaded.model = std::make_shared<PixelSailImpl>(config, as_stored(config, options, where));
  load_parameters(*loaded.model, folder);
  loaded.model->eval();
  return loaded;
}

std::shared_ptr<PixelSailImpl> load_model(const std::filesystem::path& path, const WeightOptions& options) {
  const OpenedCheckpoint checkpoint = open_checkpoint(path);
  if (!checkpoint.config) throw DataError((checkpoint.folder / "config.json").string() + ": no such file");
  const std::string where = (checkpoint.folder / "config.json").string();
  auto model =
      std::make_shared<PixelSailImpl>(*checkpoint.config, as_stored(*checkpoint.config, options, where));
  load_parameters(*model, *checkpoint.tensors, {.names = checkpoint.names, .ignored = {}});
  model->eval();
  return model;
}

void save_checkpoint(const std::filesystem::path& folder, PixelSailImpl& model, const Tokenizer& tokenizer,
                     const PreprocessConfig& preprocess, torch::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  NamedTensors weights = named_tensors(model);
  const std::map<std::string, LinearImpl*> linear = linear_layers(model);
  for (auto& [name, tensor] : weights) {
    const std::size_t end = name.size() - std::min(name.size(), std::string(".weight").size());
    const auto layer = linear.find(name.substr(0, end));
    if (layer != linear.end() && layer->second->lora && name.ends_with(".weight"))
      tensor = tensor.to(torch::kFloat32) + lora_delta(*layer->second->lora);
    tensor = tensor.detach().to(dtype);
  }
  write_json_atomic(folder / "config.json", model_config_to_json(model.config));
  write_tensors(folder / "model.safetensors", weights, {{"format", "pt"}});
  write_file_atomic(folder / "preprocessor_config.json", preprocessor_config_json(preprocess));
  for (const auto& [name, bytes] : tokenizer.files()) write_file_atomic(folder / name, bytes);
}

}  // namespace pixelsail
