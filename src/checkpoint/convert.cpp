#include "checkpoint/convert.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "checkpoint/adapter_files.h"
#include "checkpoint/averaged_tensors.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/checksums.h"
#include "checkpoint/convert_plan.h"
#include "checkpoint/hf_config.h"
#include "checkpoint/resized_patches.h"
#include "core/rng.h"
#include "image/preprocessor_config.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "io/tensors/safetensors_sharded.h"
#include "io/tensors/torch_archive_write.h"
#include "model/device.h"
#include "model/parallel.h"
#include "model/quantized_weight.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"
#include "text/extend_tokenizer.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// Hugging Face's spelling of an element type of weights.
std::string hf_dtype(DType dtype) {
  const DTypeRow& row = dtype_row(dtype);
  return std::string(row.name.empty() ? dtype_row(DType::kF32).torch : row.torch);
}

/// The element type that most of the output has.
DType main_dtype(const ConvertPlan& plan) {
  return plan.tensors.empty() ? DType::kF32 : plan.tensors.front().info.dtype;
}

/// An adapter on its way into the weights.
class Merger {
 public:
  Merger() = default;
  /// Throws DataError when the adapter does not belong to the source or to the tensors of the plan.
  Merger(const fs::path& folder, const OpenedCheckpoint& source, const ConvertPlan& plan)
      : files_(read_adapter(folder)) {
    if (!files_.base_hash.empty() && files_.base_hash != base_hash(source))
      throw DataError(files_.where + ": the adapter belongs to another base than " +
                      source_name(*source.tensors));
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const PlannedTensor& tensor : plan.tensors) {
      const bool whole = tensor.part == PlannedTensor::Part::kWhole;
      const std::vector<std::int64_t>& shape = whole ? tensor.info.shape : tensor.shape;
      if (shape.size() == 2 && tensor.ours != kEmbeddingName) shapes[tensor.ours] = shape;
    }
    const auto shape_of = [&shapes](const std::string& layer) {
      const auto found = shapes.find(layer + kWeight);
      return found == shapes.end() ? std::vector<std::int64_t>() : found->second;
    };
    for (auto& [layer, lora] : adapter_layers(files_.config, files_.tensors, shape_of, files_.where))
      layers_[layer + kWeight] = std::move(lora);
  }

  std::size_t layers() const { return layers_.size(); }

  /// Adds elements [first, first + n) of what belongs to a weight to values [n] of any element type.
  void add(const std::string& ours, std::int64_t first, const torch::Tensor& values) {
    const auto layer = layers_.find(ours);
    if (layer == layers_.end()) return;
    if (delta_of_ != ours) {
      delta_ = lora_delta(layer->second).flatten();
      delta_of_ = ours;
    }
    values.copy_(values.to(torch::kFloat32) + delta_.narrow(0, first, values.numel()));
  }
  bool has(const std::string& ours) const { return layers_.contains(ours); }

 private:
  static constexpr const char* kWeight = ".weight";

  AdapterFiles files_;
  std::map<std::string, LoraLayer> layers_;  // by the weight's name
  torch::Tensor delta_;                      // of the weight that is being written
  std::string delta_of_;
};

/// Makes the tensors of a plan piece by piece and remembers which hold NaN or infinite values.
class TensorMaker {
 public:
  TensorMaker(const TensorSource& source, const ConvertPlan& plan, std::uint64_t seed, Merger& merger)
      : source_(source), plan_(plan), seed_(seed), merger_(merger) {}

  /// Bytes [offset, offset + out.size()) of a tensor: first what the source has, then what is drawn.
  void fill(std::size_t index, std::uint64_t offset, std::span<std::byte> out) {
    const PlannedTensor& planned = plan_.tensors[index];
    if (planned.part != PlannedTensor::Part::kWhole) {
      fill_quantized(planned, offset, out);
      return;
    }
    const torch::ScalarType type = to_scalar_type(planned.info.dtype);
    const auto size = static_cast<std::int64_t>(dtype_size(planned.info.dtype));
    const std::int64_t first = static_cast<std::int64_t>(offset) / size;
    const std::int64_t count = static_cast<std::int64_t>(out.size()) / size;
    const std::int64_t stored = planned.source.empty() ? 0 : source_.info(planned.source).numel();
    const std::int64_t read_count = std::clamp<std::int64_t>(stored - first, 0, count);
    const torch::Tensor target = torch::from_blob(out.data(), {count}, type);
    if (read_count > 0) read(planned, first, target.narrow(0, 0, read_count));
    if (read_count == count) return;
    if (drawn_of_ != index || !drawn_.defined()) {
      drawn_ = draw(planned, planned.info.numel() - stored).to(type);
      drawn_of_ = index;
    }
    target.narrow(0, read_count, count - read_count)
        .copy_(drawn_.narrow(0, first + read_count - stored, count - read_count));
  }
  const std::set<std::string>& non_finite() const { return non_finite_; }

