#include <bit>
#include <string_view>

#include "io/atomic_file.h"
#include "io/pickle/pickle_machine.h"
#include "io/pickle/pickle_plain.h"
#include "io/pickle/pickle_text.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace detail {

PickleValue PickleMachine::run() {
  while (true) {
    op_offset_ = position_;
    const auto code = static_cast<unsigned char>(take(1)[0]);
    op_ = code;
    if (static_cast<PickleOp>(code) == PickleOp::kStop) return finish();
    step(static_cast<PickleOp>(code));
  }
}

bool PickleMachine::step_object(PickleOp) {
  return false;
}

bool PickleMachine::takes_anything(const PickleObject&) const {
  return false;
}

bool PickleMachine::holds_nothing(std::size_t end) const {
  if (end <= fence()) return false;
  const auto* object = std::get_if<std::shared_ptr<const PickleObject>>(&stack_[end - 1].value.storage());
  return object != nullptr && takes_anything(**object);
}

PickleMachine::GlobalName PickleMachine::take_global(PickleOp op) {
  if (op == PickleOp::kGlobal) {
    const std::string_view module = take_line();
    return {std::string(module), std::string(take_line())};
  }
  const PickleValue name = pop();
  const PickleValue module = pop();
  const auto* name_text = std::get_if<std::string>(&name.storage());
  const auto* module_text = std::get_if<std::string>(&module.storage());
  if (name_text == nullptr || module_text == nullptr) fail("a name is no text");
  return {*module_text, *name_text};
}

void PickleMachine::fail(const std::string& what) const {
  throw DataError(name_ + ": byte " + std::to_string(op_offset_) + ": pickle opcode " +
                  pickle_opcode_name(op_) + ": " + what);
}

std::string_view PickleMachine::take(std::uint64_t count) {
  if (count > bytes_.size() - position_) {
    if (position_ == op_offset_) {
      throw DataError(name_ + ": byte " + std::to_string(position_) + ": pickle ends without STOP");
    }
    fail("the file ends inside its argument");
  }
  const std::string_view part = bytes_.substr(position_, count);
  position_ += count;
  return part;
}

std::string_view PickleMachine::take_line() {
  const auto end = bytes_.find('\n', position_);
  if (end == bytes_.npos) fail("the file ends inside its argument");
  const std::string_view line = bytes_.substr(position_, end - position_);
  position_ = end + 1;
  return line;
}

std::uint64_t PickleMachine::take_unsigned(std::size_t count) {
  const std::string_view part = take(count);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(part[i])} << (8 * i);
  return value;
}

void PickleMachine::push(PickleItem item) {
  if (++items_ > limits_.max_items) fail("more than " + std::to_string(limits_.max_items) + " values");
  stack_.push_back(std::move(item));
}

PickleValue PickleMachine::pop() {
  require(1);
  PickleValue value = std::move(stack_.back().value);
  stack_.pop_back();
  return value;
}

const PickleValue& PickleMachine::top() const {
  require(1);
  return stack_.back().value;
}

std::size_t PickleMachine::pop_mark() {
  if (marks_.empty()) fail("has no MARK");
  const std::size_t mark = marks_.back();
  marks_.pop_back();
  return mark;
}

template <class Container>
Container& PickleMachine::target(std::size_t end) {
  if (end <= fence()) fail("takes more values than there are");
  PickleItem& item = stack_[end - 1];
  const auto* found = std::get_if<std::shared_ptr<Container>>(&item.value.storage());
  if (found == nullptr || item.is_tuple) fail("adds to a value that cannot grow");
  return **found;
}

void PickleMachine::append_from(std::size_t begin, PickleList& list) {
  for (std::size_t i = begin; i < stack_.size(); ++i) list.push_back(std::move(stack_[i].value));
  stack_.resize(begin);
}

void PickleMachine::set_from(std::size_t begin, PickleDict& dict) {
  if ((stack_.size() - begin) % 2 != 0) fail("has a key without a value");
  for (std::size_t i = begin; i < stack_.size(); i += 2) {
    const auto& key = stack_[i].value.storage();
    if (std::holds_alternative<std::shared_ptr<PickleList>>(key) ||
        std::holds_alternative<std::shared_ptr<PickleDict>>(key) ||
        std::holds_alternative<std::shared_ptr<const PickleObject>>(key)) {
      if (drops_odd_keys_) continue;
      fail("only text, numbers, bools and None can be keys");
    }
    dict.emplace_back(std::move(stack_[i].value), std::move(stack_[i + 1].value));
  }
  stack_.resize(begin);
}

