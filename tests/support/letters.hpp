#pragma once

#include "actors/commands.hpp"
#include "events/inmail_events.hpp"
#include "events/inmail_sent.hpp"

namespace inmail::test {

/// An InMail that breaks no rule of texts.
inline SendInMail mail(MemberId from, MemberId to) {
  return {.from = from,
          .to = to,
          .subject = "Hello",
          .body = "May I ask you something?",
          .hints = {.degree = {}, .applicant = false, .purpose = Purpose::job}};
}
inline SendInMail mail(MemberId from, SeatId seat, MemberId to) {
  SendInMail command = mail(from, to);
  command.seat = seat;
  return command;
}

/// What a member sends at `sent_at` for one credit of its own.
inline InMailSent paid_letter(MemberId from, MemberId to, Timestamp sent_at,
                              std::uint64_t number = 1) {
  return {.inmail = inmail_of(make_command_id(sent_at, 1, number)),
          .from = from,
          .to = to,
          .from_premium = true,
          .pool = from,
          .cost = 1,
          .splits = {{LotId{1}, 1}}};
}

/// What the recipient's events repeat of an InMail.
inline InMailRef ref_of(const InMailSent& sent, StreamId sender, Timestamp sent_at) {
  return {sent.inmail, sender, sent.pool, sent.from, sent.cost, sent_at};
}

/// The recipient's answer, with what it means for the charge.
inline Replied reply_to(const InMailRef& ref, ReplyKind kind, ChargeEnd charge,
                        std::uint32_t refund_amount = 0) {
  return {
      .ref = ref, .kind = kind, .canned = true, .charge = charge, .refund_amount = refund_amount};
}
inline Replied refunding_reply_to(const InMailRef& ref) {
  return reply_to(ref, ReplyKind::accept, ChargeEnd::refund, ref.cost);
}

}  // namespace inmail::test
