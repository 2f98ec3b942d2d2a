#include "metrics/rouge_l.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

constexpr double kBeta = 1.2;
constexpr std::size_t kBlock = 64;

/// Numbers of tokens, the same for the same token.
class TokenNumbers {
 public:
  std::vector<std::uint32_t> number(const Tokens& tokens) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(tokens.size());
    for (const std::string& token : tokens) {
      numbers.push_back(
          numbers_.try_emplace(token, static_cast<std::uint32_t>(numbers_.size())).first->second);
    }
    return numbers;
  }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

using Numbers = std::vector<std::uint32_t>;

/// `kinds`: all numbers are below it.
std::size_t subsequence(const Numbers& a, const Numbers& b, std::size_t kinds) {
  std::vector<std::uint64_t> places(kinds);  // by token: where in the block of b it stands
  // By token of a: what its row carries into the next block.
  std::vector<std::uint8_t> carries(a.size());
  std::size_t length = 0;
  for (std::size_t begin = 0; begin < b.size(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, b.size());
    for (std::size_t j = begin; j < end; ++j) places[b[j]] |= std::uint64_t{1} << (j - begin);
    // A zero bit: the subsequence grows by one at this token of b. Bits behind the end stay one.
    std::uint64_t row = ~std::uint64_t{0};
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::uint64_t matches = row & places[a[i]];
      const std::uint64_t partial = row + matches;
      const std::uint64_t sum = partial + carries[i];
      carries[i] = static_cast<std::uint8_t>(partial < row || sum < partial);
      row = sum | (row - matches);
    }
    length += static_cast<std::size_t>(std::popcount(~row));
    for (std::size_t j = begin; j < end; ++j) places[b[j]] = 0;
  }
  return length;
}

}  // namespace

std::size_t longest_common_subsequence(const Tokens& a, const Tokens& b) {
  TokenNumbers numbers;
  const Numbers first = numbers.number(a), second = numbers.number(b);
  return subsequence(first, second, numbers.size());
}

double rouge_l(const Tokens& candidate, std::span<const Tokens> references) {
  if (references.empty()) throw DataError("ROUGE-L of a caption without a reference is not defined");
  const Tokens one_empty_token{""};
  const auto as_split = [&one_empty_token](const Tokens& tokens) -> const Tokens& {
    return tokens.empty() ? one_empty_token : tokens;
  };
  TokenNumbers numbers;
  const Numbers mine = numbers.number(as_split(candidate));
  double precision = 0, recall = 0;
  for (const Tokens& reference : references) {
    const Numbers theirs = numbers.number(as_split(reference));
    const auto common = static_cast<double>(subsequence(mine, theirs, numbers.size()));
    precision = std::max(precision, common / static_cast<double>(mine.size()));
    recall = std::max(recall, common / static_cast<double>(theirs.size()));
  }
  if (precision == 0 || recall == 0) return 0.0;
  return (1 + kBeta * kBeta) * precision * recall / (recall + kBeta * kBeta * precision);
}

}  // namespace pixelsail
