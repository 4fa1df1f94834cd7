#pragma once

#include <cstdint>
#include <span>

#include "actors/credit_account.hpp"
#include "actors/state_machine.hpp"

namespace inmail {

// What becomes of a pool's lots (D4.2), and of the charges on them as the pool's owner knows them
// (D4.1.2). Both are read off the account, which keeps the numbers.

enum class LotState : std::uint8_t {
  none = 0,  ///< Not granted yet.
  active = 1,
  exhausted = 2,  ///< Nothing is available, but charges may give some of it back.
  gone = 3,       ///< Nothing of it is left, and nothing comes back to it.
};

enum class LotTrigger : std::uint8_t {
  grant = 1,
  take,     ///< Some of it, for a charge.
  finish,   ///< A charge on it ends for good.
  release,  ///< A charge on it ends, and is given back.
  refund,   ///< The same, into this lot or another.
  expire,
  forfeit,
  make_void,
};

/// What its guards look at: how much is moved, and what the lot has before.
struct LotCase {
  std::uint32_t amount = 0;
  std::uint32_t available = 0;
  std::uint32_t in_charges = 0;
  bool comes_back = false;  ///< Of a refund: into this lot.
};

using LotEdge = Edge<LotState, LotTrigger, LotCase>;
std::span<const LotEdge> lot_table();

LotState lot_state(const CreditAccount& account, LotId lot);

/// Whether all that a lot has available can be lost in this way.
bool can_lose(const Lot& lot, LotTrigger trigger);

enum class HeldState : std::uint8_t {
  none = 0,      ///< Nothing is held: not yet, or no more.
  reserved = 1,  ///< A member's own charge stays so: its delivery is on the recipient's record.
  charged = 2,   ///< That of another stream, and it may still come back.
};

enum class HeldTrigger : std::uint8_t {
  reserve = 1,
  charge,   ///< The InMail is delivered.
  spend,    ///< It is accepted, and only that charges.
  release,  ///< It does not come to cost anything.
  refund,
  finish,  ///< No refund can come any more.
};

struct HeldCase {
  bool may_come_back = false;  ///< What is charged.
};

using HeldEdge = Edge<HeldState, HeldTrigger, HeldCase>;
std::span<const HeldEdge> held_table();

HeldState held_state(const CreditAccount& account, const InMailId& inmail);

/// Whether that can still happen to what is held for an InMail. A notice that comes twice finds
/// that it cannot.
bool can_go(const CreditAccount& account, const InMailId& inmail, HeldTrigger trigger);

}  // namespace inmail
