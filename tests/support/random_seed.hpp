#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace inmail::test {

/// The seed of a random test, printed, so that a failure can be repeated by setting
/// INMAIL_TEST_SEED to it.
inline std::uint64_t random_seed() {
  const char* given = std::getenv("INMAIL_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::cout << "INMAIL_TEST_SEED=" << seed << '\n';
  return seed;
}

}  // namespace inmail::test
