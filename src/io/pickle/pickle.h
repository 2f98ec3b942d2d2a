#pragma once

/// A reader for pickles of data, protocols 0 to 5. Nothing is imported or called: names that mean data
/// (io/pickle_plain.h) are read as such. Anything else is a DataError naming opcode, name and byte offset.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pixelsail {

class PickleValue;
using PickleList = std::vector<PickleValue>;
/// In insertion order; keys as in the file (a repeated key keeps its place and takes the later value).
using PickleDict = std::vector<std::pair<PickleValue, PickleValue>>;

/// Something that plain data does not have; only a reader that asks for objects meets one. Holds no other
/// values.
class PickleObject {
 public:
  PickleObject() = default;
  virtual ~PickleObject();
  PickleObject(const PickleObject&) = delete;
  PickleObject& operator=(const PickleObject&) = delete;
};

/// None, bool, int64, double, text (UTF-8; byte strings are kept as they are), list or tuple, dict,
/// object.
/// Containers are shared, as in Python: a memoized list that is changed later changes everywhere.
class PickleValue {
 public:
  using Storage =
      std::variant<std::monostate, bool, std::int64_t, double, std::string, std::shared_ptr<PickleList>,
                   std::shared_ptr<PickleDict>, std::shared_ptr<const PickleObject>>;
  PickleValue() = default;
  explicit PickleValue(Storage storage) : storage_(std::move(storage)) {}

  const Storage& storage() const { return storage_; }
  bool is_none() const { return std::holds_alternative<std::monostate>(storage_); }
  /// Typed access; throws DataError saying what was expected and what is there.
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const;
  const PickleList& as_list() const;
  const PickleDict& as_dict() const;
  bool is_dict() const;
  /// Value under a text key of a dict; throws DataError naming the key when absent.
  const PickleValue& at(std::string_view key) const;
  /// Same, nullptr when absent.
  const PickleValue* find(std::string_view key) const;

 private:
  Storage storage_;
};

/// Limits keep hostile input from using up memory or stack.
struct PickleLimits {
  std::size_t max_depth = 256;
  std::size_t max_items = 200'000'000;
};

PickleValue read_pickle(std::span<const std::byte> bytes, const std::string& name,
                        const PickleLimits& limits = {});
PickleValue read_pickle(const std::filesystem::path& path, const PickleLimits& limits = {});

}  // namespace pixelsail
