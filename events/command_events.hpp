#pragma once

#include <cstdint>
#include <string>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/rejection.hpp"

namespace inmail {

/// A command was refused; no state changed (D5.3). Stream: who was asked. Carries the whole
/// command, texts sealed, so that an auditor can decide it again.
struct CommandRejected {
  static constexpr EventType type{.number = 900, .name = "command.rejected", .version = 1};

  Rejection code{};
  std::int64_t limit = 0;   ///< What was allowed, where the code compares.
  std::int64_t actual = 0;  ///< What was found.
  std::uint16_t command_type = 0;
  std::string command{};  ///< Encoded.

  bool operator==(const CommandRejected&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code, limit, actual, command_type, command);
  }
};

/// A command was accepted and had nothing to change: opened again, blocked again. It is on record
/// so that every answer has one record to lead back to.
struct CommandAccepted {
  static constexpr EventType type{.number = 901, .name = "command.accepted", .version = 1};

  std::uint16_t command_type = 0;

  bool operator==(const CommandAccepted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(command_type);
  }
};

}  // namespace inmail
