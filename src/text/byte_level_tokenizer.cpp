#include "text/byte_level_tokenizer.h"

#include <algorithm>
#include <unordered_map>

#include "pixelsail/error.h"
#include "text/qwen2_split.h"
#include "text/unicode.h"

namespace pixelsail::detail {
namespace {

std::vector<AddedToken> with_normalized(const ByteLevelParts& parts, bool normalized) {
  std::vector<AddedToken> tokens;
  for (AddedToken token : parts.added) {
    if (token.normalized != normalized) continue;
    if (normalized && parts.nfc) token.content = nfc(token.content);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

class ByteLevelTokenizer final : public Tokenizer {
 public:
  ByteLevelTokenizer(ByteLevelParts parts, TokenizerFiles files)
      : encoder_(parts.vocabulary),
        raw_matcher_(with_normalized(parts, false)),
        normalized_matcher_(with_normalized(parts, true)),
        nfc_(parts.nfc),
        files_(std::move(files)) {
    entries_.reserve(parts.vocabulary.ids.size() + parts.added.size());
    for (const auto& [token, id] : parts.vocabulary.ids) set_entry(id, {token_bytes(token), false});
    ids_ = std::move(parts.vocabulary.ids);
    for (const AddedToken& token : parts.added) {
      const std::string where = parts.added_place + ": added token \"" + token.content + "\"";
      check_token_id(token.id, where);
      const auto [known, fresh] = ids_.emplace(token.content, token.id);
      if (known->second != token.id) {
        throw DataError(where + " has id " + std::to_string(token.id) + ", the vocabulary says " +
                        std::to_string(known->second));
      }
      if (fresh && entries_.count(token.id) > 0) {
        throw DataError(where + " has id " + std::to_string(token.id) + ", which another token has");
      }
      set_entry(token.id, {token.content, token.special});
    }
  }

  std::vector<std::int64_t> encode(std::string_view text) const override {
    require_utf8(text);
    std::vector<std::int64_t> ids;
    BytePairEncoder::Cache cache;
    for (const auto& part : raw_matcher_.split(text)) {
      if (part.id >= 0) {
        ids.push_back(part.id);
      } else {
        encode_plain(nfc_ ? nfc(part.text) : std::string(part.text), ids, cache);
      }
    }
    return ids;
  }

  std::string decode(const std::vector<std::int64_t>& ids, bool skip_special) const override {
    std::string bytes;
    for (const std::int64_t id : ids) {
      const auto found = entries_.find(id);
      if (found == entries_.end())
        throw DataError("token id " + std::to_string(id) + " is not in the vocabulary");
      if (!(skip_special && found->second.special)) bytes += found->second.bytes;
    }
    return replace_invalid_utf8(bytes);
  }

  std::optional<std::int64_t> token_to_id(std::string_view token) const override {
    const auto found = ids_.find(std::string(token));
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

  std::int64_t vocab_size() const override { return size_; }
  TokenizerFiles files() const override { return files_; }

 private:
  struct Entry {
    std::string bytes;
    bool special = false;
  };

  void set_entry(std::int64_t id, Entry entry) {
    entries_.insert_or_assign(id, std::move(entry));
    size_ = std::max(size_, id + 1);
  }

  void encode_plain(const std::string& text, std::vector<std::int64_t>& ids,
                    BytePairEncoder::Cache& cache) const {
    for (const auto& part : normalized_matcher_.split(text)) {
      if (part.id >= 0) {
        ids.push_back(part.id);
        continue;
      }
      for (const auto& [begin, end] : split_qwen2(part.text))
        encoder_.encode(part.text.substr(begin, end - begin), ids, cache);
    }
  }

  BytePairEncoder encoder_;
  SpecialTokenSplitter raw_matcher_, normalized_matcher_;
  bool nfc_;
  // By id. A map, since one high id in a file must not cost memory for all below it.
  std::unordered_map<std::int64_t, Entry> entries_;
  std::int64_t size_ = 0;
  std::unordered_map<std::string, std::int64_t> ids_;  // by spelling, added tokens by content
  TokenizerFiles files_;
};

}  // namespace

std::shared_ptr<const Tokenizer> make_byte_level_tokenizer(ByteLevelParts parts, TokenizerFiles files) {
  check_added_tokens(parts.added, parts.added_place);
  return std::make_shared<ByteLevelTokenizer>(std::move(parts), std::move(files));
}

}  // namespace pixelsail::detail
