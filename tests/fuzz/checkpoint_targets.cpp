#include "checkpoint_targets.h"

#include "checkpoint/adapter_config.h"
#include "checkpoint/checksums.h"
#include "checkpoint/hf_config.h"
#include "families/name_table.h"
#include "image/preprocessor_config.h"
#include "io/archive/zip_archive.h"
#include "io/byte_source.h"
#include "io/json.h"
#include "io/tensors/tensor_source.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "scratch.h"
#include "torch_seeds.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

constexpr const char* kHfConfig =
    R"({"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","vocab_size":100,"hidden_size":64,)"
    R"("intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,)"
    R"("rms_norm_eps":1e-6,"rope_theta":1000000.0,"hidden_act":"silu","tie_word_embeddings":true,)"
    R"("use_sliding_window":false,"rope_scaling":null,"torch_dtype":"bfloat16"})";

/// A file of four bytes and one of a tensor, as checksums.json has them.
std::string checksums_text(const Scratch& scratch) {
  write_checksums(scratch.root());
  return read_json(scratch.root() / "checksums.json").dump();
}

class SavedFolder : public Scratch {
 public:
  SavedFolder() {
    put("config.json", "{}\n");
    put("model.safetensors", shard_of({"a", "b"}));
  }
};

}  // namespace

Material model_config_material() {
  ModelConfig own;
  own.vocab_size = 100;
  return {
      .seeds =
          {kHfConfig,
           R"({"architectures":["MistralForCausalLM"],"vocab_size":100,"hidden_size":64,"intermediate_size":128,)"
           R"("num_hidden_layers":1,"num_attention_heads":4,"rms_norm_eps":1e-5,"sliding_window":4096,)"
           R"("rope_parameters":{"rope_type":"default","rope_theta":10000.0},"head_dim":16})",
           model_config_to_json(own).dump()},
      .dictionary = {"hidden_size", "vocab_size", "head_dim", "rope_scaling", "rope_type", "linear", "yarn",
                     "num_attention_heads", "vision_patch_size", "model", "quantization", "int8",
                     "4611686018427387904", "3037000500", "Qwen2ForCausalLM", "sail", "special_token_ids"}};
}

void run_model_config(const std::string& input) {
  const Json value = parse_json(input, "input");
  const ModelConfig config = read_any_config(value, "input");
  require(config.head_size() > 0 && config.num_attention_heads > 0, "sizes that no model has");
  if (config.has_vision()) config.num_upsample_blocks();
  require(model_config_from_json(Json::parse(model_config_to_json(config).dump()), "again") == config,
          "what was written is not what was read");
}

Material preprocessor_material() {
  return {
      .seeds =
          {R"({"patch_size":16,"max_side":1024,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"resample":3})",
           R"({"patch_size":14,"max_side":448,"image_mean":[0.485,0.456,0.406],"image_std":[1,1,1],)"
           R"("size_rule":"area","mask_source":"corner","do_resize":true})"},
      .dictionary = {"patch_size", "max_side", "image_std", "resample", "rescale_factor",
                     "0.00392156862745098", "do_center_crop", "crop_size", "size_rule", "area_limit",
                     "[0,0,0]", "1e-320"}};
}

void run_preprocessor(const std::string& input) {
  static const Scratch kScratch;
  const PreprocessConfig config = read_preprocessor_config(kScratch.put("preprocessor_config.json", input));
  const std::string again = preprocessor_config_json(config);
  require(preprocessor_config_json(read_preprocessor_config(kScratch.put("again.json", again))) == again,
          "what was written is not what was read");
}

Material adapter_material() {
  const std::string name =
      "\nbase_model.model.single_transformer.model.layers.0.self_attn.q_proj.lora_A.weight";
  return {
      .seeds =
          {R"({"peft_type":"LORA","r":8,"lora_alpha":16,"lora_dropout":0.05,"target_modules":["q_proj","v_proj"],)"
           R"("bias":"none","base_hash":"0123456789abcdef","task_type":null,"use_rslora":false,)"
           R"("rank_pattern":{},"modules_to_save":null})" +
               name,
           R"({"peft_type":"LORA","r":1,"lora_alpha":2.5,"target_modules":".*layers\\.[0-9]+\\.mlp\\..*"})" +
               name},
      .dictionary = {"target_modules", "all-linear", "rank_pattern", "modules_to_save", "lora_alpha",
                     "alpha_pattern", "base_model.model.", "\n"}};
}

