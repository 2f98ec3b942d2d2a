#include "checkpoint/open_checkpoint.h"

#include <algorithm>
#include <cmath>

#include "checkpoint/hf_config.h"
#include "families/family.h"
#include "io/json.h"
#include "model/weights_load.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using Shape = std::vector<std::int64_t>;

/// Shapes of a source by our names.
class Shapes {
 public:
  explicit Shapes(const OpenedCheckpoint& checkpoint) : checkpoint_(checkpoint) {}

  const Shape* find(const std::string& ours) const {
    const auto theirs = checkpoint_.names->from_ours(ours);
    if (!theirs || !checkpoint_.tensors->contains(*theirs)) return nullptr;
    return &checkpoint_.tensors->info(*theirs).shape;
  }
  /// Axis of a tensor that must have so many.
  std::int64_t axis(const std::string& ours, std::size_t axis, std::size_t axes) const {
    const Shape* shape = find(ours);
    if (shape == nullptr || shape->size() != axes || (*shape)[axis] <= 0) {
      throw DataError(source_name(*checkpoint_.tensors) + ": tensor '" + ours +
                      "' is missing or has the wrong number of axes");
    }
    return (*shape)[axis];
  }

 private:
  const OpenedCheckpoint& checkpoint_;
};

const std::string kModel = "single_transformer.model.";
constexpr std::size_t kMatrix = 2, kConvolution = 4;

/// Patch size of a linear patch embedding [C, 3 P P].
std::int64_t linear_patch_size(const Shapes& shapes, const std::string& where) {
  const std::int64_t width = shapes.axis(kModel + "vis_embed.weight", 1, kMatrix);
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(width) / 3)));
  if (3 * side * side != width) {
    throw DataError(where + ": the patch embedding reads " + std::to_string(width) +
                    " values, which is no square patch of three channels");
  }
  return side;
}

/// The backbone of a model with an image: the family's, or that of the first family whose own tensor is there.
Backbone backbone_of(const OpenedCheckpoint& checkpoint, const Shapes& shapes) {
  const Backbone published = find_family(checkpoint.names->family)->backbone;
  if (published != Backbone::kText) return published;
  for (const BackboneFamily* family : all_families())
    if (!family->own_mark.empty() && shapes.find(family->own_mark) != nullptr) return family->backbone;
  return Backbone::kText;
}

/// What makes a vision model of a language model's configuration.
void read_vision(ModelConfig& config, const OpenedCheckpoint& checkpoint) {
  const Shapes shapes(checkpoint);
  config.backbone = backbone_of(checkpoint, shapes);
  if (!config.has_vision()) return;
  if (config.traits().patches_replace_tokens) {
    const std::string prefix = kModel + "vision_tower.patch_embedding.";
    config.mm_hidden_size = shapes.axis(prefix + "0.weight", 0, kConvolution);
    config.patch_stride = shapes.axis(prefix + "0.weight", 2, kConvolution);
    config.vision_patch_size = config.patch_stride * shapes.axis(prefix + "2.weight", 2, kConvolution);
  } else {
    config.vision_patch_size = linear_patch_size(shapes, source_name(*checkpoint.tensors));
  }
}

void read_mask_head(ModelConfig& config, const OpenedCheckpoint& checkpoint) {
  const Shapes shapes(checkpoint);
  const std::string projector = "image_feature_projector.2.weight";
  if (shapes.find(projector) == nullptr) return;
  config.seg_hidden_states = shapes.axis(projector, 0, kMatrix);
  const std::int64_t inner = shapes.axis(projector, 1, kMatrix);
  if (inner < config.hidden_size) {
    config.in_dim_limit = inner;
  } else {
    config.in_dim_limit = std::max(config.in_dim_limit, config.hidden_size);
  }
  std::int64_t blocks = 0;
  while (shapes.find("upsample_blocks." + std::to_string(blocks) + ".0.weight") != nullptr) ++blocks;
  config.mask_stride = config.vision_patch_size >> blocks;
}

/// A model that was trained further may have more or fewer tokens than the one that it started from.
void read_vocabulary(ModelConfig& config, const OpenedCheckpoint& checkpoint) {
  config.vocab_size = Shapes(checkpoint).axis(kModel + "embed_tokens.weight", 0, kMatrix);
}

std::filesystem::path config_file(const std::filesystem::path& path, const std::filesystem::path& config,
                                  const std::filesystem::path& folder) {
  if (config.empty()) return folder / "config.json";
  const std::filesystem::path file = std::filesystem::is_directory(config) ? config / "config.json" : config;
  if (!std::filesystem::exists(file)) {
    throw DataError(file.string() + ": no such file (the configuration for " + path.string() + ")");
  }
  return file;
}

}  // namespace

const NameTable& detect_names(const TensorSource& tensors) {
  const auto has = [&tensors](const std::string& mark) {
    if (!mark.ends_with('*')) return tensors.contains(mark);
    const std::string_view begin(mark.data(), mark.size() - 1);
    return std::any_of(tensors.names().begin(), tensors.names().end(),
                       [begin](const std::string& name) { return name.starts_with(begin); });
  };
  const auto marked = [&has](const BackboneFamily& family) {
    return std::all_of(family.marks.begin(), family.marks.end(), has);
  };
  if (marked(pixelsail_family())) return pixelsail_names();
  std::string known;
  // A model with an image has the names of the language model underneath too, so it is asked first.
  for (const bool image : {true, false}) {
    for (const BackboneFamily* family : all_families())
      if (family->traits.has_value() == image && marked(*family)) return family->names;
  }
  for (const BackboneFamily* family : all_families()) known += (known.empty() ? "" : ", ") + family->title;
  std::string some;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, tensors.names().size()); ++i)
    some += (i == 0 ? "" : ", ") + tensors.names()[i];
  throw DataError(source_name(tensors) + ": its tensors (" + some +
                  ", ...) are of no family that is known (" + known + ")");
}

OpenedCheckpoint open_checkpoint(const std::filesystem::path& path, const std::filesystem::path& config) {
  OpenedCheckpoint checkpoint;
  checkpoint.tensors = open_tensors(path);
  checkpoint.names = &detect_names(*checkpoint.tensors);
  checkpoint.folder = std::filesystem::is_directory(path) ? path : path.parent_path();
  const std::filesystem::path file = config_file(path, config, checkpoint.folder);
  if (!std::filesystem::exists(file)) return checkpoint;
  if (!config.empty()) checkpoint.folder = file.parent_path();
  const Json value = read_json(file);
  const std::string where = file.string();
  if (is_own_config(value)) {
    checkpoint.config = model_config_from_json(value, where);
    return checkpoint;
  }
  ModelConfig filled = model_config_from_hf(value, where);
  read_vision(filled, checkpoint);
  if (checkpoint.names == &pixelsail_names()) {
    read_mask_head(filled, checkpoint);
    read_vocabulary(filled, checkpoint);
  }
  // Models with an image are built on either language model; their configurations do not say which.
  if (filled.has_vision())
    filled.attention_bias = Shapes(checkpoint).find(kModel + "layers.0.self_attn.q_proj.bias") != nullptr;
  validate_read(filled, where);
  checkpoint.config = filled;
  return checkpoint;
}

}  // namespace pixelsail
