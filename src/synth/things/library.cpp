#include "synth/things/library.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "core/fingerprint.h"
#include "io/atomic_file.h"
#include "pixelsail/error.h"
#include "synth/things/listing.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using detail::ThingEntry;
using detail::ThingListing;

ThingListing list_all(const std::vector<fs::path>& folders, const std::vector<fs::path>& nameless,
                      const std::vector<std::string>& named) {
  ThingListing listing;
  for (const fs::path& folder : folders) detail::list_things(folder, listing);
  for (const fs::path& folder : nameless) detail::list_nameless(folder, named, listing);
  return listing;
}

/// "pieces of furniture"
std::string category_plural(const std::string& name) {
  const std::size_t of = name.find(" of ");
  return of == std::string::npos ? detail::regular_plural(name)
                                 : detail::regular_plural(name.substr(0, of)) + name.substr(of);
}

/// Pictures that no table speaks of belong to the category that a folder of theirs is called after ("animals"). Those
/// of no known category could be of any: they are never shown beside a thing that has one.
void find_categories(ThingListing& listing) {
  std::map<std::string, std::string> known;
  for (const ThingEntry& entry : listing.entries) {
    if (entry.category.empty()) continue;
    known[entry.category] = entry.category;
    known[category_plural(entry.category)] = entry.category;
  }
  std::set<std::string> told;
  for (const ThingEntry& entry : listing.entries) {
    if (!entry.loose) told.insert(entry.name);
  }
  for (ThingEntry& entry : listing.entries) {
    if (!entry.loose || entry.nameless || told.contains(entry.name)) continue;
    const auto folder =
        std::ranges::find_if(entry.folders, [&](const std::string& name) { return known.contains(name); });
    if (folder != entry.folders.end()) {
      entry.category = known.at(*folder);
    } else {
      for (const auto& [name, category] : known) entry.alike.push_back(category);
    }
  }
}

/// What is said of a noun, from whichever of its pictures says it.
struct NounFacts {
  std::string plural, category;
  std::set<std::string> alike;
  bool nameless = false;
};

std::map<std::string, NounFacts> nouns_in(const ThingListing& listing) {
  std::map<std::string, NounFacts> nouns;
  for (const ThingEntry& entry : listing.entries) {
    if (entry.background) continue;
    NounFacts& facts = nouns[entry.name];
    if (facts.plural.empty()) facts.plural = entry.plural;
    if (facts.category.empty()) facts.category = entry.category;
    facts.alike.insert(entry.alike.begin(), entry.alike.end());
    facts.nameless = entry.nameless;
  }
  return nouns;
}

/// Keeps backgrounds and the nouns in `only`; all when it is empty.
void keep_only(ThingListing& listing, const std::vector<std::string>& only) {
  for (const std::string& name : only) {
    if (std::ranges::find(listing.entries, name, &ThingEntry::name) == listing.entries.end())
      throw ConfigError("synthetic data set: nouns: no picture shows a '" + name + "'");
  }
  if (only.empty()) return;
  std::erase_if(listing.entries, [&](const ThingEntry& entry) {
    return !entry.background && !entry.nameless && std::ranges::find(only, entry.name) == only.end();
  });
}

/// What is wrong with a picture as a cut-out; empty: nothing.
std::string fault_of(const RgbaImage& picture) {
  constexpr std::size_t kFewestPixels = 64;
  std::size_t seen = 0, through = 0;
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) ++(picture.rgba[i] < 128 ? through : seen);
  if (seen < kFewestPixels) return "nothing can be seen on this picture";
  return through == 0 ? "no cut-out: the whole picture is opaque" : "";
}

}  // namespace

