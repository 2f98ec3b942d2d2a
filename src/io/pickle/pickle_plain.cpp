#include "io/pickle/pickle_plain.h"
#include "io/pickle/pickle_access.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "io/pickle/numpy_type.h"
#include "io/pickle/pickle_machine.h"
#include "io/printable.h"
#include "io/utf8.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

/// What a name of Python means as data.
enum class PlainRole {
  kDict,
  kDefaultDict,
  kList,
  kBytes,
  kType,
  kEncode,
  kNumpyType,
  kScalar,
  kArray,
  kBuffer
};

struct PlainName {
  std::string_view module, name;
  PlainRole role;
};

constexpr PlainName kPlainNames[] = {
    {"collections", "OrderedDict", PlainRole::kDict},
    {"collections", "Counter", PlainRole::kDict},
    {"collections", "defaultdict", PlainRole::kDefaultDict},
    {"collections", "deque", PlainRole::kList},
    {"builtins", "dict", PlainRole::kDict},
    {"builtins", "list", PlainRole::kList},
    {"builtins", "tuple", PlainRole::kList},
    {"builtins", "set", PlainRole::kList},
    {"builtins", "frozenset", PlainRole::kList},
    {"builtins", "bytes", PlainRole::kBytes},
    {"builtins", "bytearray", PlainRole::kBytes},
    {"builtins", "int", PlainRole::kType},
    {"builtins", "long", PlainRole::kType},
    {"builtins", "float", PlainRole::kType},
    {"builtins", "bool", PlainRole::kType},
    {"builtins", "str", PlainRole::kType},
    {"builtins", "unicode", PlainRole::kType},
    {"_codecs", "encode", PlainRole::kEncode},
    {"numpy", "dtype", PlainRole::kNumpyType},
    {"numpy", "ndarray", PlainRole::kType},
    {"numpy.core.multiarray", "scalar", PlainRole::kScalar},
    {"numpy.core.multiarray", "_reconstruct", PlainRole::kArray},
    {"numpy.core.numeric", "_frombuffer", PlainRole::kBuffer},
};

/// Python 2 and numpy before 2 have other names for the same modules.
std::string_view module_today(std::string_view module) {
  if (module == "__builtin__") return "builtins";
  if (module == "numpy._core.multiarray") return "numpy.core.multiarray";
  if (module == "numpy._core.numeric") return "numpy.core.numeric";
  return module;
}

struct PlainImport final : PickleObject {
  explicit PlainImport(PlainRole of) : role(of) {}
  PlainRole role;
};

std::shared_ptr<PickleList> list_of(const PickleValue& value) {
  const auto* list = std::get_if<std::shared_ptr<PickleList>>(&value.storage());
  return list == nullptr ? nullptr : *list;
}

std::shared_ptr<PickleDict> dict_of(const PickleValue& value) {
  const auto* dict = std::get_if<std::shared_ptr<PickleDict>>(&value.storage());
  return dict == nullptr ? nullptr : *dict;
}

class PlainMachine final : public PickleMachine {
 public:
  PlainMachine(std::string_view bytes, const std::string& name, const PickleLimits& limits)
      : PickleMachine(bytes, name, limits), element_budget_(bytes.size()) {}

 private:
  bool step_object(PickleOp op) override {
    switch (op) {
      case PickleOp::kGlobal:
      case PickleOp::kStackGlobal:
        import_name(take_global(op));
        return true;
      case PickleOp::kReduce:
      case PickleOp::kNewObject: {
        const PickleValue arguments = pop();
        const PickleValue callee = pop();
        const auto import = as_object<PlainImport>(callee);
        if (import == nullptr) return false;
        if (list_of(arguments) == nullptr) fail("its arguments are no tuple");
        make(import->role, *list_of(arguments));
        return true;
      }
      case PickleOp::kBuild:
        build(pop());
        return true;
      default:
        return false;
    }
  }

  void import_name(const GlobalName& wanted) {
    const std::string_view module = module_today(wanted.module);
    for (const PlainName& known : kPlainNames) {
      if (known.module == module && known.name == wanted.name)
        return push_value(std::shared_ptr<const PickleObject>(std::make_shared<PlainImport>(known.role)));
    }
    fail("not allowed here: it imports " + printable(wanted.module + "." + wanted.name) +
         ", and only pickles of plain data are read (dicts, lists, text, numbers). If you trust the file, "
         "load it in Python and write its plain values anew");
  }

