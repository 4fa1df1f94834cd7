#include "tools/world_time.hpp"

#include <array>
#include <cstdint>

namespace inmail::tools {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

/// How long people take until they look at something, on average: some minutes, some weeks.
constexpr std::array<std::uint32_t, 5> delay_weights{20, 35, 28, 13, 4};
constexpr std::array<minutes, 5> delays{minutes{40}, hours{6}, days{2}, days{9}, days{35}};

minutes count_minutes(std::uint64_t count) { return minutes{static_cast<std::int64_t>(count)}; }

/// When people wake who are asleep at `time`.
Timestamp awake(Timestamp time, Chance& chance) {
  const Timestamp morning = midnight_of(time) + hours{7};
  return time < morning ? morning + count_minutes(chance.below(180)) : time;
}

}  // namespace

Timestamp midnight_of(Timestamp time) { return std::chrono::floor<days>(time); }

Timestamp during(Timestamp midnight, Chance& chance) {
  return midnight + count_minutes(chance.below(24 * 60));
}

Timestamp later(Timestamp from, minutes mean, Chance& chance) {
  return from + count_minutes(chance.wait(static_cast<std::uint64_t>(mean.count())));
}

Timestamp when_noticed(Timestamp time, Chance& chance) {
  return awake(later(time, delays[chance.pick(delay_weights)], chance), chance);
}

Timestamp at_work(Timestamp time, Chance& chance) {
  Timestamp midnight = midnight_of(time);
  const bool is_late = time >= midnight + hours{18};
  if (is_late) midnight += days{1};
  const std::chrono::weekday weekday{std::chrono::floor<days>(midnight)};
  const unsigned since_friday = (weekday.iso_encoding() + 2) % 7;
  const bool is_weekend = since_friday == 1 || since_friday == 2;
  const bool rests = is_weekend && !chance.happens(1'500);
  if (rests) midnight += days{3 - since_friday};
  const bool is_early = time < midnight + hours{8};
  return is_early ? midnight + hours{8} + count_minutes(chance.below(10 * 60)) : time;
}

}  // namespace inmail::tools
