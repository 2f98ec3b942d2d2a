#pragma once

/// All that tells one family of checkpoints from another, as plain data: text, image, model and checkpoint read
/// what concerns them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "families/chat_template.h"
#include "families/name_table.h"
#include "families/preprocess_config.h"
#include "families/traits.h"

namespace pixelsail {

/// An architecture of Hugging Face's config.json.
struct HfArchitecture {
  std::string name;        ///< in "architectures"
  std::string model_type;  ///< as its published config.json says
  bool attention_bias = false;
};

/// A key that config.json of a family has beside those of a language model.
struct HfKey {
  enum class Value { kPatchSize, kMmHiddenSize, kConstant };

  std::string key;
  Value value = Value::kConstant;
  std::string constant;  ///< of kConstant, as JSON
};

struct NamedPreprocess {
  std::string name;
  PreprocessConfig config;
};

struct BackboneFamily {
  std::string title;                     ///< as people call it
  Backbone backbone = Backbone::kText;   ///< of a model in the published layout
  std::optional<BackboneTraits> traits;  ///< of a Pixel-SAIL on it; none: images need another backbone

  NameTable names;  ///< names.family is the family's own name
  /// Tensors that its checkpoints have, all of them; a '*' at the end stands for any rest.
  std::vector<std::string> marks;
  /// The tensor, by our name, that only a Pixel-SAIL on this backbone has; empty: none.
  std::string own_mark;
  /// Groups of parameters (model/parameter_list.h) that the layout has a place for and need not have.
  std::vector<std::string> optional_groups;

  std::vector<HfArchitecture> architectures;  ///< the first that fits is the one that is written
  bool reads_sliding_window = false;          ///< "sliding_window" limits the length of a text
  std::vector<HfKey> hf_keys;

  std::optional<ChatTemplate> chat;                     ///< of the published model
  std::optional<ChatTemplate> pixelsail_chat;           ///< of a Pixel-SAIL on it
  std::optional<NamedPreprocess> preprocess;            ///< of the published model, where it is another
  std::optional<NamedPreprocess> pixelsail_preprocess;  ///< of a Pixel-SAIL on it
};

/// All families in the order of rows.h.
std::vector<const BackboneFamily*> all_families();
/// nullptr for a name that no family has.
const BackboneFamily* find_family(std::string_view name);

}  // namespace pixelsail
