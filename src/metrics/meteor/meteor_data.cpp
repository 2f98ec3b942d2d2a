#include "metrics/meteor/meteor_data.h"

#include <array>
#include <utility>

#include "io/archive/zip_archive.h"
#include "io/byte_source.h"
#include "metrics/text_lines.h"
#include "metrics/wordnet/wordnet_synonyms.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

/// The largest of METEOR's English files has 4 MB.
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{64} << 20U;

constexpr const char* kWords = "function/english.words";
constexpr const char* kPrefixes = "nonbreaking/english.prefixes";
constexpr const char* kSynsets = "synonym/english.synsets";
constexpr const char* kExceptions = "synonym/english.exceptions";

/// Words of grammar: articles, pronouns, auxiliaries, prepositions, conjunctions, and the marks that METEOR's
/// normalization makes words of their own.
constexpr std::array kFunctionWords{
    "a",    "an",   "the",   "this",  "that", "these", "those", "i",     "you",  "he",    "she",   "it",
    "we",   "they", "him",   "them",  "his",  "her",   "its",   "our",   "your", "their", "who",   "which",
    "what", "when", "where", "there", "am",   "is",    "are",   "was",   "were", "be",    "been",  "being",
    "has",  "have", "had",   "do",    "does", "did",   "will",  "would", "can",  "could", "may",   "should",
    "of",   "in",   "on",    "at",    "by",   "to",    "from",  "with",  "for",  "as",    "into",  "about",
    "than", "and",  "or",    "but",   "nor",  "so",    "if",    "then",  "not",  "n't",   "no",    "'s",
    "'re",  "'ve",  "'ll",   "'d",    "'m",   "also",  "some",  "other", "all",  "-lrb-", "-rrb-", ".",
    ",",    ":",    ";",     "?",     "!",    "-",     "'",     "\"",    "(",    ")"};
/// Lower case: captions come in lower case.
constexpr std::array kAbbreviations{"vs", "v", "rev"};

NamedText read_file(const fs::path& path) {
  const auto bytes = detail::open_bytes(path);
  if (bytes->size() > kMaxFileBytes) {
    throw DataError(path.string() + ": has " + std::to_string(bytes->size()) + " bytes, at most " +
                    std::to_string(kMaxFileBytes) + " are expected");
  }
  return {path.string(), bytes->read_text(0, bytes->size())};
}

NamedText read_from_folder(const fs::path& folder, const char* name) {
  const fs::path nested = folder / name, flat = folder / fs::path(name).filename();
  if (fs::exists(nested)) return read_file(nested);
  if (fs::exists(flat)) return read_file(flat);
  throw DataError(folder.string() + ": holds neither " + name + " nor " + flat.filename().string());
}

/// The jar that pycocoevalcap keeps beside the folder of the table; nothing when there is none.
std::optional<fs::path> find_jar(const MeteorFiles& files) {
  if (!files.paraphrases.has_value()) return std::nullopt;
  const fs::path folder = fs::absolute(*files.paraphrases).parent_path();
  if (folder.filename() != "data") return std::nullopt;
  const fs::path jar = folder.parent_path() / "meteor-1.5.jar";
  if (!fs::exists(jar)) return std::nullopt;
  return jar;
}

std::unordered_set<std::string> parse_function_words(const std::string& text) {
  std::unordered_set<std::string> words;
  detail::TextLines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (!line.empty()) words.emplace(line);
  }
  return words;
}

/// One abbreviation a line, "#NUMERIC_ONLY#" behind those that keep their dot before numbers only; lines that
/// begin with # are comments.
MeteorAbbreviations parse_prefixes(const std::string& text) {
  MeteorAbbreviations abbreviations;
  detail::TextLines lines(text);
  for (std::string_view line; lines.next(line);) {
    std::vector<std::string_view> fields;
    detail::for_each_word(line, [&fields](std::string_view field) { fields.push_back(field); });
    if (fields.empty() || fields.front().starts_with('#')) continue;
    const bool before_numbers = fields.size() > 1 && fields[1] == "#NUMERIC_ONLY#";
    abbreviations.insert_or_assign(std::string(fields.front()),
                                   before_numbers ? KeepsDot::kBeforeNumber : KeepsDot::kAlways);
  }
  return abbreviations;
}

}  // namespace

MeteorData MeteorData::load(const MeteorFiles& files) {
  MeteorData data;
  if (files.data_directory.has_value()) {
    const fs::path& folder = *files.data_directory;
    data.use_texts(read_from_folder(folder, kWords), read_from_folder(folder, kPrefixes),
                   read_from_folder(folder, kSynsets), read_from_folder(folder, kExceptions));
  } else if (const auto jar = find_jar(files); jar.has_value()) {
    const auto bytes = detail::open_bytes(*jar);
    const detail::ZipArchive archive(*bytes);
    const auto read = [&archive, &jar](const char* name) {
      return NamedText{jar->string() + "!" + name, archive.read(name, kMaxFileBytes)};
    };
    data.use_texts(read(kWords), read(kPrefixes), read(kSynsets), read(kExceptions));
  } else {
    data.use_built_in(files.wordnet_directory);
  }
  data.paraphrases_ = files.paraphrases;
  data.sources_.paraphrases = files.paraphrases.has_value() ? files.paraphrases->string() : "none";
  data.sources_.is_original = data.sources_.is_original && files.paraphrases.has_value();
  return data;
}

MeteorParaphrases MeteorData::read_paraphrases(const WordIds& words) const {
  return paraphrases_.has_value() ? MeteorParaphrases(*paraphrases_, words) : MeteorParaphrases();
}

void MeteorData::use_texts(const NamedText& words, const NamedText& prefixes, NamedText synsets,
                           const NamedText& exceptions) {
  function_words_ = parse_function_words(words.text);
  abbreviations_ = parse_prefixes(prefixes.text);
  sources_ = {.function_words = words.name,
              .abbreviations = prefixes.name,
              .synonyms = synsets.name,
              .paraphrases = {},
              .is_original = true};
  synonyms_ = meteor_synonym_files(std::move(synsets), exceptions);
}

void MeteorData::use_built_in(const fs::path& wordnet_directory) {
  function_words_.insert(kFunctionWords.begin(), kFunctionWords.end());
  for (const char* abbreviation : kAbbreviations) abbreviations_.emplace(abbreviation, KeepsDot::kAlways);
  synonyms_ = wordnet_synonyms(wordnet_directory);
  sources_ = {.function_words = "built-in list of " + std::to_string(function_words_.size()) + " words",
              .abbreviations = "built-in list of " + std::to_string(abbreviations_.size()),
              .synonyms = "WordNet in " + wordnet_directory.string(),
              .paraphrases = {},
              .is_original = false};
}

}  // namespace pixelsail
