// What the parts of Debian's static C++ library need of glibc: bun-on-musl.mjs.
#include <stddef.h>
#include <sys/random.h>

__attribute__((visibility("hidden"))) void* __dso_handle = &__dso_handle;

char __libc_single_threaded = 0;

// Nothing is found: Bun catches no exceptions of C++. The addon has an unwinder of its own.
int _dl_find_object(void* address, void* result) {
  (void)address;
  (void)result;
  return -1;
}

unsigned arc4random(void) {
  unsigned value = 0;
  getrandom(&value, sizeof value, 0);
  return value;
}