void run_adapter(const std::string& input) {
  const auto& [json, name] = split_kind(input);
  const AdapterConfig config = adapter_config_from_json(parse_json(json, "input"), "input");
  require(config.lora.rank > 0, "an adapter without rank");
  const std::string layer = adapter_tensor_name(std::string(name), "input");
  for (const NameTable* table : all_name_tables()) {
    if (const auto ours = table->to_ours(layer))
      require(table->from_ours(*ours).has_value(), "a name without a way back");
  }
}

Material checksums_material() {
  const SavedFolder folder;
  return {.seeds = {checksums_text(folder)},
          .dictionary = {"files", "tensors", "sha256", "bytes", "format_version", "config.json",
                         "model.safetensors", "../config.json", ".", "\"a\"", "/dev/null", "trainer"}};
}

void run_checksums(const std::string& input) {
  static const SavedFolder kFolder;
  kFolder.put("checksums.json", input);
  const ChecksumReport report = verify_checksums(kFolder.root());
  require(report.verifiable, "a list that is there and not taken");
}

Material weights_folder_material() {
  const Material torch = pth_material();
  Material material{.seeds = {"latest\nglobal_step3", "latest\nglobal_step3\n",
                              R"(index)"
                              "\n"
                              R"({"weight_map":{"a":"s-1.safetensors","b":"s-1.safetensors"}})"},
                    .dictionary = {"latest\n", "states\n", "index\n", "global_step3", "..", "/", "\n",
                                   "s-1.safetensors", "PK\3\4"}};
  for (const std::string& seed : torch.seeds)
    if (seed.starts_with("PK")) material.seeds.push_back("states\n" + seed);
  return material;
}

void run_weights_folder(const std::string& input) {
  static const Scratch kScratch;
  const auto& [kind, text] = split_kind(input);
  const std::string folder(kind);
  if (kind == "latest") {
    static const auto kStates =
        kScratch.put("latest/global_step3/mp_rank_00_model_states.pt", pth_material().seeds.back());
    kScratch.put("latest/latest", text);
  } else if (kind == "states") {
    kScratch.put("states/mp_rank_00_model_states.pt", text);
  } else if (kind == "index") {
    static const auto kShard = kScratch.put("index/s-1.safetensors", shard_of({"a", "b"}));
    kScratch.put("index/model.safetensors.index.json", text);
  } else {
    throw DataError("no file of this layout");
  }
  const auto source = open_tensors(kScratch.root() / folder);
  for (const std::string& name : source->names()) {
    require(source->info(name).nbytes() <= kMaxBytes, "a tensor is larger than its file");
    std::vector<std::byte> bytes(source->info(name).nbytes());
    source->read(name, bytes);
  }
}

Material zip_material() {
  const Material torch = pth_material();
  Material material{.seeds = {}, .dictionary = torch.dictionary};
  for (const std::string& seed : torch.seeds)
    if (seed.starts_with("PK")) material.seeds.push_back(seed);
  material.dictionary.insert(material.dictionary.end(),
                             {"\x08\0"s, "\x00\x08"s, "\1\0"s, "\xff\xff\xff\xff"});
  return material;
}

void run_zip(const std::string& input) {
  constexpr std::uint64_t kMost = 1 << 20;
  const auto bytes = detail::memory_bytes(bytes_of(input), "input");
  const detail::ZipArchive archive(*bytes);
  for (const std::string& name : archive.names()) {
    require(archive.contains(name), "an entry that is not there");
    try {
      require(archive.read(name, kMost).size() <= kMost, "an entry larger than allowed");
    } catch (const DataError&) {  // packed in another way, or damaged
    }
    try {
      const detail::ByteRange range = archive.find(name);
      require(range.begin <= input.size() && range.size <= input.size() - range.begin,
              "an entry beyond the file");
    } catch (const DataError&) {
    }
  }
}

}  // namespace pixelsail::fuzz
