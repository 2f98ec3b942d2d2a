#include "io/rle.h"

#include <algorithm>
#include <limits>

#include "io/rle_check.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace detail {

std::uint64_t checked_area(std::int64_t height, std::int64_t width) {
  constexpr std::int64_t kMaxSide = std::numeric_limits<int>::max();
  constexpr std::uint64_t kMaxArea = std::uint64_t{1} << 31;
  if (height < 0 || width < 0 || height > kMaxSide || width > kMaxSide ||
      static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width) > kMaxArea) {
    throw DataError("RLE: impossible mask size " + std::to_string(height) + " x " + std::to_string(width));
  }
  return static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width);
}

void check_runs(const Rle& rle) {
  const std::uint64_t area = checked_area(rle.height, rle.width);
  std::uint64_t sum = 0;
  for (const std::uint32_t count : rle.counts) sum += count;
  if (sum != area) {
    throw DataError("RLE: runs cover " + std::to_string(sum) + " pixels of a " + std::to_string(rle.height) +
                    " x " + std::to_string(rle.width) + " mask");
  }
}

}  // namespace detail

namespace {

void require_same_size(const Rle& a, const Rle& b) {
  if (a.height != b.height || a.width != b.width) {
    throw DataError("RLE: masks of different size: " + std::to_string(a.height) + " x " +
                    std::to_string(a.width) + " and " + std::to_string(b.height) + " x " +
                    std::to_string(b.width));
  }
}

/// Steps through the runs of one mask; `value` is the current pixel value, `left` what remains of its run.
class RunReader {
 public:
  explicit RunReader(const Rle& rle) : counts_(rle.counts), left_(counts_.empty() ? 0 : counts_[0]) {}
  std::uint32_t left() const { return left_; }
  bool value() const { return value_; }
  /// Consumes `length` <= left() pixels and enters the next run when this one is used up (at most one: a run
  /// of length zero is a stop of its own, as in the reference).
  void advance(std::uint32_t length) {
    left_ -= length;
    if (left_ == 0 && next_ < counts_.size()) {
      left_ = counts_[next_++];
      value_ = !value_;
    }
  }
  bool at_end() const { return left_ == 0 && next_ >= counts_.size(); }

 private:
  const std::vector<std::uint32_t>& counts_;
  std::size_t next_ = 1;
  std::uint32_t left_;
  bool value_ = false;
};

Rle union_of(const Rle& a, const Rle& b) {
  Rle result{.height = a.height, .width = a.width, .counts = {}};
  RunReader left(a), right(b);
  std::uint32_t run = 0;
  bool value = false, done = false;
  while (!done) {
    const std::uint32_t step = std::min(left.left(), right.left());
    run += step;
    left.advance(step);
    right.advance(step);
    done = left.at_end() && right.at_end();
    const bool before = value;
    value = left.value() || right.value();
    if (value != before || done) {
      result.counts.push_back(run);
      run = 0;
    }
  }
  return result;
}

}  // namespace

std::string rle_to_string(const Rle& rle) {
  detail::check_runs(rle);
  std::string text;
  text.reserve(rle.counts.size() * 3);
  for (std::size_t i = 0; i < rle.counts.size(); ++i) {
    // From the fourth run on, the difference to the last run of the same value is stored.
    std::int64_t x = rle.counts[i];
    if (i > 2) x -= rle.counts[i - 2];
    bool more = true;
    while (more) {
      int digit = static_cast<int>(x & 0x1F);
      x >>= 5;
      more = (digit & 0x10) != 0 ? x != -1 : x != 0;
      if (more) digit |= 0x20;
      text.push_back(static_cast<char>(digit + 48));
    }
  }
  return text;
}