 private:
  /// The bits of a weight and its scales are written behind each other: it is quantized once for both.
  void fill_quantized(const PlannedTensor& planned, std::uint64_t offset, std::span<std::byte> out) {
    if (compact_of_ != planned.ours) {
      const std::int64_t rows = planned.shape[0], columns = planned.shape[1];
      const torch::Tensor weight = torch::empty({rows, columns});
      if (planned.source.empty()) {
        weight.copy_(draw(planned, rows * columns).view({rows, columns}));
      } else {
        const std::int64_t stored = source_.info(planned.source).numel();
        read(planned, 0, weight.flatten().narrow(0, 0, stored));
        if (stored < rows * columns)
          weight.flatten().slice(0, stored).copy_(draw(planned, rows * columns - stored));
      }
      if (non_finite_.contains(planned.source))
        throw DataError(source_.place(planned.source) + ": '" + planned.source +
                        "' holds NaN or infinite values and cannot be quantized");
      compact_.emplace(rows, columns, plan_.config->quantization, torch::kCPU);
      constexpr std::int64_t kGrain = 16;
      run_parallel(rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
        compact_->set_rows(begin, weight.slice(0, begin, end));
      });
      compact_of_ = planned.ours;
    }
    const torch::Tensor& part =
        planned.part == PlannedTensor::Part::kData ? compact_->data : compact_->scales;
    std::memcpy(out.data(), static_cast<const std::byte*>(part.const_data_ptr()) + offset, out.size());
  }

  /// Elements from `first` on, converted.
  void read(const PlannedTensor& planned, std::int64_t first, const torch::Tensor& target) {
    const std::string& name = planned.source;
    const TensorInfo& info = source_.info(name);
    const std::size_t size = dtype_size(info.dtype);
    buffer_.resize(static_cast<std::size_t>(target.numel()) * size);
    source_.read_part(name, static_cast<std::uint64_t>(first) * size, buffer_);
    if (!all_finite(info.dtype, buffer_)) non_finite_.insert(name);
    torch::Tensor values = torch::from_blob(buffer_.data(), {target.numel()}, to_scalar_type(info.dtype));
    if (merger_.has(planned.ours)) {
      values = values.to(torch::kFloat32);  // not to be rounded twice
      merger_.add(planned.ours, first, values);
    }
    target.copy_(values);
  }

  /// A function of the seed and the name, whatever else is drawn.
  torch::Tensor draw(const PlannedTensor& planned, std::int64_t count) const {
    if (planned.start.deviation <= 0) return torch::full({count}, planned.start.constant);
    Rng stream(seed_, planned.ours);
    auto generator = torch::make_generator<torch::CPUGeneratorImpl>(stream.next_u64());
    return torch::empty({count}, torch::kFloat32).normal_(0.0, planned.start.deviation, generator);
  }

  const TensorSource& source_;
  const ConvertPlan& plan_;
  std::uint64_t seed_;
  Merger& merger_;
  std::vector<std::byte> buffer_;
  torch::Tensor drawn_;  // of the tensor that is being written
  std::size_t drawn_of_ = 0;
  std::optional<QuantizedWeight> compact_;  // of the weight that is being written quantized
  std::string compact_of_;
  std::set<std::string> non_finite_;
};

void check_target(const ConvertOptions& options) {
  if (fs::exists(options.to) && !(fs::is_directory(options.to) && fs::is_empty(options.to))) {
    throw ConfigError(options.to.string() + " exists already; name a new folder");
  }
}

