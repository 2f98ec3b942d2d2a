#pragma once

/// How a family of models writes a conversation about an image.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// Texts are tokenized as they stand; what is called a token is looked up by its name, "" means none. A
/// sequence is, with I for the image where `image_place` says:
///   [I] bos [I] system question_begin [I image_after] question question_end answer answer_end
///   separator question_begin question question_end answer answer_end ...
struct ChatTemplate {
  enum class ImagePlace { kFirst, kAfterBos, kInQuestion };
  enum class RowSeparators { kNone, kBetween, kAfterEach };

  std::string name;

  std::string bos;              ///< token before the first question
  std::string system;           ///< text before the first question
  std::string question_begin;   ///< text
  std::string question_end;     ///< text
  std::string answer_begin;     ///< text in front of a given answer, not in a prompt; scored with it
  std::string answer_end;       ///< token that ends a given answer; scored
  std::string separator;        ///< text before each question but the first
  bool strip_question = false;  ///< white space around the question is left out

  std::vector<std::string> stops;  ///< tokens that end a generated answer

  ImagePlace image_place = ImagePlace::kFirst;
  std::string image_begin, patch, image_end;  ///< tokens
  std::string row_separator;                  ///< token between or after the rows of patches
  RowSeparators row_separators = RowSeparators::kNone;
  /// Without tokens the image is a run of vectors that the model makes: one for the whole, then the rows of
  /// patches, separated as `row_separators` says. A sequence holds kImageTokenId (chat.h) for each of them,
  /// and the four names above are empty.
  bool image_has_tokens = true;
  std::string image_after;  ///< text between the image and the question; only with kInQuestion
  /// Patches have rows and columns for positions; else all positions are the token index.
  bool grid_positions = false;

  /// Whether a separator follows row `row` (from 0) of grid_h rows of patches.
  bool has_separator(int row, int grid_h) const;
  /// Tokens of an image of grid_h x grid_w patches, with its begin, end and separators; 0 for an empty grid.
  std::int64_t image_tokens(int grid_h, int grid_w) const;
};

/// Pixel-SAIL as published: no system text, no header of the assistant, nothing between turns.
ChatTemplate pixelsail_chat();

/// All families: pixelsail, pixelsail_solo, pixelsail_eve, sail, solo, eve, qwen2, mistral. The first three
/// are Pixel-SAIL on the backbones of SAIL, SOLO and EVE.
const std::vector<ChatTemplate>& chat_templates();

/// Throws ConfigError naming the known families for any other name.
const ChatTemplate& chat_template(std::string_view name);

}  // namespace pixelsail
