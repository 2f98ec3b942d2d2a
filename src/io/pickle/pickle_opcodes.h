#pragma once

/// Opcodes of pickle protocols 0 to 5: those that the reader knows and, for messages, the names of all.

#include <string>

namespace pixelsail::detail {

/// The opcodes that hold data and nothing else, then those of objects. Sets are lists, bytes are text.
enum class PickleOp : unsigned char {
  kMark = '(',
  kStop = '.',
  kNone = 'N',
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kInt = 'I',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kLong = 'L',
  kLong1 = 0x8A,
  kFloat = 'F',
  kBinFloat = 'G',
  kString = 'S',
  kBinString = 'T',
  kShortBinString = 'U',
  kUnicode = 'V',
  kBinUnicode = 'X',
  kShortBinUnicode = 0x8C,
  kBinUnicode8 = 0x8D,
  kShortBinBytes = 'C',
  kBinBytes = 'B',
  kBinBytes8 = 0x8E,
  kByteArray8 = 0x96,
  kList = 'l',
  kEmptyList = ']',
  kAppend = 'a',
  kAppends = 'e',
  kTuple = 't',
  kEmptyTuple = ')',
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kEmptySet = 0x8F,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kDict = 'd',
  kEmptyDict = '}',
  kSetItem = 's',
  kSetItems = 'u',
  kGet = 'g',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kPut = 'p',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kMemoize = 0x94,
  kProto = 0x80,
  kFrame = 0x95,
  // Objects.
  kGlobal = 'c',
  kStackGlobal = 0x93,
  kReduce = 'R',
  kNewObject = 0x81,
  kNewObjectKeywords = 0x92,
  kBuild = 'b',
  kPersistentId = 'Q',
};

/// "GLOBAL ('c')", "MEMOIZE (0x94)", or the bare byte when no protocol has such an opcode.
std::string pickle_opcode_name(unsigned char code);

}  // namespace pixelsail::detail
