#include "metrics/meteor/meteor_synonyms.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "metrics/text_lines.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// A regular ending and what stands for it in the base form.
struct Detachment {
  std::string_view ending, replacement;
};

/// morphy(7WN): nouns, verbs, adjectives.
constexpr std::array<Detachment, 20> kDetachments{{
    {"s", ""},    {"ses", "s"}, {"xes", "x"}, {"zes", "z"}, {"ches", "ch"}, {"shes", "sh"}, {"men", "man"},
    {"ies", "y"}, {"s", ""},    {"ies", "y"}, {"es", "e"},  {"es", ""},     {"ed", "e"},    {"ed", ""},
    {"ing", "e"}, {"ing", ""},  {"er", ""},   {"est", ""},  {"er", "e"},    {"est", "e"},
}};

std::size_t count_characters(std::string_view word) {
  return static_cast<std::size_t>(
      std::ranges::count_if(word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Calls `use(first line, second line, number of the second line)` for each pair of lines.
template <class Use>
void for_each_pair(const NamedText& file, Use use) {
  detail::TextLines lines(file.text);
  std::string_view first, second;
  while (lines.next(first)) {
    if (!lines.next(second)) {
      throw DataError(file.name + ":" + std::to_string(lines.number()) +
                      ": the file ends between the two lines of an entry");
    }
    use(first, second, lines.number());
  }
}

class FileSynonyms : public SynonymSource {
 public:
  FileSynonyms(NamedText synsets, const NamedText& exceptions) : file_(std::move(synsets)) {
    for_each_pair(file_, [this](std::string_view word, std::string_view ids, std::size_t line) {
      entries_.insert_or_assign(word, Entry{ids, line});
    });
    for_each_pair(exceptions, [this](std::string_view base, std::string_view forms, std::size_t) {
      detail::for_each_word(
          forms, [this, base](std::string_view form) { base_forms_[std::string(form)].emplace_back(base); });
    });
  }
  FileSynonyms(const FileSynonyms&) = delete;
  FileSynonyms& operator=(const FileSynonyms&) = delete;

  bool append_synsets(std::string_view entry, std::vector<std::uint32_t>& ids) const override {
    const auto found = entries_.find(entry);
    if (found == entries_.end()) return false;
    detail::for_each_word(found->second.ids, [&](std::string_view field) {
      std::uint32_t id = 0;
      const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), id);
      if (error != std::errc() || end != field.data() + field.size()) {
        throw DataError(file_.name + ":" + std::to_string(found->second.line) +
                        ": a synset id is not a number of 32 bits");
      }
      ids.push_back(id);
    });
    return true;
  }

  std::vector<std::string> base_forms(std::string_view form) const override {
    const auto found = base_forms_.find(std::string(form));
    return found == base_forms_.end() ? std::vector<std::string>() : found->second;
  }

 private:
  struct Entry {
    std::string_view ids;
    std::size_t line = 0;
  };
  NamedText file_;  // the views below look into it
  std::unordered_map<std::string_view, Entry> entries_;
  std::unordered_map<std::string, std::vector<std::string>> base_forms_;
};

}  // namespace

SynonymSource::~SynonymSource() = default;

std::vector<std::uint32_t> meteor_synsets(const SynonymSource& source, std::string_view word) {
  constexpr std::size_t kShortest = 3;
  std::vector<std::uint32_t> ids;
  source.append_synsets(word, ids);
  const auto bases = source.base_forms(word);
  for (const std::string& base : bases) source.append_synsets(base, ids);
  if (bases.empty() && !word.ends_with("ss") && count_characters(word) >= kShortest) {
    for (const Detachment& rule : kDetachments) {
      if (!word.ends_with(rule.ending)) continue;
      std::string base(word.substr(0, word.size() - rule.ending.size()));
      base += rule.replacement;
      if (source.append_synsets(base, ids)) break;
    }
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::unique_ptr<SynonymSource> meteor_synonym_files(NamedText synsets, const NamedText& exceptions) {
  return std::make_unique<FileSynonyms>(std::move(synsets), exceptions);
}

}  // namespace pixelsail
