#include "metrics/wordnet/wordnet.h"

#include <algorithm>
#include <optional>
#include <span>

#include "io/python_strings.h"
#include "metrics/wordnet/wordnet_files.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// Suffix of the files, and the letter that the lines of an index carry.
struct PartNames {
  const char* suffix;
  std::string_view letter;
};
constexpr std::array<PartNames, 4> kNames{{{"noun", "n"}, {"verb", "v"}, {"adj", "a"}, {"adv", "r"}}};

struct Detachment {
  std::string_view suffix, ending;
};
// The rules of detachment of morphy(7WN), with NLTK's additions ("ves", and "ies" before "es" for verbs).
constexpr auto kNounRules = std::to_array<Detachment>({{"s", ""},
                                                       {"ses", "s"},
                                                       {"ves", "f"},
                                                       {"xes", "x"},
                                                       {"zes", "z"},
                                                       {"ches", "ch"},
                                                       {"shes", "sh"},
                                                       {"men", "man"},
                                                       {"ies", "y"}});
constexpr auto kVerbRules = std::to_array<Detachment>(
    {{"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""}});
constexpr auto kAdjectiveRules =
    std::to_array<Detachment>({{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}});

std::span<const Detachment> detachments(PartOfSpeech part_of_speech) {
  switch (part_of_speech) {
    case PartOfSpeech::kNoun:
      return kNounRules;
    case PartOfSpeech::kVerb:
      return kVerbRules;
    case PartOfSpeech::kAdjective:
      return kAdjectiveRules;
    default:
      return {};
  }
}

std::vector<std::string> detached(std::string_view word, PartOfSpeech part_of_speech) {
  std::vector<std::string> forms;
  for (const Detachment& rule : detachments(part_of_speech)) {
    if (!word.ends_with(rule.suffix)) continue;
    forms.emplace_back(word.substr(0, word.size() - rule.suffix.size())).append(rule.ending);
  }
  return forms;
}

/// Splits "galore(ip)" into name and marker: one pair of parentheses without others inside, at the end.
WordNetLemma parse_lemma(std::string_view field) {
  const std::size_t open = field.ends_with(')') ? field.rfind('(') : std::string_view::npos;
  if (open == std::string_view::npos || field.find(')', open) != field.size() - 1) {
    return {.name = std::string(field), .marker = ""};
  }
  return {.name = std::string(field.substr(0, open)), .marker = std::string(field.substr(open))};
}

}  // namespace

struct WordNet::Files {
  Files(const std::filesystem::path& folder, std::string_view suffix)
      : index(folder / ("index." + std::string(suffix)), /*sorted=*/true),
        exceptions(folder / (std::string(suffix) + ".exc"), /*sorted=*/false),
        data(folder / ("data." + std::string(suffix))) {}

  detail::WordNetLines index, exceptions;
  detail::WordNetData data;
};

WordNet::WordNet(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / "index.noun")) {
    throw DataError(folder.string() + ": holds no WordNet database (Debian's package is wordnet-base)");
  }
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i] = std::make_unique<Files>(folder, kNames[i].suffix);
  }
}

WordNet::~WordNet() = default;
WordNet::WordNet(WordNet&&) noexcept = default;
WordNet& WordNet::operator=(WordNet&&) noexcept = default;

const WordNet::Files& WordNet::files(PartOfSpeech part_of_speech) const {
  return *files_.at(static_cast<std::size_t>(part_of_speech));
}

std::vector<SynsetId> WordNet::synsets(std::string_view word) const {
  const std::string lower = detail::python_lower(word);
  std::vector<SynsetId> found;
  for (const PartOfSpeech part_of_speech : kPartsOfSpeech) {
    for (const std::string& form : base_forms(lower, part_of_speech)) {
      const std::vector<SynsetId> more = entry(form, part_of_speech);
      found.insert(found.end(), more.begin(), more.end());
    }
  }
  return found;
}

