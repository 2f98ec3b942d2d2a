// Look-ups over the rows.

#include <algorithm>

#include "families/family.h"
#include "pixelsail/error.h"

namespace pixelsail {

std::vector<const BackboneFamily*> all_families() {
  std::vector<const BackboneFamily*> families;
  for (const auto& family : kFamilies) families.push_back(&family());
  return families;
}

const BackboneFamily* find_family(std::string_view name) {
  for (const BackboneFamily* family : all_families())
    if (family->names.family == name) return family;
  return nullptr;
}

const NameTable& pixelsail_names() {
  return pixelsail_family().names;
}

std::vector<const NameTable*> all_name_tables() {
  std::vector<const NameTable*> tables;
  for (const BackboneFamily* family : all_families()) tables.push_back(&family->names);
  return tables;
}

const BackboneTraits& traits_of(Backbone backbone) {
  // One entry a backbone: this is asked in every forward pass.
  static const auto kTraits = [] {
    std::array<const BackboneTraits*, enum_names(Backbone{}).size()> all;
    all.fill(&*sail_family().traits);
    for (const BackboneFamily* family : all_families())
      if (family->traits) all.at(static_cast<std::size_t>(family->backbone)) = &*family->traits;
    return all;
  }();
  return *kTraits.at(static_cast<std::size_t>(backbone));
}

PreprocessConfig preprocess_defaults(std::string_view name) {
  std::string known;
  for (const BackboneFamily* family : all_families()) {
    for (const auto* one : {&family->pixelsail_preprocess, &family->preprocess}) {
      if (!*one) continue;
      if ((*one)->name == name) return (*one)->config;
      known += (known.empty() ? "" : ", ") + (*one)->name;
    }
  }
  throw ConfigError("no preprocessing is known for \"" + std::string(name) + "\"; known are " + known);
}

}  // namespace pixelsail
