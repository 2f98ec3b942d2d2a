#include "data/data_case.h"

#include <utility>

#include "core/sequence.h"
#include "data/replay_draws.h"
#include "data/unusable.h"
#include "families/preprocess_config.h"
#include "image/image_size.h"
#include "io/atomic_file.h"
#include "io/json_number.h"
#include "io/rle.h"

namespace pixelsail {
namespace {

std::int64_t optional_number(const Json& header, const char* key, std::int64_t otherwise) {
  const auto found = header.find(key);
  return found == header.end() || found->is_null() ? otherwise : json_int(header, key, "header");
}

Json read_header(const std::filesystem::path& file) {
  Json header;
  read_jsonl(file, [&header](Json&& line, std::size_t number) {
    if (number == 1) header = std::move(line);
  });
  if (!header.is_object() || !header.contains("dataset"))
    throw DataError(file.string() + ": the first line should name a data set");
  return header;
}

DatasetConfig config_of(const Json& header, const std::filesystem::path& root, const std::string& where) {
  DatasetConfig config;
  config.kind = json_string(header, "dataset", where);
  config.root = root.string();
  config.rules = "published";
  config.objects_per_sample = optional_number(header, "num_classes_per_sample", 0);
  if (const auto found = header.find("prompt_ratios"); found != header.end() && found->is_object()) {
    config.prompt_shares = {.mask = found->value("mask", 0.0),
                            .box = found->value("box", 0.0),
                            .point = found->value("point", 0.0)};
  }
  return config;
}

ExampleBuilder builder_of(const Json& header, std::shared_ptr<const Tokenizer> tokenizer,
                          const std::string& where) {
  const std::string& backbone = json_string(header, "backbone", where);
  ExampleBuilder builder;
  builder.keep_unscored = true;
  Processor& processor = builder.processor;
  processor.chat = &chat_template(backbone == "sail" ? "pixelsail" : "pixelsail_" + backbone);
  processor.preprocess = preprocess_defaults(backbone);
  processor.preprocess.patch_size =
      static_cast<int>(optional_number(header, "patch_size", processor.preprocess.patch_size));
  processor.preprocess.max_side =
      static_cast<int>(optional_number(header, "max_size", processor.preprocess.max_side));
  processor.max_length = optional_number(header, "max_length", processor.max_length);
  processor.special = find_special_tokens(*tokenizer, *processor.chat);
  processor.tokenizer = std::move(tokenizer);
  return builder;
}

OrderedJson conversation_of(const Sample& sample) {
  OrderedJson list = OrderedJson::array();
  for (const Utterance& utterance : sample.conversation)
    list.push_back(OrderedJson::array({utterance.is_human ? "human" : "gpt", utterance.text}));
  return list;
}

/// An image of vectors without tokens stands as one mark in the published ids.
OrderedJson ids_of(const TokenSequence& tokens, std::vector<bool>& kept) {
  OrderedJson ids = OrderedJson::array();
  kept.assign(tokens.ids.size(), true);
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    kept[i] = tokens.ids[i] != kImageTokenId || i == 0 || tokens.ids[i - 1] != kImageTokenId;
    if (kept[i]) ids.push_back(tokens.ids[i]);
  }
  return ids;
}

/// [begin, end) of each run of scored tokens.
OrderedJson scored_runs(const TokenSequence& tokens, const std::vector<bool>& kept) {
  OrderedJson runs = OrderedJson::array();
  std::int64_t place = 0, begin = -1;
  const auto end_run = [&] {
    if (begin >= 0) runs.push_back({begin, place});
    begin = -1;
  };
  for (std::size_t i = 0; i < tokens.labels.size(); ++i) {
    if (!kept[i]) continue;
    if (tokens.labels[i] == kIgnoredLabel) {
      end_run();
    } else if (begin < 0) {
      begin = place;
    }
    ++place;
  }
  end_run();
  return runs;
}

OrderedJson prompts_of(const Sample& sample) {
  OrderedJson prompts = OrderedJson::array();
  for (std::size_t i = 0; i < sample.prompts.size(); ++i)
    prompts.push_back({{"id", sample.prompt_numbers.at(i)},
                       {"rle", OrderedJson(rle_to_json(encode_mask(sample.prompts[i])))}});
  return prompts;
}

/// The published list for vectors without tokens: the whole image, then each row and its end; -1 for no prompt. It is
/// there for a picture that the conversation does not show, too.
OrderedJson vector_prompts(const Sample& sample, const Sequence& sequence, const PreprocessConfig& config) {
  OrderedJson list = OrderedJson::array();
  if (sample.image.empty()) return list;
  const ImageSize original = read_image_size(sample.image);
  const Size size = resized_size({.width = original.width, .height = original.height}, config);
  const int columns = size.width / config.patch_size;
  list.push_back(-1);
  for (int row = 0; row < size.height / config.patch_size; ++row) {
    for (int column = 0; column < columns; ++column) {
      const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                      static_cast<std::size_t>(column);
      const std::int64_t number = sequence.prompt_of_patch.empty() ? kNoPrompt : sequence.prompt_of_patch[at];
      list.push_back(number == kNoPrompt ? -1 : number);
    }
    list.push_back(-1);
  }
  return list;
}

void write_example(const Sample& sample, const Example& example, const Processor& processor,
                   OrderedJson& made) {
  made["conversation"] = conversation_of(sample);
  std::vector<bool> kept;
  made["input_ids"] = ids_of(example.sequence.tokens, kept);
  made["scored"] = scored_runs(example.sequence.tokens, kept);
  made["masks"] = OrderedJson::array();
  for (const Mask& mask : example.masks) made["masks"].push_back(OrderedJson(rle_to_json(encode_mask(mask))));
  made["prompts"] = prompts_of(sample);
  if (processor.chat->image_has_tokens) {
    made["prompt_of_patch"] = example.sequence.prompt_of_patch;
  } else {
    made["visual_prompt_indexes"] = vector_prompts(sample, example.sequence, processor.preprocess);
  }
}

}  // namespace

