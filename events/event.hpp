#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "events/command_events.hpp"
#include "events/contract_events.hpp"
#include "events/conversation_events.hpp"
#include "events/credit_events.hpp"
#include "events/dispatch_events.hpp"
#include "events/inmail_events.hpp"
#include "events/inmail_sent.hpp"
#include "events/limit_events.hpp"
#include "events/link_events.hpp"
#include "events/member_events.hpp"
#include "events/policy_events.hpp"

namespace inmail {

/// Everything that can happen. Being listed is being registered: the codec, the folds and the tools
/// know an event from here. Append only.
using Event = std::variant<
    MemberRegistered, PreferenceChanged, MemberBlocked, MemberUnblocked, SubscriptionStarted,
    SubscriptionChanged, SubscriptionCancelled, SubscriptionEnded, ContractCreated, SeatAdded,
    SeatOpened, CycleRenewed, CreditsGranted, CreditReserved, CreditCharged, CreditReleased,
    CreditRefunded, ChargeFinalized, CreditsExpired, CreditsForfeited, CreditsVoided, InMailSent,
    InMailDelivered, InMailFailed, Opened, Replied, Expired, InMailRetracted, RefundWindowClosed,
    OutcomeReceived, MessageSent, PolicyAdopted, CommandRejected, CommandAccepted, MemberErased,
    MemberKeyDestroyed, ConnectionSet, ConnectionRemoved, OpenProfileSet, SenderStopped,
    SenderAllowed, UndoWindowClosed, InMailCancelled, InMailHiddenFromRecipient, ReminderSent,
    LinkFollowed, ConversationReopened, MarkedUnread, Archived, Starred, Tagged, SeatLimitSet,
    LimitHit, DuplicateOutreachWarned, DuplicateOutreachOverridden, PurchaseRecorded,
    PurchaseReversed, CreditsAdjusted, SubscriptionPastDue, SubscriptionRecovered, TrialStarted,
    ChargeEnded, InboundRulesSet, ProfileUpdated, InMailScheduled, InMailRescheduled, DraftSaved,
    DraftDiscarded, CountedInCycle, CreditsTransferred, TransferReceived, TransferReturned,
    ReceivedErased, ReceivedKeyDestroyed, AccountLinked, AccountUnlinked, SeatRemoved,
    SeatDeclined>;

const EventType& type_of(const Event& event);

/// The number of an event by its stored name ("inmail.sent").
std::optional<std::uint16_t> event_number(std::string_view name);

}  // namespace inmail