  void make(PlainRole role, const PickleList& arguments) {
    switch (role) {
      case PlainRole::kDefaultDict:  // its argument makes the values of absent keys
        return push_value(new_dict());
      case PlainRole::kDict:
        return push_value(dict_from(arguments));
      case PlainRole::kList:
        return push_value(list_from(arguments));
      case PlainRole::kBytes:
        return push_value(arguments.empty() ? std::string() : encoded(arguments));
      case PlainRole::kEncode:
        return push_value(encoded(arguments));
      case PlainRole::kNumpyType:
        return push_value(numpy_type(arguments));
      case PlainRole::kScalar:
        return push({scalar(arguments)});
      case PlainRole::kArray: {
        const auto array = new_list();
        arrays_.insert(array.get());
        return push_value(array);
      }
      case PlainRole::kBuffer: {
        if (arguments.size() < 3 || as_text(arguments[0]) == nullptr)
          fail("makes an array of what is no bytes");
        const auto array = new_list();
        fill(*array, arguments[2], arguments[1], arguments[0], is_column_order(arguments));
        return push_value(array);
      }
      case PlainRole::kType:
        fail("calls what makes no plain data");
    }
  }

  static bool is_column_order(const PickleList& arguments) {
    const std::string* order = arguments.size() < 4 ? nullptr : as_text(arguments[3]);
    return order != nullptr && *order == "F";
  }

  std::shared_ptr<PickleDict> dict_from(const PickleList& arguments) {
    const auto result = new_dict();
    if (arguments.empty()) return result;
    if (const auto dict = dict_of(arguments[0])) {
      charge(dict->size());
      *result = *dict;
      return result;
    }
    const auto pairs = list_of(arguments[0]);
    if (pairs == nullptr) fail("a dict is made of what holds no pairs");
    charge(pairs->size());
    for (const PickleValue& item : *pairs) {
      const auto pair = list_of(item);
      if (pair == nullptr || pair->size() != 2) fail("a dict is made of what holds no pairs");
      if (list_of((*pair)[0]) != nullptr || dict_of((*pair)[0]) != nullptr ||
          as_object<PickleObject>((*pair)[0]) != nullptr)
        fail("only text, numbers, bools and None can be keys");
      result->emplace_back((*pair)[0], (*pair)[1]);
    }
    return result;
  }

  std::shared_ptr<PickleList> list_from(const PickleList& arguments) {
    const auto result = new_list();
    if (arguments.empty()) return result;
    const auto list = list_of(arguments[0]);
    if (list == nullptr) fail("a list is made of what is none");
    charge(list->size());
    *result = *list;
    return result;
  }

  /// Values that stand in the file once may be copied often; all copies together stay below its size.
  void charge(std::size_t count) {
    if (count > element_budget_) fail("has more elements than the file has bytes");
    element_budget_ -= count;
  }

  /// ('text', 'latin1'): each character is a byte.
  std::string encoded(const PickleList& arguments) {
    const std::string* text = arguments.empty() ? nullptr : as_text(arguments[0]);
    const std::string* coding = arguments.size() < 2 ? nullptr : as_text(arguments[1]);
    if (text == nullptr) fail("makes bytes of what is no text");
    if (coding == nullptr) return *text;  // bytes of bytes
    charge(text->size());
    std::string result;
    for (std::size_t i = 0; i < text->size(); ++i) {
      const auto byte = static_cast<unsigned char>((*text)[i]);
      if (byte < 0x80) {
        result += static_cast<char>(byte);
      } else if ((byte == 0xC2 || byte == 0xC3) && i + 1 < text->size()) {
        result += static_cast<char>((byte & 3) << 6 | (static_cast<unsigned char>((*text)[++i]) & 0x3F));
      } else {
        fail("its text is not Latin-1");
      }
    }
    return result;
  }

  std::shared_ptr<const PickleObject> numpy_type(const PickleList& arguments) {
    const std::string* text = arguments.empty() ? nullptr : as_text(arguments[0]);
    const auto parsed = text == nullptr ? std::nullopt : parse_numpy_type(*text);
    if (!parsed) {
      fail("numpy elements of type " + (text == nullptr ? "?" : "\"" + printable(*text) + "\"") +
           " are no numbers or texts; write plain Python values");
    }
    auto type = std::make_shared<NumpyType>();
    type->kind = parsed->first;
    type->size = parsed->second;
    type->big_endian = text->starts_with('>');
    return type;
  }

