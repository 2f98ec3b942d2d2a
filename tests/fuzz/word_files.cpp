#include "word_files.h"

namespace pixelsail::fuzz {

std::filesystem::path put_wordnet(const Scratch& scratch) {
  for (const char* suffix : {"noun", "verb", "adj", "adv"}) {
    const bool has_words = std::string(suffix) == "noun";
    scratch.put(std::string("wordnet/data.") + suffix, has_words ? kWordNetData : "");
    scratch.put(std::string("wordnet/index.") + suffix, has_words ? kWordNetIndex : "");
    scratch.put(std::string("wordnet/") + suffix + ".exc", has_words ? kWordNetExceptions : "");
  }
  return scratch.root() / "wordnet";
}

std::filesystem::path put_meteor(const Scratch& scratch) {
  scratch.put("meteor/english.words", "the\nof\na\n'\n");
  scratch.put("meteor/english.prefixes", "# comment\n\nvs\nMr\nno #NUMERIC_ONLY#\n");
  scratch.put("meteor/english.synsets", "automobile\n10\ncar\n10 11\nwolf\n30\n");
  scratch.put("meteor/english.exceptions", "wolf\nwolves\nrun\nran running\n");
  return scratch.root() / "meteor";
}

}  // namespace pixelsail::fuzz
