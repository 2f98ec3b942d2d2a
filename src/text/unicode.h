#pragma once

/// The little Unicode that the tokenizers need: UTF-8, NFC and the character classes of their regular
/// expressions.

#include <cstddef>
#include <string>
#include <string_view>

namespace pixelsail::detail {

/// Code points of a text. Throws DataError with the byte offset where it is not valid UTF-8 (overlong forms,
/// surrogates and values above U+10FFFF are invalid).
std::u32string decode_utf8(std::string_view text);

/// Throws DataError as decode_utf8 does.
void require_utf8(std::string_view text);

/// Code point that begins at `offset` of valid UTF-8; `length` receives its bytes.
char32_t code_point_at(std::string_view text, std::size_t offset, std::size_t& length);
/// Start of the code point that ends before `offset` (> 0) of valid UTF-8.
std::size_t previous_code_point(std::string_view text, std::size_t offset);

/// Every maximal ill-formed part becomes one U+FFFD (Unicode 15, section 3.9, "substitution of maximal
/// subparts").
std::string replace_invalid_utf8(std::string_view bytes);

/// Normalization form C of valid UTF-8 (DataError), in time linear in the text but for the sorting of
/// combining marks. By the tables of Unicode 9, as in Hugging Face's `tokenizers`: younger characters stay as
/// they are.
std::string nfc(std::string_view text);

bool is_letter(char32_t c);  ///< \p{L}
bool is_number(char32_t c);  ///< \p{N}
bool is_space(char32_t c);   ///< \s: the property White_Space
bool is_word(char32_t c);    ///< \w of UTS 18: alphabetic, marks, decimal digits, connectors, join controls

}  // namespace pixelsail::detail
