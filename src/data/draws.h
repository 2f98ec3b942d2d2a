#pragma once

/// The random choices of a data set, each with a name. In training they come from a random stream; where a recorded
/// sample is to be made again, from the record (data/replay_draws.h). A data set knows no difference.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/rng.h"

namespace pixelsail {

/// One of several options, drawn as often as its share of the sum says.
struct DrawShare {
  std::string_view option;
  double share = 0;
};

class Draws {
 public:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  virtual ~Draws() = default;
  /// Uniform in [0, n); n > 0.
  virtual std::size_t index(std::string_view name, std::size_t n) = 0;
  /// Uniform in [low, high], both included.
  virtual std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high) = 0;
  /// `count` numbers of [0, n), each uniform, repetitions allowed; n > 0.
  virtual std::vector<std::size_t> repeated(std::string_view name, std::size_t n, std::size_t count) = 0;
  /// `count` different numbers of [0, n) in random order, all n of them when there are not more.
  virtual std::vector<std::size_t> some(std::string_view name, std::size_t n, std::size_t count = kAll) = 0;
  /// The things in random order.
  virtual std::vector<std::int64_t> arranged(std::string_view name, std::vector<std::int64_t> things) = 0;
  virtual bool chance(std::string_view name, double probability) = 0;
  /// Number of the option.
  virtual std::size_t weighted(std::string_view name, std::span<const DrawShare> options) = 0;

  // Choices that the published programs make once, when they read the file, for thing number `thing` of it. In
  // training they are made at each visit: the same distribution, and nothing to remember.
  virtual std::size_t index_of(std::string_view name, std::size_t thing, std::size_t n) = 0;
  virtual std::vector<std::size_t> some_of(std::string_view name, std::size_t thing, std::size_t n) = 0;
  /// Which of n things stands at `place` of a list that was shuffled. The training stream shuffles itself, so
  /// there it is `place`.
  virtual std::size_t place_of(std::string_view name, std::size_t place, std::size_t n) = 0;
};

/// Draws of a random stream. The names do not matter: what comes out depends on the stream and on the order of
/// the questions.
class RngDraws : public Draws {
 public:
  /// `rng` outlives it.
  explicit RngDraws(Rng& rng) : rng_(rng) {}
  std::size_t index(std::string_view name, std::size_t n) override;
  std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high) override;
  std::vector<std::size_t> repeated(std::string_view name, std::size_t n, std::size_t count) override;
  std::vector<std::size_t> some(std::string_view name, std::size_t n, std::size_t count) override;
  std::vector<std::int64_t> arranged(std::string_view name, std::vector<std::int64_t> things) override;
  bool chance(std::string_view name, double probability) override;
  std::size_t weighted(std::string_view name, std::span<const DrawShare> options) override;
  std::size_t index_of(std::string_view name, std::size_t thing, std::size_t n) override;
  std::vector<std::size_t> some_of(std::string_view name, std::size_t thing, std::size_t n) override;
  std::size_t place_of(std::string_view name, std::size_t place, std::size_t n) override;

 private:
  Rng& rng_;
};

/// One entry of a list that is not empty, uniformly.
template <class List>
const auto& pick(Draws& draws, std::string_view name, const List& list) {
  return list[draws.index(name, list.size())];
}

}  // namespace pixelsail
