#pragma once

/// Penn-Treebank tokens as the published caption scores use them: those of
/// `edu.stanford.nlp.process.PTBTokenizer -preserveLines -lowerCase` of Stanford CoreNLP 3.4.1, the tokenizer
/// of the COCO caption evaluation (Chen et al., "Microsoft COCO Captions", 2015).

#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

/// Lower-case tokens of one line of UTF-8. Quotes become `` and '', brackets -lrb- and so on; characters that
/// the treebank does not know, emoji among them, are left out. Bytes that are not UTF-8 read as U+FFFD.
/// Blanks inside a token (telephone numbers, "1 1/2") become U+00A0, so joining the tokens with blanks loses
/// nothing.
///
/// The reference looks across line ends; here a line is all there is, and its end is the end of a sentence:
/// "Acme Inc." gives "acme", "inc.", "." whatever the next line begins with. Line breaks inside `line`
/// separate tokens. Takes time linear in the line.
std::vector<std::string> ptb_tokenize(std::string_view line);

/// Tokens that captions are compared by: those of ptb_tokenize() without the punctuation on the list of
/// pycocoevalcap's PTBTokenizer. The list has brackets in upper case, which lower-cased tokens never equal:
/// -lrb- and the others stay. Line feeds in the caption are blanks; other line breaks separate tokens, too,
/// where the reference would go on in the place of the next caption.
std::vector<std::string> caption_tokens(std::string_view caption);

}  // namespace pixelsail
