#include <sentencepiece_processor.h>

#include <algorithm>
#include <unordered_map>

#include "pixelsail/error.h"
#include "text/byte_pair_encoder.h"
#include "text/loaders.h"
#include "text/special_token_splitter.h"
#include "text/unicode.h"
#include "text/unigram_segmenter.h"

/// sentencepiece and LibTorch both have a global of this name: 32 bytes there, 4 bytes in libc10. The loader takes the first
/// that it finds for both, and where that was libc10's, sentencepiece's constructor wrote over its neighbours, among them a
/// mutex that TorchScript then waited for without end. A program's own goes before both, and this one is large enough.
alignas(64) char FLAGS_minloglevel[64];  // NOLINT: a name of theirs

namespace pixelsail::detail {
namespace {

// Pieces of text between added tokens are encoded each by itself, so each gets the model's leading space.
class SentencePieceTokenizer final : public Tokenizer {
 public:
  SentencePieceTokenizer(const std::string& name, const std::string& model,
                         const std::vector<AddedToken>& added, TokenizerFiles files)
      : matcher_(added), files_(std::move(files)) {
    const SentencePieceModel content = parse_sentencepiece_model(model, name);
    load(model, name);
    if (content.kind == SentencePieceModel::Kind::kUnigram) unigram_.emplace(content);
    pieces_ = processor_.GetPieceSize();
    size_ = pieces_;
    for (const AddedToken& token : added) {
      const std::string where = name + ": added token \"" + token.content + "\"";
      check_token_id(token.id, where);
      if (token.id < pieces_ && processor_.IdToPiece(static_cast<int>(token.id)) != token.content) {
        throw DataError(where + " has id " + std::to_string(token.id) + ", which the model gives to \"" +
                        processor_.IdToPiece(static_cast<int>(token.id)) + "\"");
      }
      added_by_id_.emplace(token.id, token);
      added_ids_.emplace(token.content, token.id);
      size_ = std::max(size_, token.id + 1);
    }
  }

  std::vector<std::int64_t> encode(std::string_view text) const override {
    require_utf8(text);
    std::vector<std::int64_t> ids;
    std::vector<int> piece_ids;
    for (const auto& part : matcher_.split(text)) {
      if (part.id >= 0) {
        ids.push_back(part.id);
        continue;
      }
      if (unigram_) {
        unigram_->encode(normalize(part.text), ids);
      } else {
        check(processor_.Encode(part.text, &piece_ids));
        ids.insert(ids.end(), piece_ids.begin(), piece_ids.end());
      }
    }
    return ids;
  }

  std::string decode(const std::vector<std::int64_t>& ids, bool skip_special) const override {
    std::string text;
    std::vector<int> run;
    for (const std::int64_t id : ids) {
      if (const auto added = added_by_id_.find(id); added != added_by_id_.end()) {
        flush(run, text);
        if (!(skip_special && added->second.special)) text += added->second.content;
      } else if (id >= 0 && id < pieces_) {
        run.push_back(static_cast<int>(id));
      } else {
        throw DataError("token id " + std::to_string(id) + " is not in the vocabulary");
      }
    }
    flush(run, text);
    return text;
  }

  std::optional<std::int64_t> token_to_id(std::string_view token) const override {
    if (const auto added = added_ids_.find(std::string(token)); added != added_ids_.end())
      return added->second;
    const int id = processor_.PieceToId(token);
    if (id < 0 || id >= pieces_ || processor_.IdToPiece(id) != token) return std::nullopt;
    return id;
  }

  std::int64_t vocab_size() const override { return size_; }
  TokenizerFiles files() const override { return files_; }

 private:
  /// The library refuses some models by a status and some by what it throws.
  void load(const std::string& model, const std::string& name) {
    std::string reason;
    try {
      const auto status = processor_.LoadFromSerializedProto(model);
      if (status.ok()) return;
      reason = status.ToString();
    } catch (const std::exception& error) {
      reason = error.what();
    }
    throw DataError(name + ": not a sentencepiece model: " + reason);
  }
  static void check(const sentencepiece::util::Status& status) {
    if (!status.ok()) throw RunError("sentencepiece: " + status.ToString());
  }

  // Text as the model's normalizer leaves it: what the pieces spell.
  std::string normalize(std::string_view text) const {
    std::string normalized;
    const auto encoded = processor_.EncodeAsImmutableProto(text);
    for (const auto& piece : encoded.pieces()) {
      const int id = static_cast<int>(piece.id());
      if (processor_.IsByte(id)) {
        normalized.push_back(static_cast<char>(std::stoi(piece.piece().substr(3, 2), nullptr, 16)));
      } else {
        normalized += piece.piece();
      }
    }
    return normalized;
  }

  void flush(std::vector<int>& run, std::string& text) const {
    if (run.empty()) return;
    std::string part;
    check(processor_.Decode(run, &part));
    text += part;
    run.clear();
  }

  sentencepiece::SentencePieceProcessor processor_;
  std::optional<UnigramSegmenter> unigram_;  // for models of that kind
  SpecialTokenSplitter matcher_;
  std::int64_t pieces_ = 0, size_ = 0;
  std::unordered_map<std::int64_t, AddedToken> added_by_id_;
  std::unordered_map<std::string, std::int64_t> added_ids_;
  TokenizerFiles files_;
};

}  // namespace

std::shared_ptr<const Tokenizer> load_sentencepiece(const std::filesystem::path& path, TokenizerFiles files) {
  const std::string name = path.string();
  const std::string model = *find_file(files, "tokenizer.model");
  const std::vector<AddedToken> added = read_added_tokens(files, path.parent_path());
  return std::make_shared<SentencePieceTokenizer>(name, model, added, std::move(files));
}

}  // namespace pixelsail::detail