Rle rle_from_string(std::string_view counts, int height, int width) {
  const std::uint64_t area = detail::checked_area(height, width);
  Rle rle{.height = height, .width = width, .counts = {}};
  std::uint64_t sum = 0;
  std::size_t p = 0;
  while (p < counts.size()) {
    const std::size_t start = p;
    std::int64_t x = 0;
    for (int k = 0;; ++k) {
      if (p == counts.size()) throw DataError("RLE: the text ends inside a number");
      // Seven digits of five bits hold every difference of two run lengths.
      if (k == 7) throw DataError("RLE: number too long at character " + std::to_string(start));
      const int digit = static_cast<unsigned char>(counts[p]) - 48;
      if (digit < 0 || digit > 0x3F) {
        throw DataError("RLE: character " + std::to_string(p) + " does not belong to a run-length text");
      }
      ++p;
      x |= static_cast<std::int64_t>(digit & 0x1F) << (5 * k);
      if ((digit & 0x20) != 0) continue;
      if ((digit & 0x10) != 0) x -= std::int64_t{1} << (5 * (k + 1));
      break;
    }
    const std::size_t m = rle.counts.size();
    if (m > 2) x += rle.counts[m - 2];
    if (x < 0 || sum + static_cast<std::uint64_t>(x) > area) {
      throw DataError("RLE: run " + std::to_string(m) + " has length " + std::to_string(x) + " in a " +
                      std::to_string(height) + " x " + std::to_string(width) + " mask");
    }
    sum += static_cast<std::uint64_t>(x);
    rle.counts.push_back(static_cast<std::uint32_t>(x));
  }
  detail::check_runs(rle);
  return rle;
}

Rle encode_values(std::span<const std::uint8_t> row_major, int height, int width) {
  if (detail::checked_area(height, width) != row_major.size()) {
    throw DataError("RLE: " + std::to_string(row_major.size()) + " pixels given for a " +
                    std::to_string(height) + " x " + std::to_string(width) + " mask");
  }
  Rle rle{.height = height, .width = width, .counts = {}};
  // Without pixels there is nothing to walk, however many columns of height zero there are.
  const std::size_t stride = row_major.empty() ? 0 : static_cast<std::size_t>(width);
  std::uint8_t value = 0;
  std::uint32_t run = 0;
  for (std::size_t x = 0; x < stride; ++x) {
    for (std::size_t i = x; i < row_major.size(); i += stride) {
      if (row_major[i] != value) {
        rle.counts.push_back(run);
        run = 0;
        value = row_major[i];
      }
      ++run;
    }
  }
  rle.counts.push_back(run);
  return rle;
}

Rle encode_mask(const Mask& mask) {
  for (const std::uint8_t value : mask.data) {
    if (value > 1) throw DataError("RLE: a mask holds the value " + std::to_string(value) + ", not 0 or 1");
  }
  return encode_values(mask.data, mask.height, mask.width);
}

Mask decode_mask(const Rle& rle) {
  detail::check_runs(rle);
  Mask mask(rle.height, rle.width);
  const std::size_t height = static_cast<std::size_t>(rle.height),
                    width = static_cast<std::size_t>(rle.width);
  std::size_t x = 0, y = 0;
  bool value = false;
  for (std::uint32_t left : rle.counts) {
    if (!value && left > 0) {
      y += left;
      x += y / height;
      y %= height;
      left = 0;
    }
    for (; left > 0; --left) {
      mask.data[y * width + x] = 1;
      if (++y == height) {
        y = 0;
        ++x;
      }
    }
    value = !value;
  }
  return mask;
}

Rle merge_rles(const std::vector<Rle>& rles) {
  if (rles.empty()) throw DataError("RLE: a union of no masks has no size");
  for (const Rle& rle : rles) {
    require_same_size(rles[0], rle);
    detail::check_runs(rle);
  }
  Rle result = rles[0];
  for (std::size_t i = 1; i < rles.size(); ++i) result = union_of(result, rles[i]);
  return result;
}

std::uint64_t rle_area(const Rle& rle) {
  std::uint64_t area = 0;
  for (std::size_t i = 1; i < rle.counts.size(); i += 2) area += rle.counts[i];
  return area;
}

std::uint64_t rle_intersection(const Rle& a, const Rle& b) {
  require_same_size(a, b);
  detail::check_runs(a);
  detail::check_runs(b);
  RunReader left(a), right(b);
  std::uint64_t pixels = 0;
  while (!left.at_end() && !right.at_end()) {
    const std::uint32_t step = std::min(left.left(), right.left());
    if (left.value() && right.value()) pixels += step;
    left.advance(step);
    right.advance(step);
  }
  return pixels;
}

}  // namespace pixelsail
