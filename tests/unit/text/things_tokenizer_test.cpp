// The tokenizer of the world of things: every word that names a thing is one token.

#include <set>
#include <sstream>

#include "io/tables/tsv.h"
#include "text_fixture.h"

namespace pixelsail {
namespace {

TEST(ThingsTokenizer, WordsOfTheTableAreOneToken) {
  const auto tokenizer = load_tokenizer(test::repository() / "data" / "things_tokenizer");
  const TsvTable table = TsvTable::read(test::repository() / "data" / "things" / "things.tsv");
  std::set<std::string> words{"leftmost", "biggest", "smaller", "nearest", "left",
                              "right",    "above",   "below",   "red",     "brown"};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const char* column : {"name", "plural", "category"}) {
      std::istringstream text(std::string(table.cell(row, table.find_column(column).value())));
      for (std::string word; text >> word;) words.insert(word);
    }
  }
  EXPECT_GT(words.size(), 300U);
  for (const std::string& word : words) EXPECT_EQ(tokenizer->encode(" " + word).size(), 1U) << word;
  EXPECT_LT(tokenizer->vocab_size(), 1700);
}

}  // namespace
}  // namespace pixelsail
