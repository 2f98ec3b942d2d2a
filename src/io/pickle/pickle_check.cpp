#include "io/pickle/pickle_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

namespace pixelsail::detail {
namespace {

/// A dict key in a form where equal keys are equal and all keys have an order.
struct SortKey {
  int rank = 0;
  std::int64_t whole = 0;
  double fraction = 0;
  const std::string* text = nullptr;

  explicit SortKey(const PickleValue& key) {
    const auto& storage = key.storage();
    if (const auto* flag = std::get_if<bool>(&storage)) {
      rank = 1;
      whole = *flag ? 1 : 0;
    } else if (const auto* number = std::get_if<std::int64_t>(&storage)) {
      rank = 1;
      whole = *number;
    } else if (const auto* real = std::get_if<double>(&storage)) {
      if (std::abs(*real) < 0x1p63 && std::trunc(*real) == *real) {
        rank = 1;
        whole = static_cast<std::int64_t>(*real);
      } else {
        rank = std::isnan(*real) ? 3 : 2;
        fraction = std::isnan(*real) ? 0 : *real;
      }
    } else if (const auto* string = std::get_if<std::string>(&storage)) {
      rank = 4;
      text = string;
    }
  }
  /// Negative, zero or positive. Only called for keys that are text, numbers or None.
  int compare(const SortKey& other) const {
    if (rank != other.rank) return rank < other.rank ? -1 : 1;
    if (rank == 4) return text->compare(*other.text);
    if (whole != other.whole) return whole < other.whole ? -1 : 1;
    return fraction < other.fraction ? -1 : fraction > other.fraction ? 1 : 0;
  }
  bool equals(const SortKey& other) const { return rank != 3 && compare(other) == 0; }
};

using Node = const void*;

Node node_of(const PickleValue& value) {
  if (const auto* list = std::get_if<std::shared_ptr<PickleList>>(&value.storage())) return list->get();
  if (const auto* dict = std::get_if<std::shared_ptr<PickleDict>>(&value.storage())) return dict->get();
  return nullptr;
}

/// What is known of a container: `height` counts the levels below it, itself included; 0 while it is being
/// visited.
struct Measure {
  std::size_t height = 0;
  std::size_t tree_size = 0;
};

/// One container on the way down.
struct Visit {
  Node node;
  const PickleList* list;
  const PickleDict* dict;
  std::size_t next = 0;
  Measure measure{1, 1};

  std::size_t size() const { return list != nullptr ? list->size() : dict->size(); }
  const PickleValue& child(std::size_t i) const { return list != nullptr ? (*list)[i] : (*dict)[i].second; }
};

Visit visit_of(const PickleValue& value) {
  const auto* list = std::get_if<std::shared_ptr<PickleList>>(&value.storage());
  const auto* dict = std::get_if<std::shared_ptr<PickleDict>>(&value.storage());
  return {node_of(value), list != nullptr ? list->get() : nullptr, dict != nullptr ? dict->get() : nullptr};
}

std::size_t saturating_add(std::size_t a, std::size_t b) {
  return a > std::numeric_limits<std::size_t>::max() - b ? std::numeric_limits<std::size_t>::max() : a + b;
}

/// Depth-first walk with a stack of its own; each container is visited once.
class Walk {
 public:
  explicit Walk(const PickleLimits& limits) : limits_(limits) {}

  std::string from(Visit start) {
    if (!measures_.try_emplace(start.node).second) return {};
    enter(start);
    while (!path_.empty()) {
      Visit& top = path_.back();
      if (top.next == top.size()) {
        measures_[top.node] = top.measure;
        path_.pop_back();
        continue;
      }
      const PickleValue& child = top.child(top.next);
      const Node node = node_of(child);
      if (node == nullptr) {
        top.measure.tree_size = saturating_add(top.measure.tree_size, 1);
        ++top.next;
        continue;
      }
      const auto [found, is_new] = measures_.try_emplace(node);
      if (is_new) {
        if (path_.size() >= limits_.max_depth) return too_deep();
        enter(visit_of(child));
        continue;
      }
      if (found->second.height == 0) return "a container holds itself";
      top.measure.height = std::max(top.measure.height, found->second.height + 1);
      top.measure.tree_size = saturating_add(top.measure.tree_size, found->second.tree_size);
      if (top.measure.height > limits_.max_depth) return too_deep();
      ++top.next;
    }
    return {};
  }

  std::size_t tree_size(Node node) const {
    const auto found = measures_.find(node);
    return found == measures_.end() ? 1 : found->second.tree_size;
  }

 private:
  /// The keys of a dict are values too.
  void enter(Visit visit) {
    if (visit.dict != nullptr) visit.measure.tree_size += visit.dict->size();
    path_.push_back(visit);
  }

  std::string too_deep() const {
    return "nested deeper than " + std::to_string(limits_.max_depth) + " levels";
  }

  const PickleLimits& limits_;
  std::unordered_map<Node, Measure> measures_;
  std::vector<Visit> path_;
};

}  // namespace

void PickleContainers::clear_all() {
  for (const auto& list : lists) list->clear();
  for (const auto& dict : dicts) dict->clear();
}

void merge_repeated_keys(PickleDict& dict) {
  if (dict.size() < 2) return;
  std::vector<SortKey> keys;
  keys.reserve(dict.size());
  for (const auto& entry : dict) keys.emplace_back(entry.first);
  std::vector<std::size_t> order(dict.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&keys](std::size_t a, std::size_t b) { return keys[a].compare(keys[b]) < 0; });
  std::vector<bool> drop(dict.size(), false);
  bool any = false;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t last = i;
    while (last + 1 < order.size() && keys[order[i]].equals(keys[order[last + 1]]))
      drop[order[++last]] = true;
    if (last > i) {
      any = true;
      dict[order[i]].second = dict[order[last]].second;
    }
    i = last + 1;
  }
  if (!any) return;
  PickleDict kept;
  for (std::size_t i = 0; i < dict.size(); ++i) {
    if (!drop[i]) kept.push_back(std::move(dict[i]));
  }
  dict = std::move(kept);
}

std::string check_containers(const PickleContainers& containers, const PickleValue& root,
                             const PickleLimits& limits) {
  Walk walk(limits);
  for (const auto& list : containers.lists) {
    if (std::string fault = walk.from({list.get(), list.get(), nullptr}); !fault.empty()) return fault;
  }
  for (const auto& dict : containers.dicts) {
    if (std::string fault = walk.from({dict.get(), nullptr, dict.get()}); !fault.empty()) return fault;
  }
  if (walk.tree_size(node_of(root)) > limits.max_items) {
    return "more than " + std::to_string(limits.max_items) + " values";
  }
  return {};
}

}  // namespace pixelsail::detail