  PickleValue element(const NumpyType& type, std::string_view bytes) {
    try {
      return numpy_element(type, bytes);
    } catch (const DataError& error) {
      fail(error.what());
    }
  }

  PickleValue scalar(const PickleList& arguments) {
    const auto type = arguments.size() < 2 ? nullptr : as_object<NumpyType>(arguments[0]);
    const std::string* bytes = type == nullptr ? nullptr : as_text(arguments[1]);
    if (bytes == nullptr || bytes->size() != type->size) fail("a number of numpy is made of other bytes");
    return element(*type, *bytes);
  }

  /// State of a type: (3, '<', ...); of an array: (1, shape, type, column order, bytes).
  void build(const PickleValue& state) {
    const auto parts = list_of(state);
    if (const auto type = as_object<NumpyType>(top())) {
      const std::string* order = parts == nullptr || parts->size() < 2 ? nullptr : as_text((*parts)[1]);
      if (order == nullptr) fail("a type of numpy has a state of another form");
      type->big_endian = *order == ">";
      return;
    }
    const auto array = list_of(top());
    if (array != nullptr && arrays_.contains(array.get())) {
      if (parts == nullptr || parts->size() < 5) fail("an array has a state of another form");
      const auto* column_order = std::get_if<bool>(&(*parts)[3].storage());
      array->clear();
      return fill(*array, (*parts)[1], (*parts)[2], (*parts)[4], column_order != nullptr && *column_order);
    }
    if (dict_of(top()) == nullptr || dict_of(state) == nullptr)
      fail("not allowed here: sets attributes of plain data");
  }

  void fill(PickleList& array, const PickleValue& shape_value, const PickleValue& type_value,
            const PickleValue& bytes_value, bool column_order) {
    const auto type = as_object<NumpyType>(type_value);
    const auto shape = list_of(shape_value);
    const std::string* bytes = as_text(bytes_value);
    if (type == nullptr || shape == nullptr || bytes == nullptr)
      fail("an array holds more than numbers and texts");
    std::vector<std::size_t> sides;
    std::size_t count = 1;
    for (const PickleValue& value : *shape) {
      const auto* side = std::get_if<std::int64_t>(&value.storage());
      if (side == nullptr || *side < 0 || (*side > 0 && count > size() / static_cast<std::size_t>(*side)))
        fail("an array has an impossible shape");
      sides.push_back(static_cast<std::size_t>(*side));
      count *= sides.back();
    }
    if (sides.empty() || sides.size() > 8) fail("an array has an impossible number of axes");
    if (bytes->size() != count * type->size)
      fail("an array has another number of bytes than its shape needs");
    charge(count);
    if (count == 0) return;
    std::vector<std::size_t> strides(sides.size(), type->size);
    for (std::size_t i = 1; i < sides.size(); ++i) {
      const std::size_t axis = column_order ? i : sides.size() - 1 - i;
      const std::size_t before = column_order ? axis - 1 : axis + 1;
      strides[axis] = strides[before] * sides[before];
    }
    fill_axis(array, *type, *bytes, sides, strides, 0, 0);
  }

  void fill_axis(PickleList& list, const NumpyType& type, std::string_view bytes,
                 const std::vector<std::size_t>& sides, const std::vector<std::size_t>& strides,
                 std::size_t axis, std::size_t offset) {
    for (std::size_t i = 0; i < sides[axis]; ++i, offset += strides[axis]) {
      if (axis + 1 == sides.size()) {
        list.push_back(element(type, bytes.substr(offset, type.size)));
        continue;
      }
      const auto row = new_list();
      list.push_back(PickleValue(PickleValue::Storage(row)));
      fill_axis(*row, type, bytes, sides, strides, axis + 1, offset);
    }
  }

  std::size_t element_budget_;
  /// Arrays that were made; their elements come with BUILD.
  std::unordered_set<const PickleList*> arrays_;
};

}  // namespace

PickleValue read_plain_pickle(std::string_view bytes, const std::string& name, const PickleLimits& limits) {
  return PlainMachine(bytes, name, limits).run();
}

}  // namespace pixelsail::detail
