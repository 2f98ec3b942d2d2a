// The tokenizer of the demo: the words of its language are one token each.

#include <sstream>

#include "text/chat.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

TEST(DemoTokenizer, WordsAreOneToken) {
  const auto tokenizer = load_tokenizer(test::repository() / "data" / "demo_tokenizer");
  std::istringstream words(
      "red green blue yellow orange purple pink brown white black gray cyan disc square triangle star cross "
      "ring "
      "diamond hexagon heart small large big little tiny plain solid striped dotted checkered spotted left "
      "right top "
      "bottom upper lower middle center leftmost rightmost topmost bottommost above below under over beside "
      "near of "
      "the and in on at corner side from to between behind front nearest farthest closest all every object "
      "objects "
      "thing both except not");
  for (std::string word; words >> word;) EXPECT_EQ(tokenizer->encode(" " + word).size(), 1U) << word;
  EXPECT_LT(tokenizer->vocab_size(), 1000);
}

TEST(DemoTokenizer, HasTheSpecialTokens) {
  const auto tokenizer = load_tokenizer(test::repository() / "data" / "demo_tokenizer");
  const SpecialTokens special = find_special_tokens(*tokenizer);
  const TokenSequence sequence =
      build_sequence(*tokenizer, special,
                     {{" Please segment the red disc in this image.", "It is [SEG].", ""}}, 2, 2, 0, 64);
  // <vision>, 4 patches, </vision>; <|im_start|> user \n; nine words and signs; <|im_end|> \n; It is _ [SEG]
  // . <end>
  EXPECT_EQ(sequence.ids.size(), 6U + 3U + 9U + 2U + 6U);
  const std::string text = "caf\u00E9 \U0001F600 <|im_start|>12";
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
}

}  // namespace
}  // namespace pixelsail
