#include "tools/world_chance.hpp"

#include <array>
#include <numeric>

#include "events/result.hpp"

namespace inmail::tools {
namespace {

/// Sixteen equal parts of an exponential distribution with a mean of 1000: -1000 ln(1 - i/16). The
/// last part has no end; this one gives it its true mean.
constexpr std::array<std::uint64_t, 17> parts_of_wait{
    0, 65, 134, 208, 288, 375, 470, 575, 693, 827, 981, 1163, 1386, 1674, 2079, 2773, 4773};

}  // namespace

std::uint64_t Chance::below(std::uint64_t bound) {
  invariant(bound > 0, "nothing is below zero");
  // The first `surplus` numbers would make the low results likelier than the high ones.
  const std::uint64_t surplus = (0 - bound) % bound;
  std::uint64_t drawn = bits_();
  while (drawn < surplus) drawn = bits_();
  return drawn % bound;
}

std::uint64_t Chance::between(std::uint64_t first, std::uint64_t last) {
  return first + below(last - first + 1);
}

std::size_t Chance::pick(std::span<const std::uint32_t> weights) {
  std::uint64_t drawn = below(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
  std::size_t place = 0;
  while (drawn >= weights[place]) drawn -= weights[place++];
  return place;
}

std::uint64_t Chance::wait(std::uint64_t mean) {
  const std::size_t part = below(parts_of_wait.size() - 1);
  const std::uint64_t thousandths = between(parts_of_wait[part], parts_of_wait[part + 1]);
  return mean * thousandths / 1000;
}

std::uint64_t Chance::popular(std::uint64_t count) {
  const std::uint64_t first = below(count);
  return first * below(count) / count;
}

}  // namespace inmail::tools
