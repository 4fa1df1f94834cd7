#pragma once

#include <cstdint>
#include <string_view>

namespace inmail {

/// How an event is stored: a number that never changes, a name for people, and the version of its
/// shape. Frozen by the golden file of the event (tests/golden).
struct EventType {
  std::uint16_t number;
  std::string_view name;
  std::uint8_t version;
};

}  // namespace inmail
