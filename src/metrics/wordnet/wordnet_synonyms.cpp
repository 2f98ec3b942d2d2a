#include "metrics/wordnet/wordnet_synonyms.h"

#include <utility>

#include "metrics/wordnet/wordnet.h"

namespace pixelsail {
namespace {

class WordNetSynonyms : public SynonymSource {
 public:
  explicit WordNetSynonyms(const std::filesystem::path& folder) : wordnet_(folder) {}

  bool append_synsets(std::string_view entry, std::vector<std::uint32_t>& ids) const override {
    const std::size_t before = ids.size();
    for (const PartOfSpeech part : kPartsOfSpeech) {
      for (const SynsetId& synset : wordnet_.entry(entry, part)) ids.push_back(synset.offset);
    }
    return ids.size() > before;
  }

  std::vector<std::string> base_forms(std::string_view form) const override {
    std::vector<std::string> bases;
    for (const PartOfSpeech part : kPartsOfSpeech) {
      for (std::string& base : wordnet_.exceptions(form, part)) bases.push_back(std::move(base));
    }
    return bases;
  }

 private:
  WordNet wordnet_;
};

}  // namespace

std::unique_ptr<SynonymSource> wordnet_synonyms(const std::filesystem::path& folder) {
  return std::make_unique<WordNetSynonyms>(folder);
}

}  // namespace pixelsail
