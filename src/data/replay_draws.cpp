#include "data/replay_draws.h"

#include <algorithm>
#include <optional>

#include "io/json_number.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

/// The published code draws these and throws them away.
constexpr std::string_view kWithoutEffect = "unused_categories";

std::optional<std::int64_t> number(const Json& draw, const char* key = "value") {
  const auto found = draw.find(key);
  return found == draw.end() ? std::nullopt : whole_json_number(*found);
}

std::optional<std::size_t> below(const Json& draw, std::size_t n) {
  const auto value = number(draw);
  const auto options = number(draw, "n");
  const bool of_others = options && *options != static_cast<std::int64_t>(n);
  if (of_others || !value || *value < 0 || static_cast<std::uint64_t>(*value) >= n) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

/// The first `count` entries of the list.
std::optional<std::vector<std::size_t>> list(const Json& draw, std::size_t n, std::size_t count) {
  const auto value = draw.find("value");
  if (value == draw.end() || !value->is_array() || value->size() < count) return std::nullopt;
  if (number(draw, "n") != static_cast<std::int64_t>(n)) return std::nullopt;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = whole_json_number((*value)[i]);
    if (!entry || *entry < 0 || static_cast<std::uint64_t>(*entry) >= n) return std::nullopt;
    numbers.push_back(static_cast<std::size_t>(*entry));
  }
  return numbers;
}

void check_draws(const Json& draws, const std::string& where) {
  if (!draws.is_array()) throw DataError(where + ": draws should be a list");
  for (const Json& draw : draws)
    if (!draw.is_object() || !draw.contains("draw") || !draw["draw"].is_string() || !draw.contains("value"))
      throw DataError(where + ": a draw should have a name and a value");
}

}  // namespace

ReplayDraws::ReplayDraws(const Json& made, const Json& made_when_read, const std::string& where)
    : rng_(0, "replay"), other_(rng_) {
  check_draws(made, where);
  check_draws(made_when_read, where);
  for (const Json& draw : made)
    if (draw["draw"] != kWithoutEffect) made_.push_back(draw);
  for (const Json& draw : made_when_read) when_read_[draw["draw"].get<std::string>()].push_back(draw);
}

const Json* ReplayDraws::next(std::string_view name) {
  if (departed_ || next_ == made_.size() || made_[next_]["draw"] != name) return nullptr;
  return &made_[next_++];
}

const Json* ReplayDraws::when_read(std::string_view name, std::size_t thing) const {
  const auto found = when_read_.find(std::string(name));
  return found == when_read_.end() || thing >= found->second.size() ? nullptr : &found->second[thing];
}

RngDraws& ReplayDraws::depart() {
  departed_ = true;
  return other_;
}

std::size_t ReplayDraws::index(std::string_view name, std::size_t n) {
  const Json* draw = next(name);
  const auto value = draw ? below(*draw, n) : std::nullopt;
  return value ? *value : depart().index(name, n);
}

std::int64_t ReplayDraws::integer(std::string_view name, std::int64_t low, std::int64_t high) {
  const Json* draw = next(name);
  const auto value = draw ? number(*draw) : std::nullopt;
  return value && *value >= low && *value <= high ? *value : depart().integer(name, low, high);
}

std::vector<std::size_t> ReplayDraws::repeated(std::string_view name, std::size_t n, std::size_t count) {
  const Json* draw = next(name);
  const auto value = draw ? list(*draw, n, count) : std::nullopt;
  return value ? *value : depart().repeated(name, n, count);
}

std::vector<std::size_t> ReplayDraws::some(std::string_view name, std::size_t n, std::size_t count) {
  const Json* draw = next(name);
  const auto value = draw ? list(*draw, n, std::min(n, count)) : std::nullopt;
  return value ? *value : depart().some(name, n, count);
}

std::vector<std::int64_t> ReplayDraws::arranged(std::string_view name, std::vector<std::int64_t> things) {
  const Json* draw = next(name);
  const auto items = draw ? draw->find("items") : Json::const_iterator();
  if (!draw || items == draw->end() || !items->is_array()) return depart().arranged(name, std::move(things));
  std::vector<std::int64_t> order;
  for (const Json& item : *items) order.push_back(whole_json_number(item).value_or(-1));
  if (!std::is_permutation(order.begin(), order.end(), things.begin(), things.end()))
    return depart().arranged(name, std::move(things));
  return order;
}

bool ReplayDraws::chance(std::string_view name, double probability) {
  const Json* draw = next(name);
  const bool fits = draw && (*draw)["value"].is_boolean();
  return fits ? (*draw)["value"].get<bool>() : depart().chance(name, probability);
}

std::size_t ReplayDraws::weighted(std::string_view name, std::span<const DrawShare> options) {
  if (const Json* draw = next(name))
    for (std::size_t i = 0; i < options.size(); ++i)
      if ((*draw)["value"] == options[i].option) return i;
  return depart().weighted(name, options);
}

std::size_t ReplayDraws::index_of(std::string_view name, std::size_t thing, std::size_t n) {
  // The record may hold fewer options: the published code forgets the sentences of some refs.
  const Json* draw = when_read(name, thing);
  const auto value = draw ? number(*draw) : std::nullopt;
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) >= n) return depart().index(name, n);
  return static_cast<std::size_t>(*value);
}

std::vector<std::size_t> ReplayDraws::some_of(std::string_view name, std::size_t thing, std::size_t n) {
  const Json* draw = when_read(name, thing);
  const auto value = draw ? list(*draw, n, n) : std::nullopt;
  return value ? *value : depart().some(name, n, kAll);
}

std::size_t ReplayDraws::place_of(std::string_view name, std::size_t place, std::size_t n) {
  const Json* draw = when_read(name, 0);
  const auto value = draw ? list(*draw, n, n) : std::nullopt;
  if (value && place < n) return (*value)[place];
  depart();
  return place;
}

}  // namespace pixelsail
