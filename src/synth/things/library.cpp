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

ThingListing list_all(const std::vector<fs::path>& folders) {
  ThingListing listing;
  for (const fs::path& folder : folders) detail::list_things(folder, listing);
  return listing;
}

/// What is said of a noun, from whichever of its pictures says it.
struct NounFacts {
  std::string plural, category;
  std::set<std::string> alike;
};

std::map<std::string, NounFacts> nouns_in(const ThingListing& listing, const std::vector<std::string>& only) {
  std::map<std::string, NounFacts> nouns;
  for (const ThingEntry& entry : listing.entries) {
    if (entry.background) continue;
    NounFacts& facts = nouns[entry.name];
    if (facts.plural.empty()) facts.plural = entry.plural;
    if (facts.category.empty()) facts.category = entry.category;
    facts.alike.insert(entry.alike.begin(), entry.alike.end());
  }
  for (const std::string& name : only) {
    if (!nouns.contains(name))
      throw ConfigError("synthetic data set: nouns: no picture shows a '" + name + "'");
  }
  if (!only.empty())
    std::erase_if(nouns, [&](const auto& noun) { return std::ranges::find(only, noun.first) == only.end(); });
  return nouns;
}

/// "pieces of furniture"
std::string category_plural(const std::string& name) {
  const std::size_t of = name.find(" of ");
  return of == std::string::npos ? detail::regular_plural(name)
                                 : detail::regular_plural(name.substr(0, of)) + name.substr(of);
}

ThingCutout load_cutout(const ThingEntry& entry) {
  constexpr std::size_t kFewestPixels = 64;
  ThingCutout cutout{.file = entry.file, .pixels = load_rgba(entry.path), .colors = {}};
  std::size_t seen = 0, through = 0;
  for (std::size_t i = 3; i < cutout.pixels.rgba.size(); i += 4) {
    seen += cutout.pixels.rgba[i] >= 128 ? 1 : 0;
    through += cutout.pixels.rgba[i] < 128 ? 1 : 0;
  }
  if (seen < kFewestPixels) throw DataError(entry.path.string() + ": nothing can be seen on this picture");
  if (through == 0) throw DataError(entry.path.string() + ": no cut-out: the whole picture is opaque");
  cutout.colors = color_words(cutout.pixels);
  return cutout;
}

}  // namespace

ThingLibrary::ThingLibrary(const std::vector<fs::path>& folders, const std::vector<std::string>& only) {
  const ThingListing listing = list_all(folders);
  left_out_ = listing.left_out;
  const std::string where = folders.empty() ? "no folder" : folders.front().string();
  const std::map<std::string, NounFacts> facts = nouns_in(listing, only);
  if (facts.empty()) throw DataError(where + ": no nouns");
  std::set<std::string> names;
  for (const auto& [name, fact] : facts) {
    if (!fact.category.empty()) names.insert(fact.category);
  }
  for (const std::string& name : names)
    categories_.push_back({static_cast<int>(categories_.size()), name, category_plural(name)});
  for (const auto& [name, fact] : facts) {
    const auto category = std::ranges::find(categories_, fact.category, &ThingCategory::name);
    nouns_.push_back({static_cast<int>(nouns_.size()), name, fact.plural,
                      category == categories_.end() ? nullptr : &*category});
  }
  alike_.assign(nouns_.size() * nouns_.size(), false);
  for (const ThingNoun& a : nouns_) {
    const std::set<std::string>& to = facts.at(a.name).alike;
    for (const ThingNoun& b : nouns_) {
      if (a.id == b.id || (!to.contains(b.name) && (b.category == nullptr || !to.contains(b.category->name))))
        continue;
      alike_[static_cast<std::size_t>(a.id) * nouns_.size() + static_cast<std::size_t>(b.id)] = true;
      alike_[static_cast<std::size_t>(b.id) * nouns_.size() + static_cast<std::size_t>(a.id)] = true;
    }
  }
  for (auto& cutouts : cutouts_) cutouts.resize(nouns_.size());
  for (const ThingEntry& entry : listing.entries) {
    const std::size_t part = index(entry.unseen ? ThingPart::kUnseen : ThingPart::kTrain);
    if (entry.background) {
      backgrounds_[part].push_back(load_image(entry.path));
      continue;
    }
    const auto noun = std::ranges::find(nouns_, entry.name, &ThingNoun::name);
    if (noun != nouns_.end())
      cutouts_[part][static_cast<std::size_t>(noun->id)].push_back(load_cutout(entry));
  }
  for (std::size_t part = 0; part < 2; ++part) {
    for (const ThingNoun& noun : nouns_) {
      if (!cutouts_[part][static_cast<std::size_t>(noun.id)].empty()) present_[part].push_back(&noun);
    }
    if (backgrounds_[part].empty())
      throw DataError(where + ": no background of the part " + (part == 0 ? "train" : "unseen"));
  }
}

std::string things_fingerprint(const std::vector<fs::path>& folders) {
  Fingerprint fingerprint;
  for (const ThingEntry& entry : list_all(folders).entries) {
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
