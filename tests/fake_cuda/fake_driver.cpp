// Stands in for libcuda.so.1: as many GPUs as FAKE_GPUS says (3 when it is not set), of the CUDA version
// FAKE_DRIVER (13000) and the compute capability FAKE_CAPABILITY (90).

#include <cstdio>
#include <cstdlib>

namespace {

int number(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  return number("FAKE_DRIVER_ERROR", 0);
}

int cuDriverGetVersion(int* version) {
  *version = number("FAKE_DRIVER", 13000);
  return 0;
}

int cuDeviceGetName(char* name, int size, int device) {
  std::snprintf(name, static_cast<std::size_t>(size), "Fake GPU %d", device);
  return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
  constexpr int kMajor = 75;
  const int capability = number("FAKE_CAPABILITY", 90);
  *value = attribute == kMajor ? capability / 10 : capability % 10;
  return 0;
}
}
