#include "metrics/meteor/meteor_aligner.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

namespace pixelsail {
namespace {

constexpr std::size_t kBeamWidth = 40;
constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// What decides between paths, and what is needed to go on.
struct PathState {
  std::uint64_t covered = 0, chunks = 0, distance = 0;
  /// Place of the hypothesis behind the last match of an open chunk.
  std::uint32_t open_end = kNone;
  /// First place of the reference behind the last match.
  std::uint32_t reference_end = 0;

  auto rank() const { return std::make_tuple(~covered, chunks, distance); }

  /// Everything but the distance.
  void take(const MeteorMatch& match) {
    const std::uint32_t divisor = match.module == MeteorModule::kExact ? 1 : 2;
    covered += match.hypothesis_size / divisor + match.reference_size / divisor;
    if (open_end != kNone && match.hypothesis_begin != open_end) ++chunks;
    open_end = match.hypothesis_begin + match.hypothesis_size;
    reference_end = match.reference_begin + match.reference_size;
  }
  void close_chunk() {
    if (open_end != kNone) ++chunks;
    open_end = kNone;
  }
};

std::uint64_t distance_of(const MeteorMatch& match) {
  return match.reference_begin > match.hypothesis_begin ? match.reference_begin - match.hypothesis_begin
                                                        : match.hypothesis_begin - match.reference_begin;
}

/// Which words are in use, hypothesis and reference, a bit for each.
class UsedWords {
 public:
  UsedWords(std::size_t hypothesis_size, std::size_t reference_size)
      : reference_first_(hypothesis_size), bits_(hypothesis_size + reference_size) {}

  bool is_free(const MeteorMatch& match) const {
    for (std::size_t k = 0; k < match.hypothesis_size; ++k) {
      if (bits_[match.hypothesis_begin + k]) return false;
    }
    for (std::size_t k = 0; k < match.reference_size; ++k) {
      if (bits_[reference_first_ + match.reference_begin + k]) return false;
    }
    return true;
  }
  bool reference_used(std::size_t place) const { return bits_[reference_first_ + place]; }
  void use(const MeteorMatch& match) {
    for (std::size_t k = 0; k < match.hypothesis_size; ++k) bits_[match.hypothesis_begin + k] = true;
    for (std::size_t k = 0; k < match.reference_size; ++k) {
      bits_[reference_first_ + match.reference_begin + k] = true;
    }
  }

 private:
  std::size_t reference_first_;
  std::vector<bool> bits_;
};

class BeamSearch {
 public:
  explicit BeamSearch(const MeteorCandidates& candidates)
      : candidates_(candidates), places_(candidates.reference_coverage.size()), definite_(places_) {}

  std::vector<MeteorMatch> run() {
    paths_.push_back({{}, start(), kNone});
    for (std::size_t place = 0; place < places_; ++place) {
      steps_.clear();
      for (std::uint32_t i = 0; i < paths_.size(); ++i) extend(i, place);
      select();
    }
    return best();
  }

 private:
  struct Path {
    PathState state;
    UsedWords used;
    std::uint32_t last_choice = kNone;
  };
  /// A path of the next place before it is known whether it stays in the beam.
  struct Step {
    PathState state;
    std::uint32_t parent = 0;
    /// Index of the match that is taken; kNone: none.
    std::uint32_t match = kNone;
  };
  /// Matches that a path took, last first.
  struct Choice {
    std::uint32_t match = 0, previous = kNone;
  };

  /// Takes the matches that are alone.
  UsedWords start() {
    UsedWords used(candidates_.hypothesis_coverage.size(), places_);
    const auto is_one = [](std::uint32_t count) { return count == 1; };
    const auto all_one = [is_one](const std::vector<std::uint32_t>& coverage, std::size_t begin,
                                  std::size_t size) {
      return std::ranges::all_of(std::span(coverage).subspan(begin, size), is_one);
    };
    for (std::size_t place = 0; place < places_; ++place) {
      const auto matches = candidates_.at(place);
      if (matches.size() != 1) continue;
      const MeteorMatch& match = matches.front();
      if (all_one(candidates_.reference_coverage, match.reference_begin, match.reference_size) &&
          all_one(candidates_.hypothesis_coverage, match.hypothesis_begin, match.hypothesis_size)) {
        definite_[place] = match;
        used.use(match);
      }
    }
    return used;
  }