/// Gives a model that reads pictures patches of another size.
void resize_patches(OpenedCheckpoint& source, std::int64_t size) {
  if (!source.config)
    throw ConfigError("patches of another size need a config.json that tells their size now");
  ModelConfig& config = *source.config;
  if (!config.has_vision() || config.vision_patch_size == size) return;
  const std::optional<std::string> name =
      source.names->from_ours("single_transformer.model.vis_embed.weight");
  if (!name || config.traits().patches_replace_tokens)
    throw ConfigError("only a linear patch embedding can be resized");
  const std::int64_t factor = config.vision_patch_size / config.mask_stride;
  if (size % factor != 0)
    throw ConfigError("the upsampler makes " + std::to_string(factor) + " mask features along a patch; " +
                      std::to_string(size) + " pixels do not divide into them");
  source.tensors = resize_patch_embedding(std::move(source.tensors), *name, config.vision_patch_size, size);
  config.vision_patch_size = size;
  config.mask_stride = size / factor;
}

/// The tensors that are written, before an adapter: those of the checkpoint, or the mean of all when there are others.
OpenedCheckpoint open_averaged(const ConvertOptions& options) {
  OpenedCheckpoint source = open_checkpoint(options.from, options.config);
  if (options.average.empty()) return source;
  if (!options.merge_lora.empty())
    throw ConfigError("an adapter belongs to one checkpoint, not to the mean of several; merge it first");
  std::vector<std::unique_ptr<TensorSource>> all;
  all.push_back(std::move(source.tensors));
  for (const fs::path& other : options.average) all.push_back(open_tensors(other));
  source.tensors = average_tensors(std::move(all));
  return source;
}

OpenedCheckpoint open_source(const ConvertOptions& options) {
  OpenedCheckpoint source = open_averaged(options);
  if (options.patch_size) resize_patches(source, *options.patch_size);
  return source;
}

/// The tokenizer beside the checkpoint or the one asked for; nullptr when there is none.
std::shared_ptr<const Tokenizer> find_tokenizer(const ConvertOptions& options, const fs::path& folder) {
  if (!options.tokenizer.empty()) return load_tokenizer(options.tokenizer);
  return has_tokenizer(folder) ? load_tokenizer(folder) : nullptr;
}

/// What Pixel-SAIL on this backbone writes and reads and the tokenizer lacks: one of Mistral has not even the
/// marks of turns.
std::vector<std::string> missing_tokens(const Tokenizer& tokenizer, Backbone backbone) {
  const ChatTemplate& chat = chat_template(traits_of(backbone).chat);
  std::vector<std::string> wanted{"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  for (const std::string& token : pixelsail_tokens()) {
    const bool of_image = token == "<vision>" || token == "<vpatch>" || token == "</vision>";
    if (!of_image || chat.image_has_tokens) wanted.push_back(token);
  }
  if (!chat.row_separator.empty()) wanted.push_back(chat.row_separator);
  std::erase_if(wanted, [&](const std::string& token) { return tokenizer.token_to_id(token).has_value(); });
  return wanted;
}

/// A checkpoint of ours keeps how its pictures are made, such as the size that it was trained at.
PreprocessConfig preprocess_for(const ConvertPlan& plan, const OpenedCheckpoint& source) {
  const fs::path own = source.folder / "preprocessor_config.json";
  const bool kept = source.names == &pixelsail_names() && fs::exists(own);
  if (!kept) return preprocess_of(*plan.config);
  PreprocessConfig config = read_preprocessor_config(own);
  config.patch_size = static_cast<int>(plan.config->vision_patch_size);
  return config;
}

/// `base`: what the weights were before they were rounded; empty: they are something new.
void write_config(const ConvertPlan& plan, const OpenedCheckpoint& source, const fs::path& folder,
                  const std::string& base) {
  if (!plan.config) return;
  if (plan.layout == "pixelsail") {
    OrderedJson config = model_config_to_json(*plan.config);
    if (!base.empty()) config["base_hash"] = base;
    write_json_atomic(folder / "config.json", config);
    write_file_atomic(folder / "preprocessor_config.json",
                      preprocessor_config_json(preprocess_for(plan, source)));
  } else if (plan.layout == "mmengine") {
    write_json_atomic(folder / "config.json", model_config_to_json(*plan.config));
  } else {
    write_json_atomic(folder / "config.json",
                      model_config_to_hf(*plan.config, plan.layout, hf_dtype(main_dtype(plan))));
  }
}

