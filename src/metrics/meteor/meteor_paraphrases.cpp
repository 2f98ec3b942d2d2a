#include "metrics/meteor/meteor_paraphrases.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "io/archive/gzip_lines.h"
#include "metrics/text_lines.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr unsigned kWordBits = 32;

std::uint64_t edge(std::uint32_t node, std::uint32_t word) {
  return static_cast<std::uint64_t>(node) << kWordBits | word;
}

enum class Phrase { kKnown, kUnknown, kBlank };

/// Replaces `ids` by the words of a line, as far as the first one that is not known.
Phrase find_words(std::string_view line, const WordIds& words, std::vector<std::uint32_t>& ids) {
  constexpr std::string_view kEnds = " \t\n\r\f";
  ids.clear();
  const auto ends = [kEnds](char c) { return kEnds.find(c) != kEnds.npos; };
  const char* const last = line.data() + line.size();
  for (const char* begin = line.data(); begin != last;) {
    const char* const end = std::find_if(begin, last, ends);
    if (end != begin) {
      ids.push_back(words.find({begin, static_cast<std::size_t>(end - begin)}));
      if (ids.back() == WordIds::kUnknown) return Phrase::kUnknown;
    }
    begin = end == last ? end : end + 1;
  }
  return ids.empty() ? Phrase::kBlank : Phrase::kKnown;
}

bool begins_number(std::string_view line) {
  return !line.empty() &&
         (std::isdigit(static_cast<unsigned char>(line.front())) != 0 || line.front() == '.');
}

}  // namespace

MeteorParaphrases::MeteorParaphrases(const std::filesystem::path& path, const WordIds& words) {
  detail::GzipLines lines(path);
  const auto fail = [&path, &lines](const std::string& what) {
    return DataError(path.string() + ":" + std::to_string(lines.number()) + ": " + what);
  };
  std::vector<std::uint32_t> ids;
  std::string_view line;
  std::string last_phrase;
  Phrase last_kind = Phrase::kBlank;
  std::uint32_t last_node = 0;
  while (lines.next(line)) {
    if (!begins_number(line))
      throw fail("a line with a probability was expected; this is no paraphrase table");
    if (!lines.next(line)) throw fail("the table ends behind a probability; an entry has three lines");
    // One phrase usually has many entries in a row.
    if (line != last_phrase || last_kind == Phrase::kBlank) {
      last_phrase = line;
      last_kind = find_words(line, words, ids);
      if (last_kind == Phrase::kBlank) throw fail("the phrase has no words");
      if (last_kind == Phrase::kKnown) last_node = node_of(ids);
    }
    if (!lines.next(line)) throw fail("the table ends behind a phrase; an entry has three lines");
    if (last_kind == Phrase::kUnknown) continue;
    const Phrase kind = find_words(line, words, ids);
    if (kind == Phrase::kBlank) throw fail("the paraphrase has no words");
    if (kind == Phrase::kUnknown) continue;
    entries_.push_back({.node = last_node,
                        .begin = static_cast<std::uint32_t>(words_.size()),
                        .size = static_cast<std::uint32_t>(ids.size())});
    words_.insert(words_.end(), ids.begin(), ids.end());
    if (words_.size() > WordIds::kUnknown) throw fail("the table has too many words");
  }
  sort_by_phrase();
}

std::uint32_t MeteorParaphrases::node_of(std::span<const std::uint32_t> phrase) {
  std::uint32_t node = 0;
  for (const std::uint32_t word : phrase) {
    const auto [child, is_new] = children_.try_emplace(edge(node, word), node_count_);
    if (is_new) ++node_count_;
    node = child->second;
  }
  return node;
}

void MeteorParaphrases::sort_by_phrase() {
  first_entry_.assign(node_count_ + std::size_t{1}, 0);
  for (const Entry& entry : entries_) ++first_entry_[entry.node + 1];
  for (std::size_t node = 0; node < node_count_; ++node) first_entry_[node + 1] += first_entry_[node];
  std::vector<std::uint32_t> next(first_entry_.begin(), first_entry_.end() - 1);
  std::vector<Entry> sorted(entries_.size());
  for (const Entry& entry : entries_) sorted[next[entry.node]++] = entry;
  entries_ = std::move(sorted);
}

void MeteorParaphrases::find(std::span<const std::uint32_t> words, std::vector<Match>& matches) const {
  matches.clear();
  std::uint32_t node = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto child = children_.find(edge(node, words[i]));
    if (child == children_.end()) return;
    node = child->second;
    for (std::uint32_t k = first_entry_[node]; k < first_entry_[node + 1]; ++k) {
      const Entry& entry = entries_[k];
      matches.push_back({.phrase_size = static_cast<std::uint32_t>(i + 1),
                         .paraphrase = std::span(words_).subspan(entry.begin, entry.size)});
    }
  }
}

}  // namespace pixelsail
