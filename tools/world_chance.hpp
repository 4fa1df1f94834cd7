#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace inmail::tools {

/// A probability in hundredths of a percent.
using BasisPoints = std::uint32_t;

/// All that a simulated world leaves to luck. The standard fixes what `mt19937_64` gives but not
/// what its distributions make of it, so these are our own, in integers: a seed means the same
/// world everywhere. One thread.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : bits_(seed) {}

  /// Each number below `bound` is as likely as any other. Requires: `bound` is above 0.
  std::uint64_t below(std::uint64_t bound);

  /// Both ends included. Requires: `first <= last`.
  std::uint64_t between(std::uint64_t first, std::uint64_t last);

  bool happens(BasisPoints probability) { return below(10'000) < probability; }

  /// How many of `count` it happens to, on average over many draws.
  std::uint64_t share(std::uint64_t count, BasisPoints probability) {
    const std::uint64_t expected = count * probability;
    return expected / 10'000 + (below(10'000) < expected % 10'000 ? 1 : 0);
  }

  /// A place in `weights`, as likely as its weight says. Requires: the weights do not sum up to 0.
  std::size_t pick(std::span<const std::uint32_t> weights);

  /// How long until something happens that happens once in `mean`, all the time alike.
  std::uint64_t wait(std::uint64_t mean);

  /// A place below `count`, the low ones far more often than the high ones: the first few are what
  /// everybody is after. Requires: `count` is above 0.
  std::uint64_t popular(std::uint64_t count);

 private:
  std::mt19937_64 bits_;
};

}  // namespace inmail::tools
