#pragma once

/// Pickles of plain data, with the names of Python that stand for data: nothing is imported or called.
///
///   collections.OrderedDict, defaultdict, Counter, dict    dict
///   list, tuple, set, frozenset, collections.deque         list
///   bytes, bytearray, _codecs.encode(text, 'latin1')       bytes as text
///   numpy scalars                                          number, bool or text
///   numpy arrays                                           (nested) list of these

#include <string>
#include <string_view>

#include "io/pickle/pickle.h"

namespace pixelsail::detail {

/// Throws DataError naming opcode, byte offset and, for something that is imported, its name.
PickleValue read_plain_pickle(std::string_view bytes, const std::string& name, const PickleLimits& limits);

}  // namespace pixelsail::detail
