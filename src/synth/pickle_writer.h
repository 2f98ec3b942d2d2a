#pragma once

/// Writes plain data as a Python pickle: lists, dicts with text keys, text, integers, booleans, None, floats.

#include <string>

#include "io/json.h"

namespace pixelsail {

/// `protocol` 0 (text) or 2. Equal texts are written once and referred to after. The bytes depend on the
/// value only. Throws ConfigError for other protocols.
std::string write_pickle(const OrderedJson& value, int protocol = 2);

}  // namespace pixelsail