void PickleMachine::make_tuple(std::size_t begin) {
  auto list = new_list();
  append_from(begin, *list);
  push({PickleValue(PickleValue::Storage(std::move(list))), true});
}

void PickleMachine::push_utf8(std::string_view text) {
  if (find_invalid_utf8(text) != text.npos) fail("its text is not valid UTF-8");
  push_value(std::string(text));
}

void PickleMachine::push_long(std::string_view bytes) {
  const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t byte = static_cast<unsigned char>(bytes[i]);
    if (i < 8) {
      value = (value & ~(std::uint64_t{0xFF} << (8 * i))) | byte << (8 * i);
    } else if (byte != (negative ? 0xFF : 0)) {
      fail("its number does not fit 64 bits");
    }
  }
  if (bytes.size() > 8 && (std::bit_cast<std::int64_t>(value) < 0) != negative) {
    fail("its number does not fit 64 bits");
  }
  push_value(std::bit_cast<std::int64_t>(value));
}

void PickleMachine::push_int_line(std::string_view line) {
  std::int64_t value = 0;
  if (!parse_pickle_int(line, value)) fail("its argument is no integer of 64 bits");
  push_value(value);
}

std::uint64_t PickleMachine::index_from_line() {
  std::int64_t value = 0;
  if (!parse_pickle_int(take_line(), value) || value < 0) fail("its argument is no memo number");
  return static_cast<std::uint64_t>(value);
}

void PickleMachine::charge_copy(const PickleItem& item) {
  constexpr std::size_t kSmallText = 15;
  const auto* text = std::get_if<std::string>(&item.value.storage());
  if (text == nullptr || text->size() <= kSmallText) return;
  if (text->size() > copy_budget_) fail("the same text is repeated too often");
  copy_budget_ -= text->size();
}

void PickleMachine::get(std::uint64_t index) {
  const PickleItem* item = memo_.get(index);
  if (item == nullptr) fail("memo " + std::to_string(index) + " is empty");
  charge_copy(*item);
  push(*item);
}

void PickleMachine::put(std::uint64_t index) {
  require(1);
  charge_copy(stack_.back());
  memo_.put(index, stack_.back());
}

