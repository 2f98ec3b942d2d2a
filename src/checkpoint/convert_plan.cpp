#include "checkpoint/convert_plan.h"

#include <algorithm>
#include <array>
#include <set>

#include "checkpoint/checkpoint.h"
#include "families/family.h"
#include "model/device.h"
#include "model/quantized_weight.h"
#include "model/weights.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::array kGroups{"embed_tokens", "layers",   "norm",         "lm_head",
                             "vis_embed",    "vp_embed", "vision_tower", "mask_head"};

const NameTable& table_of(const std::string& layout) {
  if (layout == "mmengine") return pixelsail_names();
  std::string known = "mmengine";
  for (const NameTable* table : all_name_tables()) {
    if (table->family == layout) return *table;
    known += ", " + table->family;
  }
  throw ConfigError("unknown layout '" + layout + "' (known: " + known + ")");
}

bool is_group(const std::string& name) {
  return std::find(kGroups.begin(), kGroups.end(), name) != kGroups.end();
}

void check_groups(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (is_group(name)) continue;
    std::string known;
    for (const char* group : kGroups) known += (known.empty() ? "" : ", ") + std::string(group);
    throw ConfigError("--init-missing: unknown group '" + name + "' (known: " + known + ")");
  }
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Pixel-SAIL stands on any backbone, on that of SAIL where there was none; the others have their own.
Backbone written_backbone(const std::string& layout, Backbone source) {
  const BackboneFamily* family = find_family(layout);
  if (family != nullptr && family != &pixelsail_family()) return family->backbone;
  return source == Backbone::kText ? Backbone::kSail : source;
}

/// kNone for a type whose values are stored as they are, and for none.
Quantization quantization_of(const std::string& dtype) {
  if (dtype.empty()) return Quantization::kNone;
  const DType type = weight_dtype(dtype);
  return is_quantized(type) ? type : Quantization::kNone;
}

void check_quantization(const ConvertOptions& options, const OpenedCheckpoint& source) {
  if (source.config && source.config->quantization != Quantization::kNone) {
    throw DataError(source_name(*source.tensors) + ": the weights are stored in " +
                    quantization_name(source.config->quantization) +
                    "; convert the checkpoint that they were made from");
  }
  if (quantization_of(options.dtype) != Quantization::kNone && options.layout != "pixelsail")
    throw ConfigError("only the layout pixelsail can be written in " + options.dtype);
}

/// The model that is written.
std::optional<ModelConfig> target_config(const ConvertOptions& options, const OpenedCheckpoint& source,
                                         const Tokenizer* tokenizer) {
  if (!source.config) return std::nullopt;
  ModelConfig config = *source.config;
  const bool ours = options.layout == "pixelsail" || options.layout == "mmengine";
  const bool new_mask_head = ours && source.names != &pixelsail_names();
  if (config.backbone == Backbone::kText)
    config.vision_patch_size = options.patch_size.value_or(config.vision_patch_size);
  config.backbone = written_backbone(options.layout, config.backbone);
  if (new_mask_head) {
    config.mask_stride = options.mask_stride;
    config.seg_hidden_states = options.mask_features;
  }
  if (tokenizer != nullptr && ours) {
    config.vocab_size = std::max(config.vocab_size, tokenizer->vocab_size());
    if (options.layout == "pixelsail") fill_from_tokenizer(config, *tokenizer);
  }
  config.quantization = quantization_of(options.dtype);
  validate(config, "the model to write");
  return config;
}

class Planner {
 public:
  Planner(const ConvertOptions& options, const OpenedCheckpoint& source, const Tokenizer* tokenizer)
      : options_(options), source_(source), table_(table_of(options.layout)) {
    check_groups(options.init_missing);
    check_quantization(options, source);
    plan_.layout = options.layout;
    plan_.config = target_config(options, source, tokenizer);
    names_ = map_names(*source.tensors, source.names);
  }

