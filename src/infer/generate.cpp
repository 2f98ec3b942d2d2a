#include "infer/generate.h"

#include <torch/torch.h>

namespace pixelsail {

std::vector<Generated> generate(PixelSailImpl& model, std::span<const SequenceInput> prompts,
                                const GenerateOptions& options) {
  const torch::InferenceMode inference;
  Engine engine(model, {.stop_ids = options.stop_ids,
                        .vocab_limit = options.vocab_limit,
                        .graphs = options.graphs,
                        .keep_states = true,
                        .keep_logits = options.keep_logits});
  std::vector<Generated> results(prompts.size());
  std::vector<std::vector<torch::Tensor>> states(prompts.size()), logits(prompts.size());
  const SequenceOptions sequence{.max_new_tokens = options.max_new_tokens, .adapter = nullptr};
  SequenceId first = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const SequenceId id = engine.admit(prompts[i], sequence);
    if (i == 0) first = id;
    results[i].prefix_length = prompts[i].image_end;
  }
  while (engine.stats().sequences > 0) {
    for (const EngineEvent& event : engine.step()) {
      const auto i = static_cast<std::size_t>(event.id - first);
      if (event.states_LC.defined()) states[i].push_back(event.states_LC);
      if (event.token) {
        results[i].ids.push_back(*event.token);
        results[i].log_probabilities.push_back(event.log_probability);
      }
      if (event.logits_1V.defined()) logits[i].push_back(event.logits_1V);
    }
    if (options.after_token) options.after_token();
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].hidden_LC = torch::cat(states[i]);
    if (!logits[i].empty()) results[i].step_logits = torch::cat(logits[i]);
  }
  return results;
}

}  // namespace pixelsail
