#include "train/run_examples.h"

#include "checkpoint/checkpoint.h"

namespace pixelsail {

ExampleBuilder run_example_builder(const RunConfig& config) {
  ExampleBuilder builder;
  Processor& processor = builder.processor;
  processor.chat = &chat_of(config.model);
  processor.tokenizer = load_tokenizer(config.tokenizer.empty() ? config.init_from : config.tokenizer);
  processor.special = find_special_tokens(*processor.tokenizer, *processor.chat);
  processor.preprocess = preprocess_of(config.model);
  processor.preprocess.max_side = static_cast<int>(config.max_image_side);
  processor.max_length = config.data.max_length;
  builder.scored_seg_only = config.model.traits().scored_seg_only;
  return builder;
}

}  // namespace pixelsail