std::vector<std::string> WordNet::base_forms(std::string_view word, PartOfSpeech part_of_speech) const {
  const Files& of = files(part_of_speech);
  // A line of the exception list replaces the rules even when the index knows none of its forms.
  std::vector<std::string> candidates =
      of.exceptions.find(word) ? exceptions(word, part_of_speech) : detached(word, part_of_speech);
  candidates.insert(candidates.begin(), std::string(word));
  std::vector<std::string> forms;
  for (std::string& form : candidates) {
    if (!of.index.find(form) || std::ranges::find(forms, form) != forms.end()) continue;
    forms.push_back(std::move(form));
  }
  return forms;
}

std::vector<std::string> WordNet::exceptions(std::string_view word, PartOfSpeech part_of_speech) const {
  std::vector<std::string> forms;
  const std::optional<std::string_view> line = files(part_of_speech).exceptions.find(word);
  if (!line) return forms;
  detail::WordNetFields fields(*line);
  for (std::string_view form = fields.next(); !form.empty(); form = fields.next()) forms.emplace_back(form);
  return forms;
}

std::vector<SynsetId> WordNet::entry(std::string_view lemma, PartOfSpeech part_of_speech) const {
  const detail::WordNetLines& index = files(part_of_speech).index;
  const std::optional<std::string_view> line = index.find(lemma);
  if (!line) return {};
  // pos synset_cnt p_cnt [ptr_symbol...] sense_cnt tagsense_cnt synset_offset [synset_offset...]
  detail::WordNetFields fields(*line);
  const std::string_view letter = kNames[static_cast<std::size_t>(part_of_speech)].letter;
  if (fields.next() != letter) index.fail(*line, "the part of speech is not '" + std::string(letter) + "'");
  const std::optional<std::uint32_t> synset_count = fields.next_number();
  const std::optional<std::uint32_t> pointer_count = fields.next_number();
  if (synset_count.value_or(0) == 0 || !pointer_count) index.fail(*line, "counts are expected");
  for (std::uint32_t i = 0; i < *pointer_count; ++i) {
    if (fields.next().empty()) index.fail(*line, "there are fewer pointers than the line says");
  }
  const std::optional<std::uint32_t> sense_count = fields.next_number();
  if (sense_count != synset_count) index.fail(*line, "the numbers of synsets and of senses differ");
  if (!fields.next_number()) index.fail(*line, "the number of ranked senses is expected");
  std::vector<SynsetId> found;
  for (std::uint32_t i = 0; i < *synset_count; ++i) {
    const std::optional<std::uint32_t> offset = fields.next_number();
    if (!offset) index.fail(*line, "there are fewer synsets than the line says");
    found.push_back({part_of_speech, *offset});
  }
  return found;
}

std::vector<WordNetLemma> WordNet::lemmas(const SynsetId& synset) const {
  const detail::WordNetData& data = files(synset.part_of_speech).data;
  const std::string line = data.fields_at(synset.offset);
  // synset_offset lex_filenum ss_type w_cnt word lex_id [word lex_id...]; w_cnt and lex_id are hexadecimal
  detail::WordNetFields fields(line);
  fields.next();
  if (!fields.next_number()) data.fail(synset.offset, "the number of the lexicographer file is expected");
  const std::string_view letter = kNames[static_cast<std::size_t>(synset.part_of_speech)].letter;
  const std::string_view type = fields.next();
  const bool satellite = synset.part_of_speech == PartOfSpeech::kAdjective && type == "s";
  if (type != letter && !satellite) data.fail(synset.offset, "the synset is of another part of speech");
  const std::optional<std::uint32_t> count = fields.next_number(16);
  if (count.value_or(0) == 0) data.fail(synset.offset, "the number of words is expected");
  std::vector<WordNetLemma> words;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const std::string_view word = fields.next();
    if (word.empty() || !fields.next_number(16)) {
      data.fail(synset.offset, "there are fewer words than the line says");
    }
    words.push_back(parse_lemma(word));
  }
  return words;
}

}  // namespace pixelsail
