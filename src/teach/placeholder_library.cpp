#include "teach/placeholder_library.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "pixelsail/error.h"

namespace pixelsail::detail {
namespace {

constexpr std::size_t kLongestName = 63;

/// A shared library of a name and nothing else, laid out as its file is. The linker writes addresses into the dynamic
/// entries, so the one segment is writable; one that asks for no executable stack must say so.
struct LibraryFile {
  ElfW(Ehdr) header{};
  std::array<ElfW(Phdr), 3> segments{};
  std::array<ElfW(Dyn), 6> dynamic{};
  ElfW(Sym) no_symbol{};
  std::array<char, kLongestName + 2> strings{};  ///< an empty one, then the name
};

constexpr ElfW(Half) machine() {
#if defined(__aarch64__)
  return EM_AARCH64;
#else
  return EM_X86_64;
#endif
}

void fill_header(LibraryFile& file) {
  std::memcpy(file.header.e_ident, ELFMAG, SELFMAG);
  file.header.e_ident[EI_CLASS] = ELFCLASS64;
  file.header.e_ident[EI_DATA] = ELFDATA2LSB;
  file.header.e_ident[EI_VERSION] = EV_CURRENT;
  file.header.e_type = ET_DYN;
  file.header.e_machine = machine();
  file.header.e_version = EV_CURRENT;
  file.header.e_phoff = offsetof(LibraryFile, segments);
  file.header.e_ehsize = sizeof(ElfW(Ehdr));
  file.header.e_phentsize = sizeof(ElfW(Phdr));
  file.header.e_phnum = 3;
}

LibraryFile library_file(const std::string& soname) {
  LibraryFile file;
  fill_header(file);
  auto& [load, dynamic, stack] = file.segments;
  load.p_type = PT_LOAD;
  load.p_flags = PF_R | PF_W;
  load.p_filesz = load.p_memsz = sizeof(LibraryFile);
  load.p_align = 0x10000;  // the largest page of either machine
  dynamic.p_type = PT_DYNAMIC;
  dynamic.p_flags = PF_R | PF_W;
  dynamic.p_offset = dynamic.p_vaddr = dynamic.p_paddr = offsetof(LibraryFile, dynamic);
  dynamic.p_filesz = dynamic.p_memsz = sizeof file.dynamic;
  dynamic.p_align = alignof(ElfW(Dyn));
  stack.p_type = PT_GNU_STACK;
  stack.p_flags = PF_R | PF_W;
  soname.copy(file.strings.data() + 1, kLongestName);
  const std::array<std::pair<ElfW(Sxword), ElfW(Xword)>, 5> entries{
      {{DT_SONAME, 1},
       {DT_STRTAB, offsetof(LibraryFile, strings)},
       {DT_STRSZ, sizeof file.strings},
       {DT_SYMTAB, offsetof(LibraryFile, no_symbol)},
       {DT_SYMENT, sizeof(ElfW(Sym))}}};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    file.dynamic.at(i).d_tag = entries.at(i).first;
    file.dynamic.at(i).d_un.d_val = entries.at(i).second;
  }
  return file;
}

}  // namespace

void load_placeholder(const std::string& soname) {
  if (soname.size() > kLongestName) throw RunError("the name of a library is too long: " + soname);
  if (dlopen(soname.c_str(), RTLD_LAZY | RTLD_NOLOAD) != nullptr) return;
  const LibraryFile file = library_file(soname);
  const int descriptor = memfd_create(soname.c_str(), MFD_CLOEXEC);
  if (descriptor < 0 || write(descriptor, &file, sizeof file) != static_cast<ssize_t>(sizeof file)) {
    if (descriptor >= 0) close(descriptor);
    throw RunError("no memory for a library called " + soname);
  }
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  void* const library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);  // stays for the life of the process
  const char* const reason = library == nullptr ? dlerror() : nullptr;
  const std::string text = reason != nullptr ? reason : "";
  close(descriptor);
  if (library == nullptr) throw RunError("a library called " + soname + " cannot be made: " + text);
}

}  // namespace pixelsail::detail
