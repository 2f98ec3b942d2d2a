#pragma once

/// The stack machine that reads pickles. Nothing in it recurses and no opcode of plain data calls anything;
/// memory is bounded by a multiple of the input size.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/pickle/pickle.h"
#include "io/pickle/pickle_check.h"
#include "io/pickle/pickle_memo.h"
#include "io/pickle/pickle_opcodes.h"

namespace pixelsail::detail {

/// Reads plain data. A subclass that knows objects overrides step_object().
class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, const std::string& name, const PickleLimits& limits)
      : bytes_(bytes), name_(name), limits_(limits), copy_budget_(kCopyFactor * bytes.size()) {}
  PickleMachine(const PickleMachine&) = delete;
  PickleMachine& operator=(const PickleMachine&) = delete;
  /// A failed read may leave cycles or towers of containers; they must neither leak nor be destroyed
  /// recursively.
  virtual ~PickleMachine() {
    if (!finished_) containers_.clear_all();
  }

  /// The value that the pickle holds. Throws DataError naming opcode and byte offset.
  PickleValue run();

 protected:
  /// Called for every opcode that plain data does not need. False: it is not allowed.
  virtual bool step_object(PickleOp op);
  /// Whether an object swallows the items that are put into it. No object of plain data does.
  virtual bool takes_anything(const PickleObject& object) const;
  /// Dict entries whose key is a tuple or an object are left out instead of refused.
  void drop_odd_keys() { drops_odd_keys_ = true; }

  /// What GLOBAL or STACK_GLOBAL names.
  struct GlobalName {
    std::string module, name;
  };
  GlobalName take_global(PickleOp op);

  [[noreturn]] void fail(const std::string& what) const;
  /// The next bytes of the file: argument of the opcode.
  std::string_view take(std::uint64_t count);
  std::string_view take_line();
  std::uint64_t take_unsigned(std::size_t count);

  void push(PickleItem item);
  template <class T>
  void push_value(T value) {
    push({PickleValue(PickleValue::Storage(std::move(value)))});
  }
  PickleValue pop();
  /// The value on top of the stack.
  const PickleValue& top() const;
  std::shared_ptr<PickleDict> new_dict() {
    return containers_.dicts.emplace_back(std::make_shared<PickleDict>());
  }
  std::shared_ptr<PickleList> new_list() {
    return containers_.lists.emplace_back(std::make_shared<PickleList>());
  }
  /// Bytes of the file.
  std::size_t size() const { return bytes_.size(); }

 private:
  /// Two bytes store a text in the memo or fetch it, as often as the file likes. Copies of texts may add up
  /// to this many times the file's size; real files stay far below.
  static constexpr std::size_t kCopyFactor = 64;

  std::size_t fence() const { return marks_.empty() ? 0 : marks_.back(); }
  void require(std::size_t count) const {
    if (stack_.size() - fence() < count) fail("takes more values than there are");
  }
  std::size_t pop_mark();
  /// The list or dict below position `end` of the stack, which the values from there on go into.
  template <class Container>
  Container& target(std::size_t end);

  /// Whether the value below position `end` of the stack is an object that swallows items.
  bool holds_nothing(std::size_t end) const;
  void append_from(std::size_t begin, PickleList& list);
  void set_from(std::size_t begin, PickleDict& dict);
  void make_tuple(std::size_t begin);

  void push_utf8(std::string_view text);
  void push_long(std::string_view bytes);
  void push_int_line(std::string_view line);

  std::uint64_t index_from_line();
  void charge_copy(const PickleItem& item);
  void get(std::uint64_t index);
  void put(std::uint64_t index);

  void step(PickleOp op);
  PickleValue finish();

  std::string_view bytes_;
  const std::string& name_;
  const PickleLimits& limits_;
  std::size_t copy_budget_;
  std::size_t position_ = 0, op_offset_ = 0, items_ = 0;
  unsigned char op_ = 0;
  bool finished_ = false, drops_odd_keys_ = false;
  std::vector<PickleItem> stack_;
  std::vector<std::size_t> marks_;
  PickleMemo memo_;
  PickleContainers containers_;
};

}  // namespace pixelsail::detail
