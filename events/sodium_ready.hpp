#pragma once

#include <sodium.h>

#include "events/result.hpp"

namespace inmail {

/// Readies libsodium; whoever calls it first does the work. Any thread may call it at any time.
inline void sodium_ready() {
  static const bool ready = sodium_init() >= 0;
  invariant(ready, "libsodium could not be initialised");
}

}  // namespace inmail
