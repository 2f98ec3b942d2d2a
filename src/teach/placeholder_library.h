#pragma once

/// A library that is there in name only.

#include <string>

namespace pixelsail::detail {

/// Makes libraries that need one called `soname` loadable where it is not: the dynamic linker takes this process to have it
/// already. It defines no symbol, so that whoever needs one of it still fails. Does nothing where it is loaded. Throws
/// RunError when the linker refuses.
void load_placeholder(const std::string& soname);

}  // namespace pixelsail::detail
