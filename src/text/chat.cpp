#include "text/chat.h"

#include <algorithm>
#include <charconv>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

using ImagePlace = ChatTemplate::ImagePlace;
using RowSeparators = ChatTemplate::RowSeparators;

// "<Prompt" digits ">" anywhere in the text, whether or not the tokenizer knows such a token.
void check_prompts(std::string_view text, int prompt_count) {
  constexpr std::string_view kOpen = "<Prompt";
  for (std::size_t at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at + 1)) {
    const std::size_t digits = at + kOpen.size();
    const std::size_t end = std::min(text.find_first_not_of("0123456789", digits), text.size());
    if (end == digits || end == text.size() || text[end] != '>') continue;
    int number = 0;
    const auto parsed = std::from_chars(text.data() + digits, text.data() + end, number);
    if (parsed.ec != std::errc() || number >= prompt_count) {
      throw DataError("the text names " + std::string(text.substr(at, end + 1 - at)) + ", but there are " +
                      std::to_string(prompt_count) + " prompts");
    }
  }
}

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string::npos ? std::string()
                                    : text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

class Builder {
 public:
  Builder(const Tokenizer& tokenizer, const SpecialTokens& special, const ChatTemplate& chat,
          int prompt_count, int grid_h, int grid_w, bool empty_questions)
      : empty_questions_(empty_questions),
        tokenizer_(tokenizer),
        special_(special),
        chat_(chat),
        prompt_count_(prompt_count),
        grid_h_(grid_h),
        grid_w_(grid_w) {
    // Beside its own, those of other families: a tokenizer may have them, and a text is not where they
    // belong.
    const std::vector<std::string> names{chat.image_begin, chat.patch, chat.row_separator, chat.image_end,
                                         "<vision>",       "<vpatch>", "<vrow_sep>",       "</vision>"};
    for (const std::string& name : names) {
      if (const auto id = tokenizer.token_to_id(name); !name.empty() && id) image_ids_.push_back(*id);
    }
  }

  void begin() {
    if (chat_.image_place == ImagePlace::kFirst) add_image();
    add_token(chat_.bos);
    if (chat_.image_place == ImagePlace::kAfterBos) add_image();
  }

  void add_turn(const Turn& turn) {
    const std::string question = trimmed(turn.question);
    if (question.empty() && !(empty_questions_ && turn.answer)) throw DataError("the question is empty");
    const bool first = sequence_.seg_counts.empty();
    std::string text = (first ? chat_.system : chat_.separator) + chat_.question_begin;
    if (first && has_image() && chat_.image_place == ImagePlace::kInQuestion) {
      add_text(text, false);
      add_image();
      text = chat_.image_after;
    }
    const int in_question =
        add_text(text + (chat_.strip_question ? question : turn.question) + chat_.question_end, false);
    int in_answer = 0;
    if (turn.answer) {
      in_answer = add_text(chat_.answer_begin + *turn.answer, true);
      add_token(chat_.answer_end);
      sequence_.labels.back() = sequence_.ids.back();
    } else if (!turn.answer_prefix.empty()) {
      in_answer = add_text(chat_.answer_begin + turn.answer_prefix, false);
    }
    sequence_.seg_counts.emplace_back(in_question, in_answer);
  }

  std::int64_t length() const { return static_cast<std::int64_t>(sequence_.ids.size()); }

  /// Takes the last turn away again; `length` is what there was before it. Not for a turn that shows the image.
  void take_back_turn(std::int64_t length) {
    const auto size = static_cast<std::size_t>(length);
    next_position_ -= static_cast<std::int64_t>(sequence_.ids.size() - size);
    for (auto* list :
         {&sequence_.ids, &sequence_.labels, &sequence_.row_position, &sequence_.column_position})
      list->resize(size);
    sequence_.seg_counts.pop_back();
  }

  TokenSequence finish() {
    sequence_.prompt_length = length();
    return std::move(sequence_);
  }

 private:
  bool has_image() const { return grid_h_ > 0 && grid_w_ > 0; }

  std::int64_t id_of(const std::string& name) const {
    const std::optional<std::int64_t> id = tokenizer_.token_to_id(name);
    if (!id)
      throw DataError("the tokenizer lacks the token " + name + ", which a \"" + chat_.name +
                      "\" sequence has");
    return *id;
  }

  // No name: no token.
  void add_token(const std::string& name) {
    if (name.empty()) return;
    push(id_of(name), next_position_, next_position_);
    ++next_position_;
  }

  // A vector of the image that has no token.
  void add_vector() {
    push(kImageTokenId, next_position_, next_position_);
    ++next_position_;
  }