DataCase::DataCase(const std::filesystem::path& file, std::shared_ptr<const Tokenizer> tokenizer)
    : file_(std::filesystem::absolute(file)), header_(read_header(file_)) {
  const std::string where = file_.string() + ":1";
  const std::filesystem::path root = file_.parent_path().parent_path().parent_path();
  DataConfig data;
  data.root = root.string();
  dataset_ = make_dataset(config_of(header_, root, where), data);
  builder_ = builder_of(header_, std::move(tokenizer), where);
}

DataCase::~DataCase() = default;

DataCaseLine DataCase::make(const Json& line, const std::string& where) const {
  const std::int64_t item = json_int(line, "item", where);
  DataCaseLine result;
  result.made = {{"item", item}, {"draw", json_int(line, "draw", where)}};
  ReplayDraws draws(line.value("draws", Json::array()), header_.value("load_draws", Json::array()), where);
  try {
    if (item < 0) throw DataError(where + ": a negative item");
    const Sample sample = dataset_->make(item % dataset_->size(), draws);
    const Example example = builder_.build(sample);
    result.made["outcome"] = "ok";
    write_example(sample, example, builder_.processor, result.made);
  } catch (const UnusableSample& error) {
    result.made["outcome"] = "dropped";
    result.made["reason"] = error.reason();
  }
  result.departed = draws.departed();
  return result;
}

void DataCase::run(const std::function<void(const Json& line, const DataCaseLine& made)>& each) const {
  read_jsonl(file_, [&](Json&& line, std::size_t number) {
    if (number > 1) each(line, make(line, "line " + std::to_string(number)));
  });
}

std::pair<std::int64_t, std::int64_t> run_data_case(const std::filesystem::path& file,
                                                    const std::filesystem::path& tokenizer,
                                                    const std::filesystem::path& out) {
  const DataCase data_case(file, load_tokenizer(tokenizer));
  std::string text;
  std::int64_t lines = 0, departed = 0;
  data_case.run([&](const Json&, const DataCaseLine& line) {
    text += line.made.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
    ++lines;
    departed += line.departed ? 1 : 0;
  });
  write_file_atomic(out, text);
  return {lines, departed};
}

}  // namespace pixelsail
