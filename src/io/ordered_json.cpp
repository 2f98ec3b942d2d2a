#include "io/ordered_json.h"

#include <set>
#include <utility>
#include <vector>

#include "io/json_input.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

template <class Input>
OrderedJson parse(Input&& input, const std::string& name, std::size_t most_members) {
  constexpr int kMaxDepth = 64;
  // Members seen so far of every object that is open.
  std::vector<std::set<std::string>> open;
  const auto check = [&](int depth, OrderedJson::parse_event_t event, OrderedJson& parsed) {
    using Event = OrderedJson::parse_event_t;
    if (depth > kMaxDepth) throw DataError(name + ": nested deeper than " + std::to_string(kMaxDepth));
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!open.back().insert(key).second) throw DataError(name + ": member \"" + key + "\" is there twice");
      // Finding a member takes as long as the object has members.
      if (open.back().size() > most_members)
        throw DataError(name + ": an object has more than " + std::to_string(most_members) + " members");
    }
    return true;
  };
  try {
    return OrderedJson::parse(std::forward<Input>(input), check);
  } catch (const OrderedJson::exception& error) {
    throw DataError(name + ": " + error.what());
  }
}

}  // namespace

OrderedJson read_ordered_json(const std::filesystem::path& path, std::size_t most_members) {
  JsonInput file(path);
  return parse(file, path.string(), most_members);
}

OrderedJson parse_ordered_json(std::string_view text, const std::string& name, std::size_t most_members) {
  std::string filtered;
  NumberFilter().filter(text, true, filtered);
  return parse(filtered, name, most_members);
}

}  // namespace pixelsail
