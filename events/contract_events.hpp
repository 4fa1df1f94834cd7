#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/terms.hpp"

namespace inmail {

/// A company's contract, whose seats spend from one pool (S4: credits are controlled under the
/// contract). Stream: the contract. D5.3 ContractCreated.
struct ContractCreated {
  static constexpr EventType type{.number = 300, .name = "contract.created", .version = 1};

  std::uint32_t seats_max = 0;

  bool operator==(const ContractCreated&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seats_max);
  }
};

/// The contract gave a seat to a member. Stream: the contract. Obliges the seat to open, or to
/// decline.
struct SeatAdded {
  static constexpr EventType type{.number = 301, .name = "contract.seat_added", .version = 1};

  SeatId seat{};
  MemberId holder{};
  SeatRole role = SeatRole::recruiter;

  bool operator==(const SeatAdded&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seat, holder, role);
  }
};

/// The contract has a seat no more: another contract had been given it first. Stream: the contract.
struct SeatRemoved {
  static constexpr EventType type{.number = 303, .name = "contract.seat_removed", .version = 1};

  SeatId seat{};

  bool operator==(const SeatRemoved&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seat);
  }
};

/// How many InMails a seat may send in a cycle. Stream: the contract. A later one for all seats
/// replaces what single ones had.
struct SeatLimitSet {
  static constexpr EventType type{.number = 302, .name = "contract.seat_limit_set", .version = 1};

  std::vector<SeatId> seats{};           ///< None: all of them.
  std::optional<std::uint32_t> limit{};  ///< 0: no limit. Nothing: what holds without this.

  bool operator==(const SeatLimitSet&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seats, limit);
  }
};

/// The seat knows its contract and its holder and may send from now on. Stream: the seat.
struct SeatOpened {
  static constexpr EventType type{.number = 200, .name = "seat.opened", .version = 1};

  ContractId contract{};
  MemberId holder{};
  SeatRole role = SeatRole::recruiter;

  bool operator==(const SeatOpened&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(contract, holder, role);
  }
};

/// The seat is another contract's, so this one cannot have it. Stream: the seat, which goes on as
/// it was. Obliges the contract to remove it.
struct SeatDeclined {
  static constexpr EventType type{.number = 201, .name = "seat.declined", .version = 1};

  ContractId contract{};

  bool operator==(const SeatDeclined&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(contract);
  }
};

}  // namespace inmail
