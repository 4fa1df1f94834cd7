#include "tools/world_acts.hpp"

#include <array>
#include <string>
#include <string_view>

namespace inmail::tools {
namespace {

constexpr std::array<std::string_view, 6> subjects{
    "An opening in our team",  "Your talk last week", "A question about your work",
    "Would you like to meet?", "Introduction",        "Something for your shop floor",
};

constexpr std::array<std::string_view, 4> locales{"en", "de", "fr", "pt-BR"};

template <std::size_t count>
std::string one_of(const std::array<std::string_view, count>& texts, std::uint64_t number) {
  return std::string(texts[number % count]);
}

std::string text_of(MemberId member) { return std::to_string(member.value); }

std::string payment_ref(std::uint64_t payment) { return "payment-" + std::to_string(payment); }

SendInMail letter_of(const Sent& act) {
  const Letter& letter = act.letter;
  SendInMail send{.from = letter.from,
                  .seat = letter.seat,
                  .to = letter.to,
                  .subject = one_of(subjects, letter.from.value),
                  .body = "Dear member " + text_of(letter.to) + ", may I have a word? Yours, " +
                          text_of(letter.from) +
                          (act.has_link ? ". More: https://example.org/" : ""),
                  .hints = {.degree = {}, .applicant = false, .purpose = Purpose::job}};
  send.draft = act.draft;
  return send;
}

StreamId sender_of(const Letter& letter) {
  return letter.seat ? StreamId{*letter.seat} : StreamId{letter.from};
}

InboundRules rules_of(const BePicky& act) {
  InboundRules rules;
  switch (act.how) {
    case 0: rules.daily_max = 2; break;
    case 1: rules.weekly_max = 5; break;
    case 2: rules.filters.purposes = {Purpose::job, Purpose::networking}; break;
    case 3:
      rules.filters.quiet_from_minute = 20 * 60;
      rules.filters.quiet_until_minute = 7 * 60;
      break;
    default: break;
  }
  return rules;
}

}  // namespace

Command command_of(const Join& act) {
  return RegisterMember{.member = act.member,
                        .display_name = "Member " + text_of(act.member),
                        .headline = "Number " + text_of(act.member) + " of this world",
                        .locale = one_of(locales, act.member.value)};
}

Command command_of(const FoundCompany& act) {
  return CreateContract{.contract = act.contract, .seats_max = act.seats};
}

Command command_of(const GiveSeat& act) {
  return AddSeat{.contract = act.contract,
                 .seat = act.place.seat,
                 .holder = act.place.holder,
                 .role = act.place.role};
}

Command command_of(const Subscribe& act) {
  return StartSubscription{.owner = act.owner, .plan = act.plan};
}

Command command_of(const SwitchPlan& act) {
  return ChangePlan{.owner = act.owner, .plan = act.plan};
}

Command command_of(const EndPlan& act) { return CancelSubscription{.owner = act.owner}; }

Command command_of(const GiveBonus& act) {
  return GrantBonus{
      .owner = act.owner, .credits = act.credits, .approver = 1, .reason = "A good customer"};
}

Command command_of(const Prefer& act) {
  return SetPreference{.member = act.member, .inmail = act.inmail};
}

Command command_of(const Block& act) {
  return BlockMember{.member = act.member, .blocked = act.other};
}

Command command_of(const Unblock& act) {
  return UnblockMember{.member = act.member, .blocked = act.other};
}

Command command_of(const Connect& act) { return SetConnection{.a = act.member, .b = act.other}; }

Command command_of(const Part& act) { return RemoveConnection{.a = act.member, .b = act.other}; }

Command command_of(const Stop& act) {
  return StopSender{.member = act.member, .sender = act.sender};
}

Command command_of(const Allow& act) {
  return AllowSender{.member = act.member, .sender = act.sender};
}

Command command_of(const Sent& act) { return letter_of(act); }

Command command_of(const Open& act) {
  return OpenInMail{.recipient = act.letter.to, .inmail = act.letter.inmail};
}

Command command_of(const Reply& act) {
  return Respond{.recipient = act.letter.to,
                 .inmail = act.letter.inmail,
                 .kind = act.kind,
                 .text = act.automatic  ? "I am not at work, and come back on Monday."
                         : act.in_words ? "Dear member " + text_of(act.letter.from) + ", here I am."
                                        : std::string(),
                 .automatic = act.automatic};
}

Command command_of(const Retract& act) {
  return RetractInMail{
      .author_id = act.letter.from, .recipient = act.letter.to, .inmail = act.letter.inmail};
}

Command command_of(const Write& act) {
  const Letter& letter = act.letter;
  return SendMessage{.conversation = letter.inmail,
                     .from = act.by_recipient ? letter.to : letter.from,
                     .seat = act.by_recipient ? std::nullopt : letter.seat,
                     .to = act.by_recipient ? letter.from : letter.to,
                     .text = "And " + std::to_string(act.left) + " more things to say."};
}

Command command_of(const Schedule& act) {
  return ScheduleInMail{
      .letter = letter_of(act.sent), .send_at = act.send_at, .time_zone = "Europe/Vienna"};
}

Command command_of(const Reschedule& act) {
  return RescheduleInMail{.sender = sender_of(act.letter),
                          .inmail = act.letter.inmail,
                          .send_at = act.send_at,
                          .time_zone = "Europe/Vienna"};
}

Command command_of(const CallOff& act) {
  return CancelScheduled{.sender = sender_of(act.letter), .inmail = act.letter.inmail};
}

Command command_of(const Chase& act) {
  AddFollowUp next{.letter = letter_of(act.sent), .parent = act.parent, .delay_s = {}};
  next.letter.body = "Dear member " + text_of(act.sent.letter.to) + ", have you seen it? Yours, " +
                     text_of(act.sent.letter.from);
  return next;
}

Command command_of(const Undo& act) {
  return UndoSend{.sender = sender_of(act.letter), .inmail = act.letter.inmail};
}

Command command_of(const KeepDraft& act) {
  const SendInMail text = letter_of({.letter = act.letter});
  return SaveDraft{.from = text.from,
                   .seat = text.seat,
                   .draft = act.draft,
                   .revision = act.revision,
                   .to = text.to,
                   .subject = text.subject,
                   .body = text.body};
}

Command command_of(const DropDraft& act) {
  return DiscardDraft{.author_id = sender_of(act.letter), .draft = act.draft};
}

Command command_of(const ClickLink& act) {
  return FollowLink{.recipient = act.letter.to, .inmail = act.letter.inmail, .link = 0};
}

Command command_of(const Tidy& act) {
  const PartyView view{.member = act.letter.to, .seat = {}, .conversation = act.letter.inmail};
  switch (act.how) {
    case 0: return MarkUnread{.view = view};
    case 1: return StarConversation{.view = view};
    case 2: return TagConversation{.view = view, .tag = "later"};
    default: return ArchiveConversation{.view = view};
  }
}

Command command_of(const BePicky& act) {
  return SetInboundRules{
      .member = act.member, .own = act.how < ways_to_be_picky, .rules = rules_of(act)};
}

Command command_of(const Present& act) {
  return UpdateProfile{
      .member = act.member,
      .display_name = "Member " + text_of(act.member),
      .headline = "Job " + std::to_string(act.day) + " of number " + text_of(act.member),
      .locale = one_of(locales, act.member.value)};
}

Command command_of(const LimitSeats& act) {
  SetSeatMonthlyLimit set{.contract = act.contract, .seats = {}, .limit = act.limit};
  if (act.seat) set.seats.push_back(*act.seat);
  return set;
}

Command command_of(const Buy& act) {
  return PurchaseCredits{
      .owner = act.owner, .pack = act.pack, .payment_ref = payment_ref(act.payment)};
}

Command command_of(const PayBack& act) {
  return ReversePurchase{
      .owner = act.owner, .payment_ref = payment_ref(act.payment), .chargeback = act.chargeback};
}

Command command_of(const Correct& act) {
  return AdjustCredits{
      .owner = act.owner, .credits = act.credits, .approver = 1, .reason = "A correction"};
}

Command command_of(const MissPayment& act) { return PaymentFailed{.owner = act.owner}; }

Command command_of(const Pay& act) { return PaymentRecovered{.owner = act.owner}; }

}  // namespace inmail::tools