  void add_image() {
    if (!has_image()) return;
    const bool tokens = chat_.image_has_tokens;
    sequence_.image_begin = length();
    tokens ? add_token(chat_.image_begin) : add_vector();
    sequence_.first_patch = length();
    sequence_.row_stride = grid_w_ + (chat_.row_separators == RowSeparators::kNone ? 0 : 1);
    const std::int64_t patch = tokens ? id_of(chat_.patch) : kImageTokenId, origin = next_position_;
    for (int row = 0; row < grid_h_; ++row) {
      for (int column = 0; column < grid_w_; ++column) {
        const std::int64_t index = next_position_++;
        chat_.grid_positions ? push(patch, origin + row, origin + column) : push(patch, index, index);
      }
      if (chat_.has_separator(row, grid_h_)) tokens ? add_token(chat_.row_separator) : add_vector();
    }
    if (chat_.grid_positions) next_position_ = origin + std::max(grid_h_, grid_w_);
    add_token(chat_.image_end);
    sequence_.image_end = length();
  }

  /// Returns the number of [SEG] in the text.
  int add_text(const std::string& text, bool scored) {
    check_prompts(text, prompt_count_);
    int seg_count = 0;
    for (const std::int64_t id : tokenizer_.encode(text)) {
      if (std::find(image_ids_.begin(), image_ids_.end(), id) != image_ids_.end()) {
        throw DataError("the text contains " + tokenizer_.decode({id}) + ", which stands for the image");
      }
      seg_count += id == special_.seg ? 1 : 0;
      push(id, next_position_, next_position_);
      if (scored) sequence_.labels.back() = id;
      ++next_position_;
    }
    return seg_count;
  }

  void push(std::int64_t id, std::int64_t row, std::int64_t column) {
    sequence_.ids.push_back(id);
    sequence_.labels.push_back(kIgnoredLabel);
    sequence_.row_position.push_back(row);
    sequence_.column_position.push_back(column);
  }

  bool empty_questions_;
  const Tokenizer& tokenizer_;
  const SpecialTokens& special_;
  const ChatTemplate& chat_;
  int prompt_count_, grid_h_, grid_w_;
  std::vector<std::int64_t> image_ids_;  // tokens that no text may contain
  std::int64_t next_position_ = 0;
  TokenSequence sequence_;
};

}  // namespace

TokenSequence build_sequence(const Tokenizer& tokenizer, const SpecialTokens& special,
                             const std::vector<Turn>& turns, int grid_h, int grid_w, int prompt_count,
                             std::int64_t max_length, const ChatTemplate& chat, const TurnRules& rules) {
  if (grid_h < 0 || grid_w < 0) throw DataError("the patch grid has a negative side");
  if (turns.empty() && !rules.no_turns) throw DataError("a conversation needs at least one question");
  Builder builder(tokenizer, special, chat, prompt_count, grid_h, grid_w, rules.empty_questions);
  builder.begin();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (!turns[i].answer && i + 1 < turns.size()) {
      throw DataError("turn " + std::to_string(i + 1) + " of " + std::to_string(turns.size()) +
                      " has no answer");
    }
    const std::int64_t before = builder.length();
    builder.add_turn(turns[i]);
    if (rules.leave_out_turns && i > 0 && builder.length() > max_length) {
      builder.take_back_turn(before);
      break;
    }
  }
  if (builder.length() > max_length) {
    throw SequenceTooLong("the sequence has " + std::to_string(builder.length()) +
                          " tokens, the model takes " + std::to_string(max_length));
  }
  return builder.finish();
}

std::string answer_text(const Tokenizer& tokenizer, const SpecialTokens& special,
                        const std::vector<std::int64_t>& ids) {
  const auto end = std::find_if(ids.begin(), ids.end(), [&](std::int64_t id) {
    return id == special.end_of_text || id == special.im_end;
  });
  return tokenizer.decode({ids.begin(), end});
}

std::string answer_text(const Tokenizer& tokenizer, const ChatTemplate& chat,
                        const std::vector<std::int64_t>& ids) {
  std::vector<std::int64_t> stops;
  for (const std::string& name : chat.stops) {
    if (const auto id = tokenizer.token_to_id(name)) stops.push_back(*id);
  }
  const auto end = std::find_first_of(ids.begin(), ids.end(), stops.begin(), stops.end());
  std::string text = tokenizer.decode({ids.begin(), end});
  if (text.starts_with(chat.answer_begin)) text.erase(0, chat.answer_begin.size());
  return text;
}

}  // namespace pixelsail
