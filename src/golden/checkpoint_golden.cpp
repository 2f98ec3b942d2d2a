#include "golden/checkpoint_golden.h"

#include <torch/torch.h>

#include <numeric>

#include "checkpoint/checkpoint.h"
#include "infer/generate.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// The lists of a file; every id is inside the vocabulary.
std::vector<std::vector<std::int64_t>> read_ids(const std::filesystem::path& path, std::int64_t vocab_size) {
  const Json value = read_json(path);
  const std::string where = path.string();
  if (!value.is_array() || value.empty()) throw DataError(where + ": not a list of lists of token ids");
  std::vector<std::vector<std::int64_t>> lists;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string place = where + ": [" + std::to_string(i) + "]";
    if (!value[i].is_array() || value[i].empty()) throw DataError(place + " is not a list of token ids");
    lists.emplace_back();
    for (std::size_t k = 0; k < value[i].size(); ++k) {
      const Json& id = value[i][k];
      if (!id.is_number_integer() || id < 0 || id >= vocab_size) {
        throw DataError(place + "[" + std::to_string(k) + "] is " + id.dump() +
                        ", not an id of the vocabulary of " + std::to_string(vocab_size));
      }
      lists.back().push_back(id.get<std::int64_t>());
    }
  }
  return lists;
}

void check_length(const ModelConfig& config, std::int64_t length, const std::string& where) {
  std::int64_t limit = config.max_position_embeddings;
  if (config.sliding_window > 0) limit = std::min(limit, config.sliding_window);
  if (length > limit) {
    throw DataError(where + " has " + std::to_string(length) +
                    " tokens with those to generate, but the model reads " + std::to_string(limit) +
                    " (max_position_embeddings, sliding_window)");
  }
}

SequenceInput text_sequence(const std::vector<std::int64_t>& ids) {
  SequenceInput sequence{.ids = ids, .row_position = ids, .column_position = {}};
  std::iota(sequence.row_position.begin(), sequence.row_position.end(), 0);
  sequence.column_position = sequence.row_position;
  return sequence;
}

}  // namespace

Trace run_checkpoint_golden(const CheckpointGolden& c) {
  const std::shared_ptr<PixelSailImpl> model =
      load_model(c.checkpoint, {.dtype = c.dtype, .device = c.device});
  const std::vector<std::vector<std::int64_t>> lists = read_ids(c.ids, model->config.vocab_size);
  Trace trace;
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::string number = std::to_string(i);
    const SequenceInput sequence = text_sequence(lists[i]);
    check_length(model->config, static_cast<std::int64_t>(lists[i].size()) + c.generate,
                 c.ids.string() + ": [" + number + "]");
    const torch::InferenceMode inference;
    const PackedInput packed = pack(std::span(&sequence, 1), c.device);
    trace["logits_" + number] = model->logits(model->hidden_states(packed)).to(torch::kCPU, torch::kFloat32);
    if (c.generate == 0) continue;
    const GenerateOptions options{.max_new_tokens = c.generate, .stop_ids = {}};
    const Generated generated = generate(*model, std::span(&sequence, 1), options).front();
    trace["tokens_" + number] = torch::tensor(generated.ids, torch::kInt64);
  }
  return trace;
}

}  // namespace pixelsail
