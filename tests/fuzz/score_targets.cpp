#include "score_targets.h"

#include "io/base64.h"
#include "io/tables/tsv.h"
#include "io/tables/tsv_column.h"
#include "io/utf8.h"
#include "metrics/meteor/meteor_normalizer.h"
#include "metrics/porter_stemmer.h"
#include "metrics/ptb/ptb_tokenizer.h"
#include "parts.h"
#include "pixelsail/error.h"

namespace pixelsail::fuzz {
namespace {

void require_utf8(const std::string& text) {
  require(detail::find_invalid_utf8(text) == std::string::npos, "what came out is not UTF-8");
}

}  // namespace

Material tsv_material() {
  return {.seeds = {"index\tquestion\thint\tA\tB\tC\tD\tanswer\tcategory\timage\n"
                    "0\t\"what is \"\"this\"\"?\"\t\tred\tNA\t7\t\tA\tcolor\taGVsbG8=\n"
                    "1000000\t\"two\nlines\ttab\"\tnan\t1.50\tTrue\t007\t1e16\tB\tcolor\t0\n",
                    "\xef\xbb\xbfindex\timage\tanswer\r\n1\t/9j/4AAQSkZJRg==\tYes\r\n\r\n2\t1\tNo\r",
                    "a\tb\n\"\"\"x\"\"\"y\tz\n-nan\t<NA>\n18446744073709551615\t-1\n"},
          .dictionary = {"\t", "\n", "\r\n", "\"", "\"\"", "NA", "nan", "1e308", "-0", "inf", "True", "0x1F",
                         "aGVsbG8=", "1.#QNAN", "9223372036854775808", "\xef\xbb\xbf"}};
}

void run_tsv(const std::string& input) {
  const TsvTable table = TsvTable::parse(input, "input");
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    const TsvColumn cells(table, column);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const std::optional<std::string> text = cells.text(row);
      if (text) require_utf8(*text);
      require(table.cell(row, column).size() <= input.size(), "a cell is larger than its file");
      try {
        const auto bytes = decode_base64(table.cell(row, column));
        require(bytes.size() <= input.size(), "decoding base64 made more bytes");
      } catch (const DataError&) {  // most cells are none
      }
    }
  }
}

Material caption_material() {
  return {
      .seeds =
          {"A man's blue T-shirt, isn't it? He can't; \"the dog\" (left) costs $5.00... e.g. U.S. #1 50%!",
           "see http://www.x.org/a?b=c or me@mail.com :-) <b>bold</b> &amp; 10,000 1/2 3\xc2\xbd 12:30 p.m.",
           "caf\xc3\xa9 \xe2\x80\x9cquoted\xe2\x80\x9d \xe2\x80\x93 \xe4\xb8\xad\xe6\x96\x87 "
           "\xf0\x9f\x90\xb6 "
           "gonna cannot d'ye 'tis o'clock rock'n'roll #tag @name"},
      .dictionary = {"'s",
                     "n't",
                     "...",
                     "--",
                     "``",
                     "''",
                     "&lt;",
                     "<a href=\"x\">",
                     "http://",
                     "www.",
                     ".com",
                     "@",
                     "Mr.",
                     "U.S.",
                     "$",
                     "%",
                     ":-)",
                     "\xc2\xad",
                     "\xe2\x80\x99",
                     "\xed\xa0\xbd",
                     "\xff",
                     "(",
                     "]",
                     "1,000.5",
                     "\xc2\xa0"}};
}

void run_caption(const std::string& input) {
  std::string line;
  for (const std::string& token : caption_tokens(input)) {
    require(!token.empty(), "an empty token");
    require_utf8(token);
    require_utf8(detail::porter_stem(token));
    line += (line.empty() ? "" : " ") + token;
  }
  require_utf8(normalize_meteor_line(line, {{"mr", KeepsDot::kAlways}, {"no", KeepsDot::kBeforeNumber}}));
}

}  // namespace pixelsail::fuzz
