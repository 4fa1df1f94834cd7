#pragma once

#include "tests/soak/soak_settings.hpp"

namespace inmail::soak {

/// One life: opens the store and gives it commands at the settings' rate until somebody kills the
/// process. Says every answer on standard output once it came (tests/support/acknowledged.hpp), and
/// every few seconds a line for people, which begins with '#'.
[[noreturn]] void work(const Settings& settings);

}  // namespace inmail::soak
