#pragma once

/// Readers of what other programs write: pickles with names that mean data, JSON with Python's numbers, pictures,
/// YAML, lines of one's own folder.

#include "mutator.h"

namespace pixelsail::fuzz {

Material names_material();
void run_names(const std::string& input);
Material json_material();
void run_json(const std::string& input);
Material gif_material();
void run_gif(const std::string& input);
Material exif_material();
void run_exif(const std::string& input);
Material yaml_material();
void run_yaml(const std::string& input);
Material folder_material();
void run_folder(const std::string& input);

}  // namespace pixelsail::fuzz
