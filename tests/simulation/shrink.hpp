#pragma once

#include "tests/simulation/simulation.hpp"

namespace inmail::sim {

/// Settings of the same seed that still fail, with as many commands and faults left out as could be
/// found in one walk over each. Requires: `failing` fails.
Settings shrunk(Settings failing);

}  // namespace inmail::sim
