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

Command command_of(const Sent& act) {
  const Letter& letter = act.letter;
  return SendInMail{.from = letter.from,
                    .seat = letter.seat,
                    .to = letter.to,
                    .subject = one_of(subjects, letter.from.value),
                    .body = "Dear member " + text_of(letter.to) + ", may I have a word? Yours, " +
                            text_of(letter.from),
                    .hints = {.degree = {}, .applicant = false, .purpose = Purpose::job}};
}

Command command_of(const Open& act) {
  return OpenInMail{.recipient = act.letter.to, .inmail = act.letter.inmail};
}

Command command_of(const Reply& act) {
  return Respond{.recipient = act.letter.to,
                 .inmail = act.letter.inmail,
                 .kind = act.kind,
                 .text = act.in_words ? "Dear member " + text_of(act.letter.from) + ", here I am."
                                      : std::string()};
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

}  // namespace inmail::tools
