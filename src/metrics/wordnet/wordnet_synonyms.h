#pragma once

/// WordNet as METEOR's dictionary of synonyms.

#include <filesystem>
#include <memory>

#include "metrics/meteor/meteor_synonyms.h"

namespace pixelsail {

/// `folder`: a WordNet database. The same entries, synsets and exceptions as METEOR's files, which were made
/// from WordNet 3.0: ids are offsets in the data files, all parts of speech together. Throws DataError when a
/// file is missing or malformed.
std::unique_ptr<SynonymSource> wordnet_synonyms(const std::filesystem::path& folder);

}  // namespace pixelsail