// Long: one case for each opcode of the format, in the order of its specification.
void PickleMachine::step(PickleOp op) {
  switch (op) {
    case PickleOp::kProto:
      if (const auto version = take_unsigned(1); version > 5) {
        fail("protocol " + std::to_string(version) + " is not supported (0 to 5 are)");
      }
      return;
    case PickleOp::kFrame:
      if (const auto length = take_unsigned(8); length > bytes_.size() - position_) {
        fail("promises " + std::to_string(length) + " bytes, " + std::to_string(bytes_.size() - position_) +
             " are left");
      }
      return;
    case PickleOp::kMark:
      marks_.push_back(stack_.size());
      return;
    case PickleOp::kNone:
      return push({});
    case PickleOp::kNewTrue:
      return push_value(true);
    case PickleOp::kNewFalse:
      return push_value(false);
    case PickleOp::kInt: {
      const std::string_view line = take_line();
      if (line == "00" || line == "01") return push_value(line == "01");
      return push_int_line(line);
    }
    case PickleOp::kLong: {
      std::string_view line = take_line();
      if (line.ends_with('L')) line.remove_suffix(1);
      return push_int_line(line);
    }
    case PickleOp::kBinInt:
      return push_value(
          std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(take_unsigned(4)))});
    case PickleOp::kBinInt1:
      return push_value(static_cast<std::int64_t>(take_unsigned(1)));
    case PickleOp::kBinInt2:
      return push_value(static_cast<std::int64_t>(take_unsigned(2)));
    case PickleOp::kLong1:
      return push_long(take(take_unsigned(1)));
    case PickleOp::kFloat: {
      double value = 0;
      if (!parse_pickle_float(take_line(), value)) fail("its argument is no number");
      return push_value(value);
    }
    case PickleOp::kBinFloat: {
      std::uint64_t bits = 0;
      for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
      return push_value(std::bit_cast<double>(bits));
    }
    case PickleOp::kString: {
      std::string text;
      if (!parse_pickle_string(take_line(), text)) fail("its argument is no quoted string");
      return push_value(std::move(text));
    }
    case PickleOp::kUnicode: {
      std::string text;
      if (!parse_pickle_unicode(take_line(), text)) fail("its text has a broken escape");
      return push_value(std::move(text));
    }
    case PickleOp::kBinString: {
      const std::uint64_t length = take_unsigned(4);
      if (length > 0x7FFFFFFF) fail("its length is negative");
      return push_value(std::string(take(length)));
    }
    case PickleOp::kShortBinString:
      return push_value(std::string(take(take_unsigned(1))));
    case PickleOp::kBinUnicode:
      return push_utf8(take(take_unsigned(4)));
    case PickleOp::kShortBinUnicode:
      return push_utf8(take(take_unsigned(1)));
    case PickleOp::kBinUnicode8:
      return push_utf8(take(take_unsigned(8)));
    case PickleOp::kShortBinBytes:
      return push_value(std::string(take(take_unsigned(1))));
    case PickleOp::kBinBytes:
      return push_value(std::string(take(take_unsigned(4))));
    case PickleOp::kBinBytes8:
    case PickleOp::kByteArray8:
      return push_value(std::string(take(take_unsigned(8))));
    case PickleOp::kEmptyList:
    case PickleOp::kEmptySet:
      return push_value(new_list());
    case PickleOp::kList: {
      auto list = new_list();
      append_from(pop_mark(), *list);
      return push_value(std::move(list));
    }
    case PickleOp::kAppend: {
      PickleValue value = pop();
      if (holds_nothing(stack_.size())) return;
      target<PickleList>(stack_.size()).push_back(std::move(value));
      return;
    }
    case PickleOp::kAppends:
    case PickleOp::kAddItems: {
      const std::size_t mark = pop_mark();
      if (holds_nothing(mark)) return stack_.resize(mark);
      return append_from(mark, target<PickleList>(mark));
    }
    case PickleOp::kEmptyTuple:
      return make_tuple(stack_.size());
    case PickleOp::kTuple:
    case PickleOp::kFrozenSet:
      return make_tuple(pop_mark());
    case PickleOp::kTuple1:
    case PickleOp::kTuple2:
    case PickleOp::kTuple3: {
      const std::size_t count =
          static_cast<std::size_t>(op) - static_cast<std::size_t>(PickleOp::kTuple1) + 1;
      require(count);
      return make_tuple(stack_.size() - count);
    }
    case PickleOp::kEmptyDict:
      return push_value(new_dict());
    case PickleOp::kDict: {
      auto dict = new_dict();
      set_from(pop_mark(), *dict);
      return push_value(std::move(dict));
    }
    case PickleOp::kSetItem:
      require(2);
      if (holds_nothing(stack_.size() - 2)) return stack_.resize(stack_.size() - 2);
      return set_from(stack_.size() - 2, target<PickleDict>(stack_.size() - 2));
    case PickleOp::kSetItems: {
      const std::size_t mark = pop_mark();
      if (holds_nothing(mark)) return stack_.resize(mark);
      return set_from(mark, target<PickleDict>(mark));
    }
    case PickleOp::kGet:
      return get(index_from_line());
    case PickleOp::kBinGet:
      return get(take_unsigned(1));
    case PickleOp::kLongBinGet:
      return get(take_unsigned(4));
    case PickleOp::kPut:
      return put(index_from_line());
    case PickleOp::kBinPut:
      return put(take_unsigned(1));
    case PickleOp::kLongBinPut:
      return put(take_unsigned(4));
    case PickleOp::kMemoize:
      return put(memo_.size());
    default:
      break;
  }
  if (step_object(op)) return;
  fail("not allowed here: only pickles of plain data are read");
}

PickleValue PickleMachine::finish() {
  if (!marks_.empty()) fail("a MARK is still open");
  PickleValue root = pop();
  if (!stack_.empty()) fail("values are left over");
  for (const auto& dict : containers_.dicts) merge_repeated_keys(*dict);
  const std::string fault = check_containers(containers_, root, limits_);
  if (!fault.empty()) throw DataError(name_ + ": pickle: " + fault);
  finished_ = true;
  return root;
}

}  // namespace detail

PickleValue read_pickle(std::span<const std::byte> bytes, const std::string& name,
                        const PickleLimits& limits) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return detail::read_plain_pickle(text, name, limits);
}

PickleValue read_pickle(const std::filesystem::path& path, const PickleLimits& limits) {
  const std::string bytes = read_file(path);
  return read_pickle(std::as_bytes(std::span(bytes)), path.string(), limits);
}

}  // namespace pixelsail
