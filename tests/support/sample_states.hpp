#pragma once

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "actors/policy_keeper.hpp"
#include "actors/resident.hpp"
#include "actors/seat.hpp"
#include "tests/support/sample_events.hpp"

namespace inmail::test {

// One state of each kind of stream, with something in every field. Golden files hold their rows:
// change one only together with a new revision of the states view.

template <class Decider>
Resident<Decider> sample_resident() {
  Resident<Decider> resident;
  resident.version = Version{3};
  resident.position = Position{17};
  resident.time = timestamp_from_ms(1'767'600'000'000);
  resident.policy = PolicyVersion{2};
  resident.next_due = timestamp_from_ms(1'767'700'000'000);
  return resident;
}

inline CreditAccount sample_account() {
  CreditAccount account;
  account.plan = PlanKind::career;
  account.has_ended = true;
  account.anchor_day = 31;
  account.cycle = 2;
  account.cycle_started_at = timestamp_from_ms(1'767'500'000'000);
  account.next_renewal_at = timestamp_from_ms(1'769'900'000'000);
  account.ends_at = account.next_renewal_at;
  account.lots = {{LotId{1}, LotKind::monthly, 5, 1, account.cycle_started_at, account.ends_at}};
  account.next_lot = LotId{2};
  account.charges[sample_inmail()] = {{{LotId{1}, 1}}, PolicyVersion{1}, SeatId{3}, true, 2};
  account.in_trial = true;
  account.past_due = true;
  account.purchases["pay-1"] = {LotId{1}, 5, account.cycle_started_at, PolicyVersion{1}, true};
  account.transfers = {TransferId{sample_inmail().bytes}};
  return account;
}

inline Outbox sample_outbox() {
  Outbox outbox;
  outbox.unanswered[MemberId{9}] = {{sample_inmail(), timestamp_from_ms(1'767'600'000'000)}};
  outbox.threads[sample_inmail()] = {MemberId{9}, ThreadState::closed_silent,
                                     timestamp_from_ms(1'767'600'000'000)};
  outbox.open_profile = {24'313, 4};
  outbox.undoable[sample_inmail()] = {MemberId{7},
                                      MemberId{9},
                                      true,
                                      ContractId{2},
                                      1,
                                      timestamp_from_ms(1'767'600'000'000),
                                      timestamp_from_ms(1'767'600'060'000),
                                      PolicyVersion{2},
                                      3};
  const Timestamp later = timestamp_from_ms(1'767'700'000'000);
  outbox.declined[MemberId{9}] = timestamp_from_ms(1'767'600'000'000);
  outbox.lately = {{timestamp_from_ms(1'767'600'000'000), later, true, sample_marks().print}};
  outbox.unlocked[MemberId{9}] = {sample_inmail(), later};
  outbox.scheduled[sample_inmail()] = {
      .letter = {.from = MemberId{7},
                 .seat = SeatId{3},
                 .to = MemberId{9},
                 .subject = sample_text("Hello", TextField::subject),
                 .body = sample_text("A word?", TextField::body),
                 .hints = {Degree::second, true, Purpose::job},
                 .markup = {true, true, true, 3, 2},
                 .print = sample_marks().print,
                 .override_reason = sample_text("Urgent", TextField::override_reason),
                 .veteran = true,
                 .signature = sample_text("Ada", TextField::signature),
                 .attachments = {{12, "pdf", 20'480,
                                  sample_text("CV.pdf", TextField::attachment_name)}},
                 .locale = "en-GB",
                 .offers_compensation = true,
                 .draft = {}},
      .send_at = later,
      .pool = ContractId{2},
      .is_paid = true,
      .cost = 1,
      .free_class = FreeClass::open_profile,
      .parent = sample_inmail(),
      .delay_s = 259'200};
  return outbox;
}

inline Drafts sample_drafts() {
  return {{DraftId{sample_inmail().bytes}, {3, timestamp_from_ms(1'767'700'000'000)}}};
}

inline OwnViews sample_views() { return {{sample_inmail(), {true, true, true, {77, 78}}}}; }

inline Agenda sample_agenda() {
  return {due(timestamp_from_ms(1'767'700'000'000), DueKind::message_expires, sample_inmail())};
}

inline Resident<Member> sample_member() {
  auto member = sample_resident<Member>();
  member.state.membership = Membership::registered;
  member.state.recipient = {.preference = InMailPreference::opted_out,
                            .open_profile = true,
                            .public_profile = false,
                            .lists = {"platform_staff"},
                            .blocked = {MemberId{9}, MemberId{11}},
                            .stops = {{MemberId{9}, {true, {ContractId{2}}}}},
                            .ties = {{MemberId{12}, {true, 3}}, {MemberId{13}, {false, 4}}},
                            .changes = 4,
                            .rules = InboundRules{.filters = {}, .daily_max = 3, .weekly_max = 9}};
  member.state.account = sample_account();
  member.state.outbox = sample_outbox();
  member.state.drafts = sample_drafts();
  const Timestamp later = timestamp_from_ms(1'767'700'000'000);
  member.state.received[sample_inmail()] = {.ref = sample_ref(),
                                            .pinned = PolicyVersion{1},
                                            .delivered_at = member.time,
                                            .lifecycle = Lifecycle::delivered,
                                            .read = ReadState::opened,
                                            .response = ResponseState::quick_reply,
                                            .charge = ChargeState::charged,
                                            .thread = ThreadState::open,
                                            .refund_until = later,
                                            .no_response_from = later,
                                            .expires_from = later,
                                            .expiry_basis = ExpiryBasis::unopened,
                                            .remind_at = later,
                                            .reminders = 2,
                                            .links = 3,
                                            .active_at = later,
                                            .is_listed = true};
  member.state.views = sample_views();
  member.state.agenda = sample_agenda();
  member.state.outreach[ContractId{2}][SeatId{3}] = {sample_inmail(), later, true};
  member.state.arrivals = {20'458, 2, 5};
  member.state.linked_to = MemberId{8};
  return member;
}

inline Resident<Seat> sample_seat() {
  auto seat = sample_resident<Seat>();
  seat.state.open = true;
  seat.state.contract = ContractId{2};
  seat.state.holder = MemberId{7};
  seat.state.role = SeatRole::hiring_manager;
  seat.state.outbox = sample_outbox();
  seat.state.drafts = sample_drafts();
  seat.state.agenda = sample_agenda();
  seat.state.views = sample_views();
  seat.state.sends = {seat.time, {9, 8}, 20'458, {5, 4}, 3, {7, 6}};
  seat.state.declined = {ContractId{4}};
  return seat;
}

inline Resident<Contract> sample_contract() {
  auto contract = sample_resident<Contract>();
  contract.state.created = true;
  contract.state.seats_max = 5;
  contract.state.seats = {{SeatId{3}, MemberId{7}}};
  contract.state.account = sample_account();
  contract.state.agenda = sample_agenda();
  contract.state.seat_limit = 20;
  contract.state.seat_limits[SeatId{3}] = 25;
  contract.state.restored[SeatId{3}] = 4;
  return contract;
}

inline Resident<PolicyKeeper> sample_policy_keeper() {
  auto keeper = sample_resident<PolicyKeeper>();
  keeper.state.documents = {"name = \"first\"\n", "name = \"second\"\n"};
  return keeper;
}

}  // namespace inmail::test
