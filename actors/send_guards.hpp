#pragma once

#include <optional>
#include <set>
#include <span>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/outbox.hpp"

namespace inmail {

/// Who sends, as far as the guards ask. What it points to must outlive the case.
struct SenderFacts {
  MemberId member{};
  bool is_premium = false;
  std::optional<SeatRole> role{};   ///< Of a seat, whose plan its contract judges.
  const PlanTerms* plan = nullptr;  ///< Of a member; null for a seat.
  bool plan_has_ended = false;
  const std::set<MemberId>* blocked = nullptr;  ///< Whom the sender blocks; null: not known.
};

/// One send before the guards. A view of what it was made of, for one decision.
struct SendCase {
  const SendInMail& command;
  const SenderFacts& sender;
  const Outbox& outbox;
  const Context& context;

  const Policy& policy() const { return context.policy(); }
  const Admission& recipient() const { return *context.recipient; }
};

/// Tells `visit(refusal)` of each send guard of D5.2, 1 to 16, that refuses, in their order, until
/// it returns false. (17 is who holds the credits' to know, and 5 the contract's for its seats.)
/// What asks about a recipient is not asked where there is none.
template <class Visit>
void each_refusal(const SendCase& send, Visit&& visit);

/// The answer to a send that a guard refuses: the first one counts.
Guard first_refusal(const SendCase& send);

/// What a recipient's own switches and blocks say to this sender; the same question at the send and
/// at the delivery (D3.7).
bool is_available(const Admission& recipient, MemberId sender, bool sender_is_premium,
                  const RecipientPolicy& policy);

/// One rung of the ladder.
struct SendGuard {
  int number;  ///< Of D5.2.
  Guard (*check)(const SendCase&);
};

/// All of them, in order of precedence.
std::span<const SendGuard> send_guards();

template <class Visit>
void each_refusal(const SendCase& send, Visit&& visit) {
  constexpr int last_about_who_it_is = 2;
  bool is_somebody = true;
  for (const SendGuard& guard : send_guards()) {
    if (!is_somebody && guard.number > last_about_who_it_is) return;
    const Guard refusal = guard.check(send);
    if (!refusal) continue;
    if (!visit(*refusal)) return;
    if (guard.number <= last_about_who_it_is) is_somebody = false;
  }
}

}  // namespace inmail
