#include "data/draws.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pixelsail {

std::size_t RngDraws::index(std::string_view, std::size_t n) {
  return static_cast<std::size_t>(rng_.below(n));
}

std::int64_t RngDraws::integer(std::string_view, std::int64_t low, std::int64_t high) {
  return rng_.between(low, high);
}

std::vector<std::size_t> RngDraws::repeated(std::string_view name, std::size_t n, std::size_t count) {
  std::vector<std::size_t> numbers(count);
  for (std::size_t& number : numbers) number = index(name, n);
  return numbers;
}

std::vector<std::size_t> RngDraws::some(std::string_view, std::size_t n, std::size_t count) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, n);
  for (std::size_t i = 0; i < count; ++i)
    std::swap(order[i], order[i + static_cast<std::size_t>(rng_.below(n - i))]);
  order.resize(count);
  return order;
}

std::vector<std::int64_t> RngDraws::arranged(std::string_view, std::vector<std::int64_t> things) {
  rng_.shuffle(things);
  return things;
}

bool RngDraws::chance(std::string_view, double probability) {
  return rng_.uniform() < probability;
}

std::size_t RngDraws::weighted(std::string_view, std::span<const DrawShare> options) {
  double sum = 0;
  for (const DrawShare& option : options) sum += option.share;
  double place = rng_.uniform() * sum;
  std::size_t last = 0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].share <= 0) continue;
    last = i;
    if (place < options[i].share) return i;
    place -= options[i].share;
  }
  return last;  // rounding
}

std::size_t RngDraws::index_of(std::string_view name, std::size_t, std::size_t n) {
  return index(name, n);
}

std::vector<std::size_t> RngDraws::some_of(std::string_view name, std::size_t, std::size_t n) {
  return some(name, n, kAll);
}

std::size_t RngDraws::place_of(std::string_view, std::size_t place, std::size_t) {
  return place;
}

}  // namespace pixelsail
