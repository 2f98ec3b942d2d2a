/* A full disk, preloaded: below the folder PIXELSAIL_FAULT_DIR, the call number PIXELSAIL_FAULT_AT (from 1) that takes
 * room on a disk fails with ENOSPC; with PIXELSAIL_FAULT_STAY=1 so do all that follow. Each such call adds its name and
 * path to PIXELSAIL_FAULT_LOG, so that a run with PIXELSAIL_FAULT_AT=0 counts them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long calls;

static int is_below(const char* path) {
  const char* folder = getenv("PIXELSAIL_FAULT_DIR");
  const size_t size = folder == NULL ? 0 : strlen(folder);
  return size > 0 && strncmp(path, folder, size) == 0 && path[size] == '/';
}

static void note(const char* call, const char* path) {
  const char* file = getenv("PIXELSAIL_FAULT_LOG");
  char line[PATH_MAX + 64];
  if (file == NULL) return;
  const int size = snprintf(line, sizeof line, "%s %s\n", call, path);
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, (size_t)size);
  syscall(SYS_close, fd);
}

/* Whether this call on a path fails. */
static int is_full(const char* call, const char* path) {
  if (!is_below(path)) return 0;
  const char* at = getenv("PIXELSAIL_FAULT_AT");
  const char* stay = getenv("PIXELSAIL_FAULT_STAY");
  const long wanted = at == NULL ? 0 : atol(at);
  pthread_mutex_lock(&mutex);
  const long number = ++calls;
  pthread_mutex_unlock(&mutex);
  note(call, path);
  if (wanted == 0 || number < wanted || (number > wanted && stay == NULL)) return 0;
  errno = ENOSPC;
  return 1;
}

static int is_full_name(const char* call, const char* name) {
  char path[2 * PATH_MAX];
  if (name[0] == '/') return is_full(call, name);
  char here[PATH_MAX];
  if (getcwd(here, sizeof here) == NULL) return 0;
  snprintf(path, sizeof path, "%s/%s", here, name);
  return is_full(call, path);
}

static int is_full_fd(const char* call, int fd) {
  char link[64], path[PATH_MAX];
  const int kept = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (size <= 0) return 0;
  path[size] = '\0';
  return is_full(call, path);
}

ssize_t write(int fd, const void* data, size_t size) {
  return is_full_fd("write", fd) ? -1 : NEXT(write)(fd, data, size);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  return is_full_fd("writev", fd) ? -1 : NEXT(writev)(fd, parts, count);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return is_full_fd("pwrite", fd) ? -1 : NEXT(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return is_full_fd("pwrite", fd) ? -1 : NEXT(pwrite64)(fd, data, size, at);
}
ssize_t sendfile(int to, int from, off_t* at, size_t size) {
  return is_full_fd("sendfile", to) ? -1 : NEXT(sendfile)(to, from, at, size);
}
ssize_t copy_file_range(int from, off64_t* at, int to, off64_t* there, size_t size, unsigned flags) {
  return is_full_fd("copy_file_range", to) ? -1 : NEXT(copy_file_range)(from, at, to, there, size, flags);
}
int ftruncate(int fd, off_t size) {
  return is_full_fd("ftruncate", fd) ? -1 : NEXT(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  return is_full_fd("ftruncate", fd) ? -1 : NEXT(ftruncate64)(fd, size);
}
int truncate(const char* path, off_t size) {
  return is_full_name("truncate", path) ? -1 : NEXT(truncate)(path, size);
}
int truncate64(const char* path, off64_t size) {
  return is_full_name("truncate", path) ? -1 : NEXT(truncate64)(path, size);
}
int posix_fallocate(int fd, off_t at, off_t size) {
  return is_full_fd("fallocate", fd) ? ENOSPC : NEXT(posix_fallocate)(fd, at, size);
}
int fallocate(int fd, int mode, off_t at, off_t size) {
  return is_full_fd("fallocate", fd) ? -1 : NEXT(fallocate)(fd, mode, at, size);
}
int fsync(int fd) {
  return is_full_fd("fsync", fd) ? -1 : NEXT(fsync)(fd);
}
int fdatasync(int fd) {
  return is_full_fd("fdatasync", fd) ? -1 : NEXT(fdatasync)(fd);
}
int syncfs(int fd) {
  return is_full_fd("syncfs", fd) ? -1 : NEXT(syncfs)(fd);
}

int mkdir(const char* path, mode_t mode) {
  /* A folder that is there is said to be there on a full disk too. */
  return access(path, F_OK) != 0 && is_full_name("mkdir", path) ? -1 : NEXT(mkdir)(path, mode);
}
int rename(const char* from, const char* to) {
  return is_full_name("rename", to) ? -1 : NEXT(rename)(from, to);
}
int renameat(int a, const char* from, int b, const char* to) {
  return is_full_name("rename", to) ? -1 : NEXT(renameat)(a, from, b, to);
}
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) {
  return is_full_name("rename", to) ? -1 : NEXT(renameat2)(a, from, b, to, flags);
}
int symlink(const char* from, const char* to) {
  return is_full_name("symlink", to) ? -1 : NEXT(symlink)(from, to);
}
int link(const char* from, const char* to) {
  return is_full_name("link", to) ? -1 : NEXT(link)(from, to);
}

/* Only a file that is not there yet needs room for its name. */
static int creates(const char* path, int flags) {
  return (flags & O_CREAT) != 0 && access(path, F_OK) != 0 && is_full_name("create", path);
}
#define OPENS(name)                                                        \
  int name(const char* path, int flags, ...) {                             \
    va_list more;                                                          \
    va_start(more, flags);                                                 \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                          \
    return creates(path, flags) ? -1 : NEXT(name)(path, flags, mode);      \
  }
OPENS(open)
OPENS(open64)
#define OPENS_AT(name)                                                        \
  int name(int folder, const char* path, int flags, ...) {                    \
    va_list more;                                                             \
    va_start(more, flags);                                                    \
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;    \
    va_end(more);                                                             \
    return creates(path, flags) ? -1 : NEXT(name)(folder, path, flags, mode); \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

/* The streams of C write inside of the library, where write() cannot be replaced. */
static int creates_stream(const char* path, const char* mode) {
  return mode[0] != 'r' && access(path, F_OK) != 0 && is_full_name("create", path);
}
FILE* fopen(const char* path, const char* mode) {
  return creates_stream(path, mode) ? NULL : NEXT(fopen)(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  return creates_stream(path, mode) ? NULL : NEXT(fopen64)(path, mode);
}
size_t fwrite(const void* data, size_t size, size_t count, FILE* file) {
  return is_full_fd("fwrite", fileno(file)) ? 0 : NEXT(fwrite)(data, size, count, file);
}
int fflush(FILE* file) {
  if (file != NULL && __fpending(file) > 0 && is_full_fd("fflush", fileno(file))) {
    __fpurge(file);
    return EOF;
  }
  return NEXT(fflush)(file);
}
int fclose(FILE* file) {
  if (__fpending(file) > 0 && is_full_fd("fclose", fileno(file))) {
    __fpurge(file);
    NEXT(fclose)(file);
    errno = ENOSPC;
    return EOF;
  }
  return NEXT(fclose)(file);
}
