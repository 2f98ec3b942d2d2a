#include "text/chat.h"

#include <algorithm>
#include <charconv>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr std::int64_t kNotScored = -100;

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

class Builder {
 public:
  Builder(const Tokenizer& tokenizer, const SpecialTokens& special, int prompt_count)
      : tokenizer_(tokenizer), special_(special), prompt_count_(prompt_count) {}

  void add_image(int grid_h, int grid_w) {
    sequence_.first_patch = 1;
    push(special_.vision_begin, 0, 0);
    for (int row = 0; row < grid_h; ++row) {
      for (int column = 0; column < grid_w; ++column) {
        push(special_.patch, sequence_.first_patch + row, sequence_.first_patch + column);
      }
    }
    next_position_ = sequence_.first_patch + std::max(grid_h, grid_w);
    push(special_.vision_end, next_position_, next_position_);
    ++next_position_;
    sequence_.image_end = length();
  }

  /// Returns the number of [SEG] in the text.
  int add_text(const std::string& text, bool scored) {
    check_prompts(text, prompt_count_);
    int seg_count = 0;
    for (const std::int64_t id : tokenizer_.encode(text)) {
      if (id == special_.patch || id == special_.vision_begin || id == special_.vision_end) {
        throw DataError("the text contains " + tokenizer_.decode({id}) + ", which stands for the image");
      }
      seg_count += id == special_.seg ? 1 : 0;
      push(id, next_position_, next_position_);
      if (scored) sequence_.labels.back() = id;
      ++next_position_;
    }
    return seg_count;
  }

  void add_turn(const Turn& turn) {
    if (turn.question.find_first_not_of(" \t\r\n") == std::string::npos)
      throw DataError("the question is empty");
    const int in_question = add_text("<|im_start|>user\n" + turn.question + "<|im_end|>\n", false);
    int in_answer = 0;
    if (turn.answer) {
      in_answer = add_text(*turn.answer + "<|endoftext|>", true);
    } else if (!turn.answer_prefix.empty()) {
      in_answer = add_text(turn.answer_prefix, false);
    }
    sequence_.seg_counts.emplace_back(in_question, in_answer);
  }

  std::int64_t length() const { return static_cast<std::int64_t>(sequence_.ids.size()); }

  TokenSequence finish() {
    sequence_.prompt_length = length();
    return std::move(sequence_);
  }

 private:
  void push(std::int64_t id, std::int64_t row, std::int64_t column) {
    sequence_.ids.push_back(id);
    sequence_.labels.push_back(kNotScored);
    sequence_.row_position.push_back(row);
    sequence_.column_position.push_back(column);
  }

  const Tokenizer& tokenizer_;
  const SpecialTokens& special_;
  int prompt_count_;
  std::int64_t next_position_ = 0;
  TokenSequence sequence_;
};

}  // namespace

TokenSequence build_sequence(const Tokenizer& tokenizer, const SpecialTokens& special,
                             const std::vector<Turn>& turns, int grid_h, int grid_w, int prompt_count,
                             std::int64_t max_length) {
  if (grid_h < 0 || grid_w < 0) throw DataError("the patch grid has a negative side");
  if (turns.empty()) throw DataError("a conversation needs at least one question");
  Builder builder(tokenizer, special, prompt_count);
  if (grid_h > 0 && grid_w > 0) builder.add_image(grid_h, grid_w);
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (!turns[i].answer && i + 1 < turns.size()) {
      throw DataError("turn " + std::to_string(i + 1) + " of " + std::to_string(turns.size()) +
                      " has no answer");
    }
    builder.add_turn(turns[i]);
  }
  if (builder.length() > max_length) {
    throw DataError("the sequence has " + std::to_string(builder.length()) + " tokens, the model takes " +
                    std::to_string(max_length));
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

}  // namespace pixelsail