OrderedJson report(const ConvertPlan& plan, const TensorMaker& maker, const std::string& family,
                   const fs::path& folder) {
  OrderedJson result;
  std::int64_t parameters = 0;
  std::vector<std::string> initialized;
  OrderedJson new_rows = OrderedJson::object();
  for (const PlannedTensor& tensor : plan.tensors) {
    if (tensor.part == PlannedTensor::Part::kWhole) parameters += tensor.info.numel();
    if (tensor.part == PlannedTensor::Part::kData) parameters += tensor.shape[0] * tensor.shape[1];
    if (tensor.source.empty()) initialized.push_back(tensor.ours);
    if (tensor.new_rows > 0 && !tensor.source.empty()) new_rows[tensor.ours] = tensor.new_rows;
  }
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.insert(entry.path().filename().string());
  result["family"] = family;
  result["layout"] = plan.layout;
  result["tensors"] = plan.tensors.size();
  result["parameters"] = parameters;
  result["initialized"] = initialized;
  result["new_rows"] = new_rows;
  result["added_tokens"] = plan.added_tokens;
  result["dropped"] = plan.dropped;
  result["non_finite"] = maker.non_finite();
  result["files"] = files;
  return result;
}

}  // namespace

nlohmann::ordered_json convert_checkpoint(const ConvertOptions& options, Logger& log) {
  check_target(options);
  const OpenedCheckpoint source = open_source(options);
  std::shared_ptr<const Tokenizer> tokenizer = find_tokenizer(options, source.folder);
  std::vector<std::string> added;
  if (tokenizer != nullptr && options.layout == "pixelsail") {
    const Backbone backbone = source.config ? source.config->backbone : Backbone::kSail;
    added = missing_tokens(*tokenizer, backbone);
    if (!added.empty()) tokenizer = extend_tokenizer(*tokenizer, added);
  }
  ConvertPlan plan = plan_conversion(options, source, tokenizer.get());
  plan.added_tokens = added;
  if (!plan.config) {
    log.warning(
        "no config.json beside the tensors and none given (--config): sizes are not checked and no "
        "config.json is written");
  }
  if (tokenizer == nullptr && options.layout == "pixelsail")
    log.warning("no tokenizer beside the tensors and none given (--tokenizer): none is written");

  Merger merger = options.merge_lora.empty() ? Merger() : Merger(options.merge_lora, source, plan);
  AtomicDirectory folder(options.to, AtomicDirectory::Existing::kReplace);
  TensorMaker maker(*source.tensors, plan, options.seed, merger);
  std::vector<LazyTensor> tensors;
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    tensors.push_back(
        {plan.tensors[i].theirs, plan.tensors[i].info,
         [&maker, i](std::uint64_t offset, std::span<std::byte> out) { maker.fill(i, offset, out); }});
  }
  if (options.layout == "mmengine") {
    write_torch_archive(folder.path() / "model.pth", tensors, {}, plan.aliases);
  } else {
    const std::uint64_t whole = std::numeric_limits<std::uint64_t>::max();
    write_sharded_safetensors(folder.path(), tensors, options.shard_size > 0 ? options.shard_size : whole,
                              {{"format", "pt"}});
  }
  const bool same_model = source.names == &pixelsail_names() && merger.layers() == 0 &&
                          options.average.empty() && !options.patch_size &&
                          std::ranges::all_of(plan.tensors, [](const PlannedTensor& tensor) {
                            return !tensor.source.empty() && tensor.new_rows == 0;
                          });
  // Values in f32 and bf16 tell the hash themselves.
  const bool rounded = names_base(source) || (plan.config && is_quantized(plan.config->quantization)) ||
                       options.dtype == dtype_row(DType::kF16).name;
  write_config(plan, source, folder.path(), same_model && rounded ? base_hash(source) : std::string());
  if (tokenizer != nullptr) {
    for (const auto& [name, bytes] : tokenizer->files()) write_file_atomic(folder.path() / name, bytes);
  }
  OrderedJson result = report(plan, maker, source.names->family, folder.path());
  if (merger.layers() > 0) result["merged"] = merger.layers();
  for (const std::string& name : maker.non_finite()) log.warning(name + " holds NaN or infinite values");
  write_checksums(folder.path());
  folder.commit();
  return result;
}

}  // namespace pixelsail
