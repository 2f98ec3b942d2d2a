#pragma once

/// Which pictures a folder of things holds and what its table or their names say of them.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pixelsail::detail {

struct ThingEntry {
  std::filesystem::path path;
  std::string file;  ///< as the folder names it
  bool background = false, unseen = false;
  bool loose = false;  ///< in a folder without table
  bool nameless = false;
  std::string name, plural, category;
  std::vector<std::string> alike;
  std::vector<std::string> folders;  ///< where a loose one lies, the innermost first
};

struct ThingListing {
  std::vector<ThingEntry> entries;
  std::size_t left_out = 0;
};

/// Adds the pictures of a folder; see synth/things/library.h. Throws DataError.
void list_things(const std::filesystem::path& folder, ThingListing& listing);

/// Adds every picture of a folder and below, each as a thing of its own that has no name; of a folder with a table those of
/// train whose nouns `named` does not have. Throws DataError.
void list_nameless(const std::filesystem::path& folder, const std::vector<std::string>& named,
                   ThingListing& listing);

/// "zebras", "foxes", "berries".
std::string regular_plural(const std::string& name);

/// The name of a picture in a folder without table, from the text beside it or from its file's name: "A red fox." ->
/// "red fox". Empty when that is not one to three plain words.
std::string name_from_text(const std::string& text);

}  // namespace pixelsail::detail
