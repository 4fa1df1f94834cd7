#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace inmail::test {

/// How many seeds a test over seeds tries: INMAIL_TEST_SEEDS if that is set, else `usual`, or a
/// tenth of it under the sanitizers, which are that much slower.
inline std::uint64_t seed_count(std::uint64_t usual) {
  const char* given = std::getenv("INMAIL_TEST_SEEDS");
  if (given != nullptr) return std::stoull(given);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return (usual + 9) / 10;
#else
  return usual;
#endif
}

/// The first of them: the same in every run, so that a test that passed passes again, save where
/// INMAIL_TEST_SEED repeats a failure or looks elsewhere.
inline std::uint64_t first_seed() {
  const char* given = std::getenv("INMAIL_TEST_SEED");
  return given != nullptr ? std::stoull(given) : 1;
}

/// Plays with one seed after the other until one fails, and says which.
template <class Play>
void for_each_seed(std::uint64_t usual_count, Play&& play) {
  const std::uint64_t first = first_seed();
  const std::uint64_t count = seed_count(usual_count);
  std::cout << "seeds: " << count << " from " << first << '\n';
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const testing::ScopedTrace trace(__FILE__, __LINE__,
                                     "INMAIL_TEST_SEED=" + std::to_string(seed));
    play(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace inmail::test
