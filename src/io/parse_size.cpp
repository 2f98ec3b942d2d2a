#include "io/parse_size.h"

#include <cctype>
#include <charconv>
#include <limits>
#include <string>

#include "pixelsail/error.h"

namespace pixelsail {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr Unit kUnits[] = {{"", 1},
                           {"b", 1},
                           {"kb", 1'000},
                           {"mb", 1'000'000},
                           {"gb", 1'000'000'000},
                           {"tb", 1'000'000'000'000},
                           {"kib", std::uint64_t{1} << 10},
                           {"mib", std::uint64_t{1} << 20},
                           {"gib", std::uint64_t{1} << 30},
                           {"tib", std::uint64_t{1} << 40}};

}  // namespace

std::uint64_t parse_size(std::string_view text) {
  const auto fail = [text](const char* what) {
    return ConfigError("size \"" + std::string(text) + "\" " + what);
  };
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) throw fail("is too large");
  if (error != std::errc()) throw fail("should be a whole number with a unit, such as 5GB or 300MiB");
  std::string unit(rest, text.data() + text.size());
  if (unit.starts_with(' ')) unit.erase(0, 1);
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Unit& known : kUnits) {
    if (known.name != unit) continue;
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (number > kMax / known.bytes) throw fail("is too large");
    return number * known.bytes;
  }
  throw fail("has an unknown unit; B, KB, MB, GB, TB, KiB, MiB, GiB and TiB are known");
}

}  // namespace pixelsail
