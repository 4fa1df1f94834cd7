#pragma once

#include <optional>
#include <set>
#include <span>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/outbox.hpp"
#include "actors/received.hpp"
#include "actors/seat_sends.hpp"
#include "actors/send_forecast.hpp"

namespace inmail {

/// Who sends, as far as the guards ask. What it points to must outlive the case.
struct SenderFacts {
  MemberId member{};
  StreamId pool{};  ///< Who pays: the member, the contract of the seat, or whom the member is
                    ///< linked to.
  bool is_premium = false;
  std::optional<SeatRole> role{};               ///< Of a seat.
  const PlanTerms* plan = nullptr;              ///< Its own; null: who pays judges by the plan.
  bool plan_has_lapsed = false;                 ///< Ended, or not paid.
  const std::set<MemberId>* blocked = nullptr;  ///< Whom the sender blocks; null: not known.
  const ReceivedMap* received = nullptr;        ///< What the sender got; null: not known.
  const SeatSends* sends = nullptr;             ///< Of a seat, what it has sent; null for a member.

  bool pays_itself() const { return pool == StreamId{member}; }
};

/// When the guards are asked: at a send; when one is scheduled; and again when its time has come.
enum class SendStage : std::uint8_t { now = 1, scheduling, dispatching };

/// One send before the guards. A view of what it was made of, for one decision.
struct SendCase {
  const SendInMail& command;
  const SenderFacts& sender;
  const Outbox& outbox;
  const Context& context;
  SendStage stage = SendStage::now;
  const AddFollowUp* follow_up = nullptr;  ///< Where one is scheduled.
  const Scheduled* scheduled = nullptr;    ///< That is dispatched.

  const Policy& policy() const { return context.policy(); }
  const Admission& recipient() const { return *context.recipient; }
  bool is_to_self() const { return command.to == command.from; }
  bool is_follow_up() const { return follow_up || (scheduled && scheduled->parent); }
};

/// Tells `visit(refusal)` of each send guard of D5.2, 1 to 16, that refuses, in their order, until
/// it returns false. (17 is who holds the credits' to know; 5 and the degree of 8 whose plan it is;
/// 4 and the month of 15 the contract's for its seats.) What asks about a recipient is not asked
/// where there is none.
template <class Visit>
void each_refusal(const SendCase& send, Visit&& visit);

/// The answer to a send that a guard refuses: the first one counts.
Guard first_refusal(const SendCase& send);

/// Whether the guard that answers `left` stands before the one that answers `right`.
bool comes_before(Rejection left, Rejection right);
/// Which of two answers counts.
Guard earlier_of(const Guard& left, const Guard& right);
/// Puts what several have said into the order of the guards.
void put_in_order(SendForecast& forecast);

/// All that these guards say, what the send costs, and what it is warned of; not yet who pays.
SendForecast forecast_of(const SendCase& send);

// What follows is asked of a send whose recipient exists.

/// Why the send costs nothing, beside its price.
EnumSet<FreeClass> free_classes_of(const SendCase& send);
/// The one of them that goes on record: one by which the sender's plan lets it go, if it lets
/// nothing else; and one that is not counted before Open Profile, which is.
std::optional<FreeClass> free_class_of(const SendCase& send);
/// How far the two are apart; nothing: nobody says.
std::optional<Degree> degree_of(const SendCase& send);
std::uint32_t cost_of(const SendCase& send);
/// Whether the price is fixed and paid when it is scheduled, not when it is sent.
bool is_paid_when_scheduled(const Policy& policy);
/// What has to be set aside at this stage, by whoever pays.
std::uint32_t to_reserve(const SendCase& send);
/// The class that goes on record: of what was paid when it was scheduled, that of then.
std::optional<FreeClass> class_on_record(const SendCase& send);
/// How long after its parent a follow-up is to be sent.
std::uint32_t delay_of(const AddFollowUp& command, const FollowupPolicy& policy);
/// What happens if no guard refuses: what the sender is warned of, and last the `InMailSent`, which
/// gets these lots.
std::vector<Event> sent_by(const SendCase& send, LotSplits splits);

/// Whether it is among what a plan may send that does not send on credits (`free.plan_classes`).
bool is_in_any(EnumSet<FreeClass> classes, const FreePolicy& free);

/// What a recipient's own switches, blocks and stops say to this sender; the same question at the
/// send and at the delivery (D3.7).
bool is_available(const Admission& recipient, const SenderFacts& sender,
                  const RecipientPolicy& policy);
/// Whether nobody may write to the recipient at all; likewise.
bool is_banned(const Admission& recipient, const RecipientPolicy& policy);

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