  ConvertPlan build() {
    if (plan_.config) {
      for (const ParameterSpec& spec : parameter_list(*plan_.config)) add(spec);
    } else {
      for (const std::string& theirs : source_.tensors->names()) copy_unchecked(theirs);
    }
    check_leftovers();
    if (!report_.fits() || !unplaced_.empty()) fail();
    add_alias();
    if (plan_.config && plan_.config->quantization != Quantization::kNone) quantize();
    return std::move(plan_);
  }

 private:
  DType written_dtype(DType dtype) const {
    return is_floating(dtype) && !options_.dtype.empty() &&
                   quantization_of(options_.dtype) == Quantization::kNone
               ? to_dtype(resolve_dtype(options_.dtype))
               : dtype;
  }

  /// What a drawn tensor is stored as: like the embedding.
  DType drawn_dtype() const {
    const auto embedding = names_.theirs.find(kEmbeddingName);
    return written_dtype(embedding == names_.theirs.end() ? DType::kF32
                                                          : source_.tensors->info(embedding->second).dtype);
  }

  /// Notes a tensor that cannot be a weight.
  bool is_weight(const std::string& theirs) {
    const DType dtype = source_.tensors->info(theirs).dtype;
    if (!is_floating(dtype)) report_.mistyped.push_back(theirs + " is " + std::string(dtype_name(dtype)));
    return is_floating(dtype);
  }

  void add(const ParameterSpec& spec) {
    const std::optional<std::string> name = table_.from_ours(spec.name);
    // A layout that has no place for a group does not need it either.
    if (!name) return;
    const auto found = names_.theirs.find(spec.name);
    used_.insert(spec.name);
    if (found == names_.theirs.end()) {
      if (contains(options_.init_missing, spec.group)) {
        plan_.tensors.push_back({.ours = spec.name,
                                 .theirs = *name,
                                 .source = {},
                                 .info = {drawn_dtype(), spec.shape},
                                 .start = initial_value(spec.name, spec.shape, *plan_.config)});
      } else if (!may_be_absent(spec.group)) {
        report_.missing.push_back(spec.name);
        missing_groups_.insert(spec.group);
      }
      return;
    }
    if (!is_weight(found->second)) return;
    const TensorInfo& info = source_.tensors->info(found->second);
    PlannedTensor planned{.ours = spec.name,
                          .theirs = *name,
                          .source = found->second,
                          .info = {written_dtype(info.dtype), spec.shape}};
    if (info.shape != spec.shape) {
      if (!grows(spec, info.shape)) {
        report_.misshapen.push_back(found->second + " is " + shape_text(info.shape) + " in the checkpoint, " +
                                    shape_text(spec.shape) + " by config.json");
        return;
      }
      planned.new_rows = spec.shape[0] - info.shape[0];
      constexpr double kRowDeviation = 0.02;
      planned.start = {.deviation = kRowDeviation};
    }
    plan_.tensors.push_back(std::move(planned));
  }

  /// Whether the layout has a place for the group and does without it.
  bool may_be_absent(const std::string& group) const {
    const BackboneFamily* family = find_family(options_.layout);
    return family != nullptr && contains(family->optional_groups, group);
  }

  /// Every weight that can be quantized becomes two tensors.
  void quantize() {
    std::vector<PlannedTensor> tensors;
    for (PlannedTensor& planned : plan_.tensors) {
      const ParameterSpec spec{planned.ours, planned.info.shape, parameter_group(planned.ours)};
      if (!spec.can_be_quantized()) {
        tensors.push_back(std::move(planned));
        continue;
      }
      const CompactLayout layout = compact_layout(spec.shape[0], spec.shape[1], plan_.config->quantization);
      planned.shape = spec.shape;
      PlannedTensor data = planned, scales = planned;
      data.theirs += kCompactData;
      data.info = {to_dtype(layout.data_type), layout.data_shape};
      data.part = PlannedTensor::Part::kData;
      scales.theirs += kCompactScales;
      scales.info = {to_dtype(layout.scale_type), layout.scale_shape};
      scales.part = PlannedTensor::Part::kScales;
      tensors.push_back(std::move(data));
      tensors.push_back(std::move(scales));
    }
    plan_.tensors = std::move(tensors);
  }

