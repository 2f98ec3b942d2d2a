#include "train/init_from.h"

#include "checkpoint/checkpoint.h"
#include "checkpoint/hf_config.h"
#include "checkpoint/open_checkpoint.h"
#include "checkpoint/wrong_folder.h"
#include "config/config.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace fs = std::filesystem;
namespace {

/// Weights made for another rotary base or tokenizer have the same shapes and would load.
void check_same_model(const ModelConfig& model, ModelConfig theirs, const fs::path& folder) {
  ModelConfig ours = model;
  for (ModelConfig* config : {&theirs, &ours}) {
    config->head_dim = config->head_size();
    config->max_position_embeddings = 1;  // a limit, no part of what the weights mean
  }
  std::vector<std::string> differences = config_differences(theirs, ours);
  if (theirs.vocab_size != ours.vocab_size) {
    differences.push_back("vocabulary: " + std::to_string(theirs.vocab_size) + " rows -> " +
                          std::to_string(ours.vocab_size));
  }
  if (theirs.special_token_ids != ours.special_token_ids)
    differences.emplace_back("tokenizer: ids of special tokens differ");
  if (differences.empty()) return;
  std::string message = "init_from " + folder.string() + " holds another model than the configuration's:";
  for (const std::string& difference : differences) message += "\n  " + difference;
  throw ConfigError(message);
}

}  // namespace

ModelConfig init_model_config(const fs::path& init_from) {
  if (!fs::exists(init_from)) throw DataError(init_from.string() + ": no such checkpoint (init_from)");
  if (fs::is_directory(init_from)) refuse_wrong_folder(init_from);
  const OpenedCheckpoint checkpoint = open_checkpoint(init_from);
  const fs::path file = init_from / "config.json";
  if (checkpoint.names != &pixelsail_names() || !fs::exists(file) || !is_own_config(read_json(file))) {
    const std::string kind =
        checkpoint.names == &pixelsail_names() ? "an unconverted one" : "one of " + checkpoint.names->family;
    throw ConfigError("init_from " + init_from.string() +
                      ": a training starts from a Pixel-SAIL folder, this is " + kind +
                      "; make one with\n  pixelsail-convert --from " + init_from.string() +
                      " --to NEW_FOLDER --init-missing vis_embed,vp_embed,mask_head");
  }
  return *checkpoint.config;
}

void fit_to_start(ModelConfig& model, const Tokenizer& tokenizer, const fs::path& init_from) {
  if (init_from.empty()) {
    fill_from_tokenizer(model, tokenizer);
    return;
  }
  const ModelConfig theirs = init_model_config(init_from);
  if (model.vocab_size == 0) model.vocab_size = theirs.vocab_size;
  fill_from_tokenizer(model, tokenizer);
  if (tokenizer.vocab_size() > model.vocab_size) {
    throw ConfigError("the tokenizer has " + std::to_string(tokenizer.vocab_size()) +
                      " tokens, but init_from " + init_from.string() + " has only " +
                      std::to_string(model.vocab_size) + " rows; pixelsail-convert --tokenizer adds rows");
  }
  check_same_model(model, theirs, init_from);
}

}  // namespace pixelsail
