#pragma once

#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/keys.hpp"
#include "events/memory_key_store.hpp"

namespace inmail::test {

inline InMailId sample_inmail() {
  return inmail_of(make_command_id(timestamp_from_ms(1'767'600'000'000), 7, 42));
}

/// A text sealed with a key that never changes.
inline Text sample_text(std::string_view plain, TextField field) {
  MemoryKeyStore keys(7);
  Text text{plain};
  const Status sealed =
      seal(text, field, MemberId{7}, StreamId{MemberId{7}}, command_of(sample_inmail()), keys);
  if (!sealed) throw_defect(sealed.error().message);
  return text;
}

/// The same, sealed for a reader as well.
inline Text sample_text_to_read(std::string_view plain, TextField field) {
  MemoryKeyStore keys(7);
  Text text = sample_text(plain, field);
  Text* const texts[] = {&text};
  const Status sealed = seal_for_reader(texts, MemberId{9}, keys);
  if (!sealed) throw_defect(sealed.error().message);
  return text;
}

inline InMailRef sample_ref() {
  return {.inmail = sample_inmail(),
          .sender = SeatId{3},
          .pool = ContractId{2},
          .from = MemberId{7},
          .cost = 1,
          .sent_at = timestamp_from_ms(1'767'600'000'000)};
}

/// The last ones of the variant: what happens after a delivery.
inline std::vector<Event> sample_mailbox_events() {
  const InMailId inmail = sample_inmail();
  const InMailRef ref = sample_ref();
  const Timestamp later = timestamp_from_ms(1'767'700'000'001);
  return {
      InMailHiddenFromRecipient{ref},
      ReminderSent{ref, 2, later},
      LinkFollowed{ref, 4},
      ConversationReopened{inmail, SeatId{3}, MemberId{9}, true},
      MarkedUnread{inmail, false},
      Archived{inmail, false, true},
      Starred{inmail, false},
      Tagged{inmail, sample_text("later", TextField::tag), 77, false},
  };
}

inline SendMarks sample_marks() {
  SendMarks marks{.cycle = 3, .lookback_s = 86'400};
  for (std::size_t i = 0; i < TextPrint::drawers; ++i)
    marks.print.least[i] = static_cast<std::uint8_t>(i + 1);
  marks.unlocks_until = timestamp_from_ms(1'767'700'000'002);
  return marks;
}

/// Likewise, behind all others: of an erasure that takes what was received, too, and of links.
inline std::vector<Event> sample_last_events() {
  return {ReceivedErased{MemberId{7}},  ReceivedKeyDestroyed{}, AccountLinked{MemberId{7}},
          AccountUnlinked{MemberId{7}}, SeatRemoved{SeatId{3}}, SeatDeclined{ContractId{4}}};
}

/// Likewise, behind those: what tells of limits.
inline std::vector<Event> sample_limit_events() {
  const InMailId inmail = sample_inmail();
  const Timestamp later = timestamp_from_ms(1'767'700'000'001);
  return {
      SeatLimitSet{{SeatId{3}, SeatId{4}}, 25},
      LimitHit{inmail, SendLimit::burst, 50, 51},
      DuplicateOutreachWarned{inmail, MemberId{9}, SeatId{4}, later},
      DuplicateOutreachOverridden{inmail, MemberId{9}, SeatId{4}, later,
                                  sample_text("They asked.", TextField::override_reason)},
  };
}

inline std::vector<Event> sample_credit_events() {
  return {
      PurchaseRecorded{LotId{4}, "p5", 5, 1'000, "USD", "pay-42"},
      PurchaseReversed{LotId{4}, "pay-42", 3, 2, true},
      CreditsAdjusted{-7, 77, sample_text("Sorry", TextField::reason)},
      SubscriptionPastDue{},
      SubscriptionRecovered{},
      TrialStarted{timestamp_from_ms(1'767'700'000'001)},
      ChargeEnded{sample_ref(), RefundOn::recipient_closed, ChargeEnd::refund, 1},
  };
}

/// Likewise: credits that move, and months that are counted.
inline std::vector<Event> sample_transfer_events() {
  const TransferId transfer{sample_ref().inmail.bytes};
  const TransferParts parts{{2, timestamp_from_ms(1'767'700'000'001)}, {1, {}}};
  return {
      CountedInCycle{sample_ref().inmail, 5},
      CreditsTransferred{transfer, ContractId{2}, parts, 77},
      TransferReceived{transfer, MemberId{7}, parts, true},
      TransferReturned{transfer, parts},
  };
}

/// Likewise: what a member says of itself.
inline std::vector<Event> sample_profile_events() {
  InboundRules rules{.filters = {.purposes = {Purpose::job, Purpose::press},
                                 .min_degree = Degree::second,
                                 .max_degree = Degree::group,
                                 .languages = {"en", "pt-BR"},
                                 .quiet_from_minute = 1'320,
                                 .quiet_until_minute = 420,
                                 .require_compensation = true},
                     .daily_max = 5,
                     .weekly_max = 20};
  return {
      InboundRulesSet{true, rules},
      ProfileUpdated{sample_text("Ada", TextField::display_name),
                     sample_text("Engineer", TextField::headline),
                     "en-GB",
                     false,
                     {"press"}},
  };
}

inline InMailSent sample_sent() {
  const InMailId inmail = sample_inmail();
  const Timestamp later = timestamp_from_ms(1'767'700'000'001);
  const LotSplits splits{{LotId{4}, 1}, {LotId{5}, 2}};
  return {inmail,
          MemberId{7},
          MemberId{9},
          true,
          ContractId{2},
          1,
          splits,
          Version{12},
          sample_text("Hello", TextField::subject),
          sample_text("A word?", TextField::body),
          FreeClass::open_profile,
          Degree::second,
          Purpose::job,
          TextMarkup{true, true, true, 3, 2},
          later,
          SendOrigin::follow_up,
          inmail,
          sample_marks(),
          sample_text("Ada", TextField::signature),
          {{12, "pdf", 20'480, sample_text("CV.pdf", TextField::attachment_name)}},
          "en-GB",
          true};
}

/// Likewise: what is written now and sent later.
inline std::vector<Event> sample_dispatch_events() {
  const InMailId inmail = sample_inmail();
  const Timestamp later = timestamp_from_ms(1'767'700'000'001);
  return {
      InMailScheduled{inmail,
                      MemberId{7},
                      SeatId{3},
                      MemberId{9},
                      later,
                      "Europe/Vienna",
                      ContractId{2},
                      true,
                      1,
                      {{LotId{4}, 1}, {LotId{5}, 2}},
                      Version{12},
                      sample_text("Hello", TextField::subject),
                      sample_text("A word?", TextField::body),
                      FreeClass::open_profile,
                      Degree::second,
                      true,
                      Purpose::job,
                      TextMarkup{true, true, true, 3, 2},
                      sample_marks().print,
                      sample_text("Urgent", TextField::override_reason),
                      true,
                      sample_text("Ada", TextField::signature),
                      {{12, "pdf", 20'480, sample_text("CV.pdf", TextField::attachment_name)}},
                      "en-GB",
                      true,
                      inmail,
                      259'200},
      InMailRescheduled{inmail, later, "UTC"},
      DraftSaved{DraftId{inmail.bytes}, 3, MemberId{7}, MemberId{9},
                 sample_text("Hello", TextField::subject), sample_text("A w", TextField::body),
                 later},
      DraftDiscarded{DraftId{inmail.bytes}, DraftEnd::used},
  };
}

/// One of each, in the order of the variant, every field set to something of its own. The golden
/// files hold their bytes: change one only together with a new version of its event.
inline std::vector<Event> sample_events() {
  const InMailId inmail = sample_inmail();
  const InMailRef ref = sample_ref();
  const Timestamp later = timestamp_from_ms(1'767'700'000'001);
  const LotSplits splits{{LotId{4}, 1}, {LotId{5}, 2}};
  std::vector<Event> events{
      MemberRegistered{sample_text("Ada", TextField::display_name),
                       sample_text("Engineer", TextField::headline),
                       "en-GB",
                       false,
                       {"platform_staff", "press"}},
      PreferenceChanged{InMailPreference::opted_out},
      MemberBlocked{MemberId{9}},
      MemberUnblocked{MemberId{9}},
      SubscriptionStarted{PlanKind::sales_core, 31},
      SubscriptionChanged{PlanKind::career, PlanKind::business, 28},
      SubscriptionCancelled{later},
      SubscriptionEnded{PlanKind::business},
      ContractCreated{50},
      SeatAdded{SeatId{3}, MemberId{7}, SeatRole::hiring_project_creator},
      SeatOpened{ContractId{2}, MemberId{7}, SeatRole::admin_with_seat},
      CycleRenewed{3, later},
      CreditsGranted{LotId{4}, LotKind::bonus, 10, later, 3, inmail, 77,
                     sample_text("Sorry", TextField::reason)},
      CreditReserved{inmail, SeatId{3}, splits},
      CreditCharged{inmail, splits, true, PolicyVersion{2}},
      CreditReleased{inmail, splits, ReleaseReason::delivery_failed},
      CreditRefunded{inmail, LotId{4}, 1, true, RefundOn::no_response, later, SeatId{3}},
      ChargeFinalized{inmail},
      CreditsExpired{LotId{4}, 2},
      CreditsForfeited{LotId{4}, 3, 120},
      CreditsVoided{LotId{4}, 4, VoidReason::plan_changed},
      sample_sent(),
      InMailDelivered{ref, PolicyVersion{2}, true, later, later, later, ExpiryBasis::unanswered,
                      later, 3, later},
      InMailFailed{ref, FailureReason::unknown_recipient},
      Opened{ref, true, later, later},
      Replied{ref, ReplyKind::decline, true, sample_text("No.", TextField::reply), 90'000,
              ChargeEnd::refund, 1, true, true},
      Expired{ref, ExpiryBasis::unopened, ExpiryEffect::status_only, ChargeEnd::final, 0},
      InMailRetracted{ref, true, ChargeEnd::final, 0, true},
      RefundWindowClosed{ref, ChargeEnd::refund, 1,
                         AnsweredBeside{inmail, ReplyKind::accept, true}},
      OutcomeReceived{inmail, MemberId{9}, Outcome::declined_silently},
      MessageSent{inmail, MemberId{7}, MemberId{9}, sample_text("Thanks.", TextField::message),
                  true},
      PolicyAdopted{PolicyVersion{2}, "trace", "name = \"trace\"\n"},
      CommandRejected{Rejection::awaiting_response, 0, 1, 30, "command"},
      CommandAccepted{31},
      MemberErased{MemberId{7}},
      MemberKeyDestroyed{},
      ConnectionSet{MemberId{9}, MemberId{7}, 5},
      ConnectionRemoved{MemberId{9}, MemberId{7}, 6},
      OpenProfileSet{true},
      SenderStopped{MemberId{9}, true, {ContractId{2}, ContractId{3}}},
      SenderAllowed{MemberId{9}},
      UndoWindowClosed{inmail, MemberId{7}, MemberId{9}, true, ContractId{2}, 1, later,
                       PolicyVersion{2}, 3},
      InMailCancelled{inmail, MemberId{9}, ContractId{2}, 1, CancelReason::refused,
                      Rejection::recipient_unavailable},
  };
  for (Event& each : sample_mailbox_events()) events.push_back(std::move(each));
  for (Event& each : sample_limit_events()) events.push_back(std::move(each));
  for (Event& each : sample_credit_events()) events.push_back(std::move(each));
  for (Event& each : sample_profile_events()) events.push_back(std::move(each));
  for (Event& each : sample_dispatch_events()) events.push_back(std::move(each));
  for (Event& each : sample_transfer_events()) events.push_back(std::move(each));
  for (Event& each : sample_last_events()) events.push_back(std::move(each));
  return events;
}

}  // namespace inmail::test
