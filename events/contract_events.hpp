#pragma once

#include <cstdint>

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

/// The contract gave a seat to a member. Stream: the contract. Obliges the seat to open.
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

}  // namespace inmail
