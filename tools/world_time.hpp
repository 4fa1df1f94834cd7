#pragma once

#include <chrono>

#include "events/ids.hpp"
#include "tools/world_chance.hpp"

// When people of a simulated world do what they do. In UTC, where all of them live.

namespace inmail::tools {

Timestamp midnight_of(Timestamp time);

/// Some time of a day that begins at `midnight`.
Timestamp during(Timestamp midnight, Chance& chance);

/// So long after `from`, on average.
Timestamp later(Timestamp from, std::chrono::minutes mean, Chance& chance);

/// When somebody comes to something that is there since `time`: awake, and some minutes or some
/// weeks after it.
Timestamp when_noticed(Timestamp time, Chance& chance);

/// When work goes on that could have gone on at `time`: from 8 to 18, and seldom at weekends.
Timestamp at_work(Timestamp time, Chance& chance);

}  // namespace inmail::tools