ThingLibrary::ThingLibrary(const std::vector<fs::path>& folders, const std::vector<std::string>& only,
                           const std::vector<fs::path>& nameless) {
  ThingListing listing = list_all(folders, nameless, only);
  left_out_ = listing.left_out;
  find_categories(listing);
  keep_only(listing, only);
  std::vector<ThingCutout> cutouts;
  std::erase_if(listing.entries, [&](const ThingEntry& entry) {
    if (entry.background) {
      backgrounds_[index(entry.unseen ? ThingPart::kUnseen : ThingPart::kTrain)].push_back(
          load_image(entry.path));
      return true;
    }
    ThingCutout cutout{.file = entry.file, .pixels = load_rgba(entry.path), .colors = {}};
    if (const std::string fault = fault_of(cutout.pixels); !fault.empty()) {
      if (!entry.loose) throw DataError(entry.path.string() + ": " + fault);
      ++left_out_;
      return true;
    }
    cutout.colors = color_words(cutout.pixels);
    cutouts.push_back(std::move(cutout));
    return false;
  });
  const std::string where = folders.empty() ? "no folder" : folders.front().string();
  if (cutouts.empty()) throw DataError(where + ": no nouns");
  for (std::size_t part = 0; part < 2; ++part) {
    if (backgrounds_[part].empty())
      throw DataError(where + ": no background of the part " + (part == 0 ? "train" : "unseen"));
  }
  name_nouns(listing);
  for (std::size_t i = 0; i < cutouts.size(); ++i) {
    const ThingEntry& entry = listing.entries[i];
    const auto noun = std::ranges::find(nouns_, entry.name, &ThingNoun::name);
    cutouts_[index(entry.unseen ? ThingPart::kUnseen : ThingPart::kTrain)][static_cast<std::size_t>(noun->id)]
        .push_back(std::move(cutouts[i]));
  }
  for (std::size_t part = 0; part < 2; ++part) {
    for (const ThingNoun& noun : nouns_) {
      if (!noun.sayable || cutouts_[part][static_cast<std::size_t>(noun.id)].empty()) continue;
      present_[part].push_back(&noun);
    }
  }
  for (const ThingNoun& noun : nouns_) {
    if (!noun.sayable) nameless_.push_back(&noun);
  }
  if (!nameless.empty() && nameless_.empty())
    throw DataError(nameless.front().string() + ": no cut-outs of things without names");
}

void ThingLibrary::name_nouns(const ThingListing& listing) {
  const std::map<std::string, NounFacts> facts = nouns_in(listing);
  std::set<std::string> names;
  for (const auto& [name, fact] : facts) {
    if (!fact.category.empty()) names.insert(fact.category);
  }
  for (const std::string& name : names)
    categories_.push_back({static_cast<int>(categories_.size()), name, category_plural(name)});
  // Those without a name come last, so that they change no number of the others.
  for (const bool nameless : {false, true}) {
    for (const auto& [name, fact] : facts) {
      if (fact.nameless != nameless) continue;
      const auto category = std::ranges::find(categories_, fact.category, &ThingCategory::name);
      nouns_.push_back({static_cast<int>(nouns_.size()), name, fact.plural,
                        category == categories_.end() ? nullptr : &*category, !nameless});
    }
  }
  for (auto& cutouts : cutouts_) cutouts.resize(nouns_.size());
  alike_.assign(nouns_.size() * nouns_.size(), false);
  const auto at = [&](const ThingNoun& a, const ThingNoun& b) {
    return static_cast<std::size_t>(a.id) * nouns_.size() + static_cast<std::size_t>(b.id);
  };
  for (const ThingNoun& a : nouns_) {
    const std::set<std::string>& to = facts.at(a.name).alike;
    if (to.empty()) continue;
    for (const ThingNoun& b : nouns_) {
      const bool alike = to.contains(b.name) || (b.category != nullptr && to.contains(b.category->name));
      if (alike && a.id != b.id) alike_[at(a, b)] = alike_[at(b, a)] = true;
    }
  }
}

std::string things_fingerprint(const std::vector<fs::path>& folders, const std::vector<fs::path>& nameless,
                               const std::vector<std::string>& only) {
  Fingerprint fingerprint;
  ThingListing listing = list_all(folders, nameless, only);
  find_categories(listing);
  for (const ThingEntry& entry : listing.entries) {
    for (const std::string& text : {entry.file, entry.name, entry.plural, entry.category}) {
      fingerprint.add(text);
      fingerprint.add(std::int64_t{0});
    }
    for (const std::string& other : entry.alike) fingerprint.add(other + ';');
    fingerprint.add(std::int64_t{entry.background ? 2 : 0} + (entry.unseen ? 1 : 0));
    fingerprint.add(read_file(entry.path));
  }
  return fingerprint.text();
}

}  // namespace pixelsail
