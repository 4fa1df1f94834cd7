// What libFuzzer calls, for the target that INMAIL_FUZZ_TARGET names. Built with clang only
// (CMakePresets.json, preset fuzz). Beside what the sanitizers find, an input counts as a finding
// when reading it held more memory at once than its target states.

#include <sanitizer/allocator_interface.h>

#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.hpp"

namespace inmail::fuzz {
namespace {

/// What the heap holds beyond what it held when an input began.
struct Held {
  std::size_t now = 0;
  std::size_t most = 0;
};
Held held;

void on_malloc(const volatile void*, std::size_t size) {
  held.now += size;
  if (held.now > held.most) held.most = held.now;
}

/// What was there before the input may go as well; the sum then stays at zero.
void on_free(const volatile void* pointer) {
  if (pointer == nullptr) return;
  const std::size_t size = __sanitizer_get_allocated_size(const_cast<const void*>(pointer));
  held.now -= size < held.now ? size : held.now;
}

const Target& target() {
  for (const Target& each : targets())
    if (each.name == INMAIL_FUZZ_TARGET) return each;
  std::abort();
}

}  // namespace
}  // namespace inmail::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  using namespace inmail::fuzz;
  (void)target().seeds();  // So that what is made once is there before anything is counted.
  if (__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) == 0) std::abort();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace inmail::fuzz;
  static const Target& fuzzed = target();
  held = {};
  fuzzed.run({data, size});
  const std::size_t bound = fuzzed.bytes_base + fuzzed.bytes_each * size;
  if (held.most > bound) {
    std::fprintf(stderr, "%zu bytes of input held %zu bytes of memory, over the bound of %zu\n",
                 size, held.most, bound);
    std::abort();
  }
  return 0;
}