  /// Rows for tokens that the tokenizer has and the source's model has not.
  bool grows(const ParameterSpec& spec, const std::vector<std::int64_t>& shape) const {
    return (spec.name == kEmbeddingName || spec.name == kOutputLayerName) && shape.size() == 2 &&
           shape[1] == spec.shape[1] && shape[0] == source_.config->vocab_size && shape[0] < spec.shape[0];
  }

  void copy_unchecked(const std::string& theirs) {
    const std::optional<std::string> ours = source_.names->to_ours(theirs);
    if (!ours) return;
    const std::optional<std::string> name = table_.from_ours(*ours);
    if (!name || contains(options_.drop, parameter_group(*ours))) return;
    used_.insert(*ours);
    if (!is_weight(theirs)) return;
    const TensorInfo& info = source_.tensors->info(theirs);
    plan_.tensors.push_back(
        {.ours = *ours, .theirs = *name, .source = theirs, .info = {written_dtype(info.dtype), info.shape}});
  }

  bool may_drop(const std::string& theirs, const std::string& group) const {
    return std::any_of(options_.drop.begin(), options_.drop.end(), [&](const std::string& name) {
      return name == group || (!is_group(name) && theirs.starts_with(name));
    });
  }

  /// Tensors of the source that are not written.
  void check_leftovers() {
    for (const std::string& theirs : names_.unknown) {
      if (may_drop(theirs, "")) {
        plan_.dropped.push_back(theirs);
      } else {
        report_.unexpected.push_back(theirs);
      }
    }
    for (const auto& [ours, theirs] : names_.theirs) {
      if (used_.contains(ours)) continue;
      if (may_drop(theirs, parameter_group(ours))) {
        plan_.dropped.push_back(theirs);
      } else if (is_copy_of_embedding(*source_.tensors, names_, ours)) {
        continue;
      } else if (!table_.from_ours(ours)) {
        unplaced_.push_back(theirs);
        unplaced_groups_.insert(parameter_group(ours));
      } else {
        report_.unexpected.push_back(theirs);
      }
    }
  }

  /// The public code's files hold a shared output layer under both names.
  void add_alias() {
    if (options_.layout != "mmengine" || !plan_.config || !plan_.config->tie_word_embeddings) return;
    plan_.aliases.push_back({.name = kOutputLayerName, .of = kEmbeddingName});
  }

  [[noreturn]] void fail() const {
    const auto join = [](const std::set<std::string>& names) {
      std::string text;
      for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
      return text;
    };
    FitReport all = report_;
    std::string message = all.text(source_name(*source_.tensors));
    if (!unplaced_.empty()) {
      message += "\n  " + std::to_string(unplaced_.size()) + " without a place in the layout '" +
                 options_.layout + "', the first is " + unplaced_.front();
    }
    if (!missing_groups_.empty())
      message += "\n  --init-missing " + join(missing_groups_) + " draws what is missing at random";
    if (!unplaced_groups_.empty())
      message += "\n  --drop " + join(unplaced_groups_) + " leaves out what has no place";
    if (!report_.unexpected.empty()) message += "\n  --drop PREFIX leaves out unexpected tensors";
    throw DataError(message);
  }

  const ConvertOptions& options_;
  const OpenedCheckpoint& source_;
  const NameTable& table_;
  MappedNames names_;
  ConvertPlan plan_;
  FitReport report_;
  std::vector<std::string> unplaced_;
  std::set<std::string> used_, missing_groups_, unplaced_groups_;
};

}  // namespace

ConvertPlan plan_conversion(const ConvertOptions& options, const OpenedCheckpoint& source,
                            const Tokenizer* tokenizer) {
  return Planner(options, source, tokenizer).build();
}

}  // namespace pixelsail
