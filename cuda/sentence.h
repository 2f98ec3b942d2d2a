#pragma once

/// Exceptions do not cross the plug-in's C interface: they become a number and a sentence.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <string_view>

#include <c10/util/Exception.h>

namespace pixelsail::cuda {

inline int put_sentence(std::string_view sentence, char* error, std::size_t error_size) {
  if (error_size > 0) {
    const std::size_t length = std::min(sentence.size(), error_size - 1);
    std::memcpy(error, sentence.data(), length);
    error[length] = '\0';
  }
  return 1;
}

/// Calls work(), which returns nothing; 0, or 1 with what it threw.
template <class Work>
int guarded(char* error, std::size_t error_size, const Work& work) {
  try {
    work();
    return 0;
  } catch (const c10::Error& thrown) {
    return put_sentence(thrown.what_without_backtrace(), error, error_size);
  } catch (const std::exception& thrown) {
    return put_sentence(thrown.what(), error, error_size);
  } catch (...) {
    return put_sentence("an unknown exception", error, error_size);
  }
}

}  // namespace pixelsail::cuda
