// Normalization form C. Text that is normalized already, which nearly all is, is only looked at.

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "io/utf8.h"
#include "pixelsail/error.h"
#include "text/unicode.h"

namespace pixelsail::detail {
namespace {

constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);

struct Range {
  char32_t first, last;
};

// What Unicode 10 to 15 added and normalization would move or compose. Hugging Face's `tokenizers` normalizes
// by the tables of Unicode 9, so models have learned these as they stand in the text.
constexpr auto kYoung = std::to_array<Range>(
    {{0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},     {0xC3C, 0xC3C},
     {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},
     {0xA82C, 0xA82C},   {0x10D24, 0x10D27}, {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50},
     {0x10F82, 0x10F85}, {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x11839, 0x1183A},
     {0x11938, 0x11938}, {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34},
     {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97},
     {0x11F41, 0x11F42}, {0x16FF0, 0x16FF1}, {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE},
     {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF}});

bool is_young(char32_t c) {
  const auto next = std::upper_bound(kYoung.begin(), kYoung.end(), c,
                                     [](char32_t value, const Range& range) { return value < range.first; });
  return next != kYoung.begin() && c <= std::prev(next)->last;
}

int combining_class(utf8proc_int32_t c) {
  return is_young(static_cast<char32_t>(c)) ? 0 : utf8proc_get_property(c)->combining_class;
}

// Appends the canonical decomposition.
void decompose(char32_t c, std::vector<utf8proc_int32_t>& points) {
  if (is_young(c)) {
    points.push_back(static_cast<utf8proc_int32_t>(c));
    return;
  }
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary_class = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                              static_cast<utf8proc_ssize_t>(parts.size()), kOptions, &boundary_class);
  if (count < 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) {
    throw RunError("utf8proc cannot decompose a code point");
  }
  points.insert(points.end(), parts.begin(), parts.begin() + count);
}

void compose(std::vector<utf8proc_int32_t>& points) {
  const utf8proc_ssize_t length =
      utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()), kOptions);
  if (length < 0) throw RunError("utf8proc cannot compose a text");
  points.resize(static_cast<std::size_t>(length));
}

// Characters before which a text may be cut: normalized in themselves, and neither ordered nor composed with
// what stands before them.
class Boundaries {
 public:
  Boundaries() {
    boundary_.fill(true);
    std::vector<utf8proc_int32_t> points;
    for (char32_t c = kFirst; c < kLast; ++c) {
      points.clear();
      decompose(c, points);
      if (combining_class(static_cast<utf8proc_int32_t>(c)) != 0) boundary_[c] = false;
      if (points.size() == 1 && points[0] == static_cast<utf8proc_int32_t>(c)) continue;
      // What stands behind the first one in a decomposition is what composes with something before it.
      for (std::size_t i = 1; i < points.size(); ++i) {
        if (const auto part = static_cast<char32_t>(points[i]); part < kLast) boundary_[part] = false;
      }
      compose(points);
      if (points.size() != 1 || points[0] != static_cast<utf8proc_int32_t>(c)) boundary_[c] = false;
    }
  }

  bool at(char32_t c) const { return c >= kLast || boundary_[c]; }

  // Nothing below U+0300 is ordered or composed with what stands before it; nothing from U+30000 on at all.
  static constexpr char32_t kFirst = 0x300, kLast = 0x30000;

 private:
  std::array<bool, kLast> boundary_{};
};

const Boundaries& boundaries() {
  static const Boundaries kBoundaries;
  return kBoundaries;
}

void append_normalized(std::string_view text, std::string& out) {
  std::vector<utf8proc_int32_t> points;
  for (const char32_t c : decode_utf8(text)) decompose(c, points);
  // utf8proc_map orders marks by exchanging neighbours, which is quadratic on a long run of them.
  for (auto begin = points.begin(); begin != points.end();) {
    if (combining_class(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, points.end(), [](auto c) { return combining_class(c) == 0; });
    std::stable_sort(begin, end, [](auto a, auto b) { return combining_class(a) < combining_class(b); });
    begin = end;
  }
  compose(points);
  for (const utf8proc_int32_t c : points) append_utf8(out, static_cast<std::uint32_t>(c));
}

}  // namespace

std::string nfc(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;  // bytes of `text` that are in `out`
  std::size_t cut = 0;   // last place where the text may be cut
  bool unclear = false;  // whether something behind `cut` may have to change
  const auto finish_run = [&](std::size_t end) {
    if (!unclear) return;
    out.append(text, done, cut - done);
    append_normalized(text.substr(cut, end - cut), out);
    done = end;
    unclear = false;
  };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    const bool boundary =
        static_cast<unsigned char>(text[i]) < 0x80 || boundaries().at(code_point_at(text, i, length));
    if (boundary) {
      finish_run(i);
      cut = i;
    } else {
      unclear = true;
    }
    i += length;
  }
  finish_run(text.size());
  out.append(text, done, text.size() - done);
  return out;
}

}  // namespace pixelsail::detail
