#pragma once

/// Recorded choices, made again in their order:
///   {"draw": name, "kind": "index", "n": 16, "value": 3}
/// with kinds index, integer, indices, permutation, chance and choice (tests/golden/datamix/README.md).

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/draws.h"
#include "io/json.h"

namespace pixelsail {

/// Where the data set asks for something that the record does not hold next (it chose among other objects, because
/// one of them cannot be used), the rest is drawn from a stream of a fixed seed, and departed() says so.
class ReplayDraws : public Draws {
 public:
  /// `made`: the choices of the sample. `made_when_read`: those that were made when the file was read. Throws
  /// DataError for what is no list of draws.
  ReplayDraws(const Json& made, const Json& made_when_read, const std::string& where);

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

  bool departed() const { return departed_; }
  /// Recorded choices that were not asked for.
  std::size_t left() const { return made_.size() - next_; }

 private:
  const Json* next(std::string_view name);
  const Json* when_read(std::string_view name, std::size_t thing) const;
  RngDraws& depart();

  std::vector<Json> made_;
  std::size_t next_ = 0;
  std::unordered_map<std::string, std::vector<Json>> when_read_;
  bool departed_ = false;
  Rng rng_;
  RngDraws other_;
};

}  // namespace pixelsail
