#pragma once

#include <string_view>

#include "events/event.hpp"

namespace inmail::tools {

// The fields of every event under the names by which people see them: `each_field(event, visit)`
// calls `visit(name, value)` for each, in the order of the struct. What is one field of many events
// (the InMail they are about) counts as fields of its own. A test holds the lists against
// `serialize`, and an event without a list does not compile where events are printed.
// CommandRejected and CommandAccepted have none: event_json.cpp shows the command that they are
// about.

void each_field(const MemberRegistered& e, auto&& visit) {
  visit("display_name", e.display_name);
  visit("headline", e.headline);
  visit("locale", e.locale);
  visit("public_profile", e.public_profile);
  visit("lists", e.lists);
}

void each_field(const PreferenceChanged& e, auto&& visit) { visit("inmail", e.inmail); }
void each_field(const MemberBlocked& e, auto&& visit) { visit("target", e.target); }
void each_field(const MemberUnblocked& e, auto&& visit) { visit("target", e.target); }

void each_field(const InboundRulesSet& e, auto&& visit) {
  visit("own", e.own);
  visit("purposes", e.rules.filters.purposes);
  visit("min_degree", e.rules.filters.min_degree);
  visit("max_degree", e.rules.filters.max_degree);
  visit("languages", e.rules.filters.languages);
  visit("quiet_from_minute", e.rules.filters.quiet_from_minute);
  visit("quiet_until_minute", e.rules.filters.quiet_until_minute);
  visit("require_compensation", e.rules.filters.require_compensation);
  visit("daily_max", e.rules.daily_max);
  visit("weekly_max", e.rules.weekly_max);
}

void each_field(const ProfileUpdated& e, auto&& visit) {
  visit("display_name", e.display_name);
  visit("headline", e.headline);
  visit("locale", e.locale);
  visit("public_profile", e.public_profile);
  visit("lists", e.lists);
}

void each_field(const AccountLinked& e, auto&& visit) { visit("pool", e.pool); }
void each_field(const AccountUnlinked& e, auto&& visit) { visit("pool", e.pool); }

void each_field(const MemberErased& e, auto&& visit) { visit("member", e.member); }
void each_field(const MemberKeyDestroyed&, auto&&) {}
void each_field(const ReceivedErased& e, auto&& visit) { visit("member", e.member); }
void each_field(const ReceivedKeyDestroyed&, auto&&) {}

void each_field(const ConnectionSet& e, auto&& visit) {
  visit("with", e.with);
  visit("owner", e.owner);
  visit("change", e.change);
}

void each_field(const ConnectionRemoved& e, auto&& visit) {
  visit("with", e.with);
  visit("owner", e.owner);
  visit("change", e.change);
}

void each_field(const OpenProfileSet& e, auto&& visit) { visit("on", e.on); }

void each_field(const SenderStopped& e, auto&& visit) {
  visit("sender", e.sender);
  visit("person", e.person);
  visit("contracts", e.contracts);
}

void each_field(const SenderAllowed& e, auto&& visit) { visit("sender", e.sender); }

void each_field(const SubscriptionStarted& e, auto&& visit) {
  visit("plan", e.plan);
  visit("anchor_day", e.anchor_day);
}

void each_field(const SubscriptionChanged& e, auto&& visit) {
  visit("from", e.from);
  visit("to", e.to);
  visit("anchor_day", e.anchor_day);
}

void each_field(const SubscriptionCancelled& e, auto&& visit) { visit("ends_at", e.ends_at); }
void each_field(const SubscriptionEnded& e, auto&& visit) { visit("plan", e.plan); }
void each_field(const ContractCreated& e, auto&& visit) { visit("seats_max", e.seats_max); }

void each_field(const SeatAdded& e, auto&& visit) {
  visit("seat", e.seat);
  visit("holder", e.holder);
  visit("role", e.role);
}

void each_field(const SeatOpened& e, auto&& visit) {
  visit("contract", e.contract);
  visit("holder", e.holder);
  visit("role", e.role);
}

void each_field(const SeatRemoved& e, auto&& visit) { visit("seat", e.seat); }
void each_field(const SeatDeclined& e, auto&& visit) { visit("contract", e.contract); }

void each_field(const CycleRenewed& e, auto&& visit) {
  visit("cycle", e.cycle);
  visit("next_renewal_at", e.next_renewal_at);
}

void each_field(const CreditsGranted& e, auto&& visit) {
  visit("lot", e.lot);
  visit("kind", e.kind);
  visit("amount", e.amount);
  visit("expires_at", e.expires_at);
  visit("cycle", e.cycle);
  visit("inmail", e.inmail);
  visit("approver", e.approver);
  visit("reason", e.reason);
}

void each_field(const CreditReserved& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("sender", e.sender);
  visit("splits", e.splits);
}

void each_field(const CreditCharged& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("splits", e.splits);
  visit("refundable", e.refundable);
  visit("pinned", e.pinned);
}

void each_field(const CreditReleased& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("splits", e.splits);
  visit("reason", e.reason);
}

void each_field(const CreditRefunded& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("lot", e.lot);
  visit("amount", e.amount);
  visit("into_original_lot", e.into_original_lot);
  visit("reason", e.reason);
  visit("answered_at", e.answered_at);
  visit("restores", e.restores);
}

void each_field(const ChargeFinalized& e, auto&& visit) { visit("inmail", e.inmail); }

void each_field(const CreditsExpired& e, auto&& visit) {
  visit("lot", e.lot);
  visit("amount", e.amount);
}

void each_field(const CreditsForfeited& e, auto&& visit) {
  visit("lot", e.lot);
  visit("amount", e.amount);
  visit("cap", e.cap);
}

void each_field(const CreditsVoided& e, auto&& visit) {
  visit("lot", e.lot);
  visit("amount", e.amount);
  visit("reason", e.reason);
}

void each_field(const PurchaseRecorded& e, auto&& visit) {
  visit("lot", e.lot);
  visit("pack", e.pack);
  visit("credits", e.credits);
  visit("price_minor", e.price_minor);
  visit("currency", e.currency);
  visit("payment_ref", e.payment_ref);
}

void each_field(const PurchaseReversed& e, auto&& visit) {
  visit("lot", e.lot);
  visit("payment_ref", e.payment_ref);
  visit("amount", e.amount);
  visit("short_by", e.short_by);
  visit("chargeback", e.chargeback);
}

void each_field(const CreditsAdjusted& e, auto&& visit) {
  visit("amount", e.amount);
  visit("approver", e.approver);
  visit("reason", e.reason);
}

void each_field(const SubscriptionPastDue&, auto&&) {}
void each_field(const SubscriptionRecovered&, auto&&) {}
void each_field(const TrialStarted& e, auto&& visit) { visit("ends_at", e.ends_at); }

void each_field(const CreditsTransferred& e, auto&& visit) {
  visit("transfer", e.transfer);
  visit("to", e.to);
  visit("parts", e.parts);
  visit("approver", e.approver);
}

void each_field(const TransferReceived& e, auto&& visit) {
  visit("transfer", e.transfer);
  visit("from", e.from);
  visit("parts", e.parts);
  visit("is_taken", e.is_taken);
}

void each_field(const TransferReturned& e, auto&& visit) {
  visit("transfer", e.transfer);
  visit("parts", e.parts);
}

void each_field(const CountedInCycle& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("cycle", e.cycle);
}

void each_field(const InMailSent& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("from", e.from);
  visit("to", e.to);
  visit("from_premium", e.from_premium);
  visit("pool", e.pool);
  visit("cost", e.cost);
  visit("splits", e.splits);
  visit("recipient_version", e.recipient_version);
  visit("subject", e.subject);
  visit("body", e.body);
  visit("free_class", e.free_class);
  visit("degree", e.degree);
  visit("purpose", e.purpose);
  visit("html", e.markup.html);
  visit("bullets", e.markup.bullets);
  visit("numbered", e.markup.numbered);
  visit("links", e.markup.links);
  visit("bad_links", e.markup.bad_links);
  visit("undo_until", e.undo_until);
  visit("origin", e.origin);
  visit("parent", e.parent);
  visit("print", e.marks.print);
  visit("cycle", e.marks.cycle);
  visit("lookback_s", e.marks.lookback_s);
  visit("unlocks_until", e.marks.unlocks_until);
  visit("signature", e.signature);
  visit("attachments", e.attachments);
  visit("locale", e.locale);
  visit("offers_compensation", e.offers_compensation);
}

void each_field(const InMailScheduled& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("from", e.from);
  visit("seat", e.seat);
  visit("to", e.to);
  visit("send_at", e.send_at);
  visit("time_zone", e.time_zone);
  visit("pool", e.pool);
  visit("is_paid", e.is_paid);
  visit("cost", e.cost);
  visit("splits", e.splits);
  visit("recipient_version", e.recipient_version);
  visit("subject", e.subject);
  visit("body", e.body);
  visit("free_class", e.free_class);
  visit("degree", e.degree);
  visit("applicant", e.applicant);
  visit("purpose", e.purpose);
  visit("html", e.markup.html);
  visit("bullets", e.markup.bullets);
  visit("numbered", e.markup.numbered);
  visit("links", e.markup.links);
  visit("bad_links", e.markup.bad_links);
  visit("print", e.print);
  visit("override_reason", e.override_reason);
  visit("veteran", e.veteran);
  visit("signature", e.signature);
  visit("attachments", e.attachments);
  visit("locale", e.locale);
  visit("offers_compensation", e.offers_compensation);
  visit("parent", e.parent);
  visit("delay_s", e.delay_s);
}

void each_field(const InMailRescheduled& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("send_at", e.send_at);
  visit("time_zone", e.time_zone);
}

void each_field(const DraftSaved& e, auto&& visit) {
  visit("draft", e.draft);
  visit("revision", e.revision);
  visit("from", e.from);
  visit("to", e.to);
  visit("subject", e.subject);
  visit("body", e.body);
  visit("expires_at", e.expires_at);
}

void each_field(const DraftDiscarded& e, auto&& visit) {
  visit("draft", e.draft);
  visit("end", e.end);
}

void each_field(const UndoWindowClosed& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("from", e.from);
  visit("to", e.to);
  visit("from_premium", e.from_premium);
  visit("pool", e.pool);
  visit("cost", e.cost);
  visit("sent_at", e.sent_at);
  visit("pinned", e.pinned);
  visit("links", e.links);
}

void each_field(const InMailCancelled& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("to", e.to);
  visit("pool", e.pool);
  visit("set_aside", e.set_aside);
  visit("reason", e.reason);
  visit("refusal", e.refusal);
}

void each_field(const InMailRef& ref, auto&& visit) {
  visit("inmail", ref.inmail);
  visit("sender", ref.sender);
  visit("pool", ref.pool);
  visit("from", ref.from);
  visit("cost", ref.cost);
  visit("sent_at", ref.sent_at);
}

void each_field(const InMailDelivered& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("pinned", e.pinned);
  visit("refundable", e.refundable);
  visit("refund_until", e.refund_until);
  visit("no_response_from", e.no_response_from);
  visit("expires_from", e.expires_from);
  visit("expiry_basis", e.expiry_basis);
  visit("remind_at", e.remind_at);
  visit("links", e.links);
  visit("accept_until", e.accept_until);
}

void each_field(const InMailFailed& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("reason", e.reason);
}

void each_field(const Opened& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("inferred", e.inferred);
  visit("refund_until", e.refund_until);
  visit("no_response_from", e.no_response_from);
}

void each_field(const Replied& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("kind", e.kind);
  visit("canned", e.canned);
  visit("text", e.text);
  visit("latency_ms", e.latency_ms);
  visit("charge", e.charge);
  visit("refund_amount", e.refund_amount);
  visit("automatic", e.automatic);
  visit("as_auto_reply", e.as_auto_reply);
}

void each_field(const Expired& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("basis", e.basis);
  visit("effect", e.effect);
  visit("charge", e.charge);
  visit("refund_amount", e.refund_amount);
}

void each_field(const InMailRetracted& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("was_opened", e.was_opened);
  visit("charge", e.charge);
  visit("refund_amount", e.refund_amount);
  visit("leaves_mark", e.leaves_mark);
}

void each_field(const InMailHiddenFromRecipient& e, auto&& visit) { each_field(e.ref, visit); }

void each_field(const ReminderSent& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("number", e.number);
  visit("next_at", e.next_at);
}

void each_field(const LinkFollowed& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("link", e.link);
}

void each_field(const RefundWindowClosed& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("charge", e.charge);
  visit("refund_amount", e.refund_amount);
  visit("answered", e.answered);
}

void each_field(const ChargeEnded& e, auto&& visit) {
  each_field(e.ref, visit);
  visit("reason", e.reason);
  visit("charge", e.charge);
  visit("refund_amount", e.refund_amount);
}

void each_field(const OutcomeReceived& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("to", e.to);
  visit("outcome", e.outcome);
}

void each_field(const MessageSent& e, auto&& visit) {
  visit("conversation", e.conversation);
  visit("from", e.from);
  visit("to", e.to);
  visit("text", e.text);
  visit("automatic", e.automatic);
}

void each_field(const ConversationReopened& e, auto&& visit) {
  visit("conversation", e.conversation);
  visit("sender", e.sender);
  visit("by", e.by);
  visit("learned", e.learned);
}

void each_field(const MarkedUnread& e, auto&& visit) {
  visit("conversation", e.conversation);
  visit("unread", e.unread);
}

void each_field(const Archived& e, auto&& visit) {
  visit("conversation", e.conversation);
  visit("archived", e.archived);
  visit("automatic", e.automatic);
}

void each_field(const Starred& e, auto&& visit) {
  visit("conversation", e.conversation);
  visit("starred", e.starred);
}

void each_field(const Tagged& e, auto&& visit) {
  visit("conversation", e.conversation);
  visit("tag", e.tag);
  visit("key", e.key);
  visit("tagged", e.tagged);
}

void each_field(const SeatLimitSet& e, auto&& visit) {
  visit("seats", e.seats);
  visit("limit", e.limit);
}

void each_field(const LimitHit& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("which", e.which);
  visit("limit", e.limit);
  visit("actual", e.actual);
}

void each_field(const DuplicateOutreachWarned& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("to", e.to);
  visit("by", e.by);
  visit("at", e.at);
}

void each_field(const DuplicateOutreachOverridden& e, auto&& visit) {
  visit("inmail", e.inmail);
  visit("to", e.to);
  visit("by", e.by);
  visit("at", e.at);
  visit("reason", e.reason);
}

void each_field(const PolicyAdopted& e, auto&& visit) {
  visit("version", e.version);
  visit("name", e.name);
  visit("document", e.document);
}

}  // namespace inmail::tools