  void extend(std::uint32_t parent, std::size_t place) {
    const Path& path = paths_[parent];
    Step step{.state = path.state, .parent = parent};
    if (path.used.reference_used(place)) {
      // Inside of the last match nothing happens.
      if (place >= step.state.reference_end && definite_[place].has_value()) {
        step.state.take(*definite_[place]);
        step.state.distance += distance_of(*definite_[place]);
      }
      steps_.push_back(step);
      return;
    }
    for (std::size_t k = candidates_.first[place]; k < candidates_.first[place + 1]; ++k) {
      const MeteorMatch& match = candidates_.matches[k];
      if (!path.used.is_free(match)) continue;
      Step taken = step;
      taken.match = static_cast<std::uint32_t>(k);
      taken.state.take(match);
      steps_.push_back(taken);
      step.state.distance += distance_of(match);
    }
    step.state.close_chunk();
    step.state.reference_end = static_cast<std::uint32_t>(place + 1);
    steps_.push_back(step);
  }

  /// Makes paths of the best steps, best first.
  void select() {
    order_.resize(steps_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    const auto before = [this](std::size_t a, std::size_t b) {
      return std::make_pair(steps_[a].state.rank(), a) < std::make_pair(steps_[b].state.rank(), b);
    };
    const std::size_t count = std::min(kBeamWidth, order_.size());
    const auto middle = order_.begin() + static_cast<std::ptrdiff_t>(count);
    if (middle != order_.end()) std::nth_element(order_.begin(), middle, order_.end(), before);
    std::sort(order_.begin(), middle, before);
    std::vector<Path> next;
    next.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Step& step = steps_[order_[i]];
      next.push_back({step.state, paths_[step.parent].used, paths_[step.parent].last_choice});
      if (step.match == kNone) continue;
      next.back().used.use(candidates_.matches[step.match]);
      choices_.push_back({.match = step.match, .previous = next.back().last_choice});
      next.back().last_choice = static_cast<std::uint32_t>(choices_.size() - 1);
    }
    paths_ = std::move(next);
  }

  std::vector<MeteorMatch> best() {
    for (Path& path : paths_) path.state.close_chunk();
    const auto path = std::ranges::min_element(paths_, {}, [](const Path& p) { return p.state.rank(); });
    std::vector<MeteorMatch> alignment;
    for (const auto& match : definite_) {
      if (match.has_value()) alignment.push_back(*match);
    }
    for (std::uint32_t i = path->last_choice; i != kNone; i = choices_[i].previous) {
      alignment.push_back(candidates_.matches[choices_[i].match]);
    }
    std::ranges::sort(alignment, {}, &MeteorMatch::reference_begin);
    return alignment;
  }

  const MeteorCandidates& candidates_;
  std::size_t places_;
  /// Matches that are alone, by place.
  std::vector<std::optional<MeteorMatch>> definite_;
  std::vector<Path> paths_;
  std::vector<Step> steps_;
  std::vector<std::size_t> order_;
  std::vector<Choice> choices_;
};

}  // namespace

std::vector<MeteorMatch> align_meteor(const MeteorCandidates& candidates) {
  if (candidates.matches.empty()) return {};
  return BeamSearch(candidates).run();
}

std::size_t count_chunks(const std::vector<MeteorMatch>& alignment) {
  std::size_t chunks = 0;
  const MeteorMatch* last = nullptr;
  for (const MeteorMatch& match : alignment) {
    const bool continues = last != nullptr &&
                           last->reference_begin + last->reference_size == match.reference_begin &&
                           last->hypothesis_begin + last->hypothesis_size == match.hypothesis_begin;
    if (!continues) ++chunks;
    last = &match;
  }
  return chunks;
}

}  // namespace pixelsail
