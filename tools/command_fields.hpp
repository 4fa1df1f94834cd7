#pragma once

#include "actors/commands.hpp"

namespace inmail::tools {

/// Whether a command can be given without the field.
enum class Presence { required, optional };

// The fields of every command under their names in JSON: `each_field(command, visit)` calls
// `visit(name, value, presence)` for each, to read them as well as to write them.

template <class C, class Each>
concept OneOf = std::same_as<std::remove_const_t<C>, Each>;

void each_field(OneOf<RegisterMember> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("display_name", c.display_name, Presence::optional);
  visit("headline", c.headline, Presence::optional);
  visit("locale", c.locale, Presence::optional);
  visit("public_profile", c.public_profile, Presence::optional);
  visit("lists", c.lists, Presence::optional);
}

void each_field(OneOf<SetPreference> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("inmail", c.inmail, Presence::required);
  visit("open_profile", c.open_profile, Presence::optional);
}

void each_field(OneOf<SetInboundRules> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("own", c.own, Presence::optional);
  visit("purposes", c.rules.filters.purposes, Presence::optional);
  visit("min_degree", c.rules.filters.min_degree, Presence::optional);
  visit("max_degree", c.rules.filters.max_degree, Presence::optional);
  visit("languages", c.rules.filters.languages, Presence::optional);
  visit("quiet_from_minute", c.rules.filters.quiet_from_minute, Presence::optional);
  visit("quiet_until_minute", c.rules.filters.quiet_until_minute, Presence::optional);
  visit("require_compensation", c.rules.filters.require_compensation, Presence::optional);
  visit("daily_max", c.rules.daily_max, Presence::optional);
  visit("weekly_max", c.rules.weekly_max, Presence::optional);
}

void each_field(OneOf<UpdateProfile> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("display_name", c.display_name, Presence::optional);
  visit("headline", c.headline, Presence::optional);
  visit("locale", c.locale, Presence::optional);
  visit("public_profile", c.public_profile, Presence::optional);
  visit("lists", c.lists, Presence::optional);
}

void each_field(OneOf<BlockMember> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("blocked", c.blocked, Presence::required);
}

void each_field(OneOf<UnblockMember> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("blocked", c.blocked, Presence::required);
}

void each_field(OneOf<EraseMember> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("also_received", c.also_received, Presence::optional);
}

void each_field(OneOf<SetConnection> auto& c, auto&& visit) {
  visit("a", c.a, Presence::required);
  visit("b", c.b, Presence::required);
}

void each_field(OneOf<RemoveConnection> auto& c, auto&& visit) {
  visit("a", c.a, Presence::required);
  visit("b", c.b, Presence::required);
}

void each_field(OneOf<StopSender> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("sender", c.sender, Presence::required);
}

void each_field(OneOf<AllowSender> auto& c, auto&& visit) {
  visit("member", c.member, Presence::required);
  visit("sender", c.sender, Presence::required);
}

void each_field(OneOf<StartSubscription> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
  visit("plan", c.plan, Presence::required);
  visit("trial_days", c.trial_days, Presence::optional);
}

void each_field(OneOf<PurchaseCredits> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
  visit("pack", c.pack, Presence::required);
  visit("payment_ref", c.payment_ref, Presence::required);
}

void each_field(OneOf<ReversePurchase> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
  visit("payment_ref", c.payment_ref, Presence::required);
  visit("chargeback", c.chargeback, Presence::optional);
}

void each_field(OneOf<AdjustCredits> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
  visit("credits", c.credits, Presence::required);
  visit("approver", c.approver, Presence::required);
  visit("reason", c.reason, Presence::optional);
}

void each_field(OneOf<TransferCredits> auto& c, auto&& visit) {
  visit("from", c.from, Presence::required);
  visit("to", c.to, Presence::required);
  visit("credits", c.credits, Presence::required);
  visit("approver", c.approver, Presence::required);
}

void each_field(OneOf<PaymentFailed> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
}

void each_field(OneOf<PaymentRecovered> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
}

void each_field(OneOf<ChangePlan> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
  visit("plan", c.plan, Presence::required);
}

void each_field(OneOf<CancelSubscription> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
}

void each_field(OneOf<GrantBonus> auto& c, auto&& visit) {
  visit("owner", c.owner, Presence::required);
  visit("credits", c.credits, Presence::required);
  visit("approver", c.approver, Presence::required);
  visit("reason", c.reason, Presence::optional);
}

void each_field(OneOf<CreateContract> auto& c, auto&& visit) {
  visit("contract", c.contract, Presence::required);
  visit("seats_max", c.seats_max, Presence::required);
}

void each_field(OneOf<AddSeat> auto& c, auto&& visit) {
  visit("contract", c.contract, Presence::required);
  visit("seat", c.seat, Presence::required);
  visit("holder", c.holder, Presence::required);
  visit("role", c.role, Presence::optional);
}

void each_field(OneOf<SetSeatMonthlyLimit> auto& c, auto&& visit) {
  visit("contract", c.contract, Presence::required);
  visit("seats", c.seats, Presence::optional);
  visit("limit", c.limit, Presence::optional);
}

void each_field(OneOf<SendInMail> auto& c, auto&& visit) {
  visit("from", c.from, Presence::required);
  visit("seat", c.seat, Presence::optional);
  visit("to", c.to, Presence::required);
  visit("subject", c.subject, Presence::optional);
  visit("body", c.body, Presence::required);
  visit("degree", c.hints.degree, Presence::optional);
  visit("applicant", c.hints.applicant, Presence::optional);
  visit("purpose", c.hints.purpose, Presence::optional);
  visit("override_reason", c.override_reason, Presence::optional);
  visit("veteran", c.veteran, Presence::optional);
  visit("signature", c.signature, Presence::optional);
  visit("attachments", c.attachments, Presence::optional);
  visit("locale", c.locale, Presence::optional);
  visit("offers_compensation", c.offers_compensation, Presence::optional);
  visit("draft", c.draft, Presence::optional);
}

void each_field(OneOf<OpenInMail> auto& c, auto&& visit) {
  visit("recipient", c.recipient, Presence::required);
  visit("inmail", c.inmail, Presence::required);
}

void each_field(OneOf<Respond> auto& c, auto&& visit) {
  visit("recipient", c.recipient, Presence::required);
  visit("inmail", c.inmail, Presence::required);
  visit("kind", c.kind, Presence::optional);
  visit("text", c.text, Presence::optional);
  visit("automatic", c.automatic, Presence::optional);
}

void each_field(OneOf<RetractInMail> auto& c, auto&& visit) {
  visit("author", c.author_id, Presence::required);
  visit("recipient", c.recipient, Presence::required);
  visit("inmail", c.inmail, Presence::required);
}

void each_field(OneOf<SendMessage> auto& c, auto&& visit) {
  visit("conversation", c.conversation, Presence::optional);
  visit("from", c.from, Presence::required);
  visit("seat", c.seat, Presence::optional);
  visit("to", c.to, Presence::required);
  visit("text", c.text, Presence::required);
}

void each_field(OneOf<ScheduleInMail> auto& c, auto&& visit) {
  each_field(c.letter, visit);
  visit("send_at", c.send_at, Presence::required);
  visit("time_zone", c.time_zone, Presence::optional);
}

void each_field(OneOf<RescheduleInMail> auto& c, auto&& visit) {
  visit("sender", c.sender, Presence::required);
  visit("inmail", c.inmail, Presence::required);
  visit("send_at", c.send_at, Presence::required);
  visit("time_zone", c.time_zone, Presence::optional);
}

void each_field(OneOf<CancelScheduled> auto& c, auto&& visit) {
  visit("sender", c.sender, Presence::required);
  visit("inmail", c.inmail, Presence::required);
}

void each_field(OneOf<AddFollowUp> auto& c, auto&& visit) {
  each_field(c.letter, visit);
  visit("parent", c.parent, Presence::required);
  visit("delay_s", c.delay_s, Presence::optional);
}

void each_field(OneOf<SaveDraft> auto& c, auto&& visit) {
  visit("from", c.from, Presence::required);
  visit("seat", c.seat, Presence::optional);
  visit("draft", c.draft, Presence::optional);
  visit("revision", c.revision, Presence::optional);
  visit("to", c.to, Presence::optional);
  visit("subject", c.subject, Presence::optional);
  visit("body", c.body, Presence::optional);
}

void each_field(OneOf<DiscardDraft> auto& c, auto&& visit) {
  visit("author", c.author_id, Presence::required);
  visit("draft", c.draft, Presence::required);
}

void each_field(OneOf<UndoSend> auto& c, auto&& visit) {
  visit("sender", c.sender, Presence::required);
  visit("inmail", c.inmail, Presence::required);
}

void each_field(OneOf<AdoptPolicy> auto& c, auto&& visit) {
  visit("document", c.document, Presence::required);
}

void each_field(OneOf<PartyView> auto& view, auto&& visit) {
  visit("member", view.member, Presence::required);
  visit("seat", view.seat, Presence::optional);
  visit("conversation", view.conversation, Presence::required);
}

void each_field(OneOf<MarkUnread> auto& c, auto&& visit) {
  each_field(c.view, visit);
  visit("unread", c.unread, Presence::optional);
}

void each_field(OneOf<ArchiveConversation> auto& c, auto&& visit) {
  each_field(c.view, visit);
  visit("archived", c.archived, Presence::optional);
}

void each_field(OneOf<StarConversation> auto& c, auto&& visit) {
  each_field(c.view, visit);
  visit("starred", c.starred, Presence::optional);
}

void each_field(OneOf<TagConversation> auto& c, auto&& visit) {
  each_field(c.view, visit);
  visit("tag", c.tag, Presence::required);
  visit("tagged", c.tagged, Presence::optional);
}

void each_field(OneOf<FollowLink> auto& c, auto&& visit) {
  visit("recipient", c.recipient, Presence::required);
  visit("inmail", c.inmail, Presence::required);
  visit("link", c.link, Presence::optional);
}

void each_field(OneOf<LinkAccounts> auto& c, auto&& visit) {
  visit("pool", c.pool, Presence::required);
  visit("member", c.member, Presence::required);
}

void each_field(OneOf<UnlinkAccount> auto& c, auto&& visit) {
  visit("pool", c.pool, Presence::required);
  visit("member", c.member, Presence::required);
}

}  // namespace inmail::tools
