#pragma once

#include <array>
#include <cstdint>

#include "events/enums.hpp"

namespace inmail {

/// The choices of the policy (D3) that no event records. A document names them by their text, so
/// these numbers are not stored.

/// Whose head counts for an allotment. `seat`: the allotment of a pool is times its active seats.
enum class AllotPer : std::uint8_t { seat, contract, member };
constexpr auto names_of(AllotPer) {
  using enum AllotPer;
  return std::to_array<EnumName<AllotPer>>(
      {{seat, "seat"}, {contract, "contract"}, {member, "member"}});
}

/// From which day a cycle runs.
enum class RenewalAnchor : std::uint8_t {
  billing_cycle,
  calendar_month_utc,
  contract_start,
  fixed_day,
};
constexpr auto names_of(RenewalAnchor) {
  using enum RenewalAnchor;
  return std::to_array<EnumName<RenewalAnchor>>({{billing_cycle, "billing_cycle"},
                                                 {calendar_month_utc, "calendar_month_utc"},
                                                 {contract_start, "contract_start"},
                                                 {fixed_day, "fixed_day"}});
}

/// What a cycle that was not held in full is granted.
enum class Proration : std::uint8_t { none, by_day_floor };
constexpr auto names_of(Proration) {
  using enum Proration;
  return std::to_array<EnumName<Proration>>({{none, "none"}, {by_day_floor, "by_day_floor"}});
}

/// When the cap on accumulated credits is enforced.
enum class CapWhen : std::uint8_t { at_renewal, always };
constexpr auto names_of(CapWhen) {
  using enum CapWhen;
  return std::to_array<EnumName<CapWhen>>({{at_renewal, "at_renewal"}, {always, "always"}});
}

/// Which lot loses what is above the cap. Ties of the first: oldest grant, then lot number.
enum class OverflowVictim : std::uint8_t { oldest_expiry_first, new_grant };
constexpr auto names_of(OverflowVictim) {
  using enum OverflowVictim;
  return std::to_array<EnumName<OverflowVictim>>(
      {{oldest_expiry_first, "oldest_expiry_first"}, {new_grant, "new_grant"}});
}

/// Which lot is spent first. `expiry_then_grant`: earliest expiry (none at all comes last), then
/// grant, then number.
enum class SpendOrder : std::uint8_t { expiry_then_grant, fifo_grant, lifo, plan_first };
constexpr auto names_of(SpendOrder) {
  using enum SpendOrder;
  return std::to_array<EnumName<SpendOrder>>({{expiry_then_grant, "expiry_then_grant"},
                                              {fifo_grant, "fifo_grant"},
                                              {lifo, "lifo"},
                                              {plan_first, "plan_first"}});
}

/// What happens to lots when a subscription is cancelled.
enum class OnCancel : std::uint8_t { void_now, void_at_cycle_end, keep };
constexpr auto names_of(OnCancel) {
  using enum OnCancel;
  return std::to_array<EnumName<OnCancel>>(
      {{void_now, "void_now"}, {void_at_cycle_end, "void_at_cycle_end"}, {keep, "keep"}});
}

/// What happens to lots when the plan changes. `void_all` is written "void".
enum class OnPlanChange : std::uint8_t { void_all, carry, carry_capped };
constexpr auto names_of(OnPlanChange) {
  using enum OnPlanChange;
  return std::to_array<EnumName<OnPlanChange>>(
      {{void_all, "void"}, {carry, "carry"}, {carry_capped, "carry_capped"}});
}

/// When a credit is set aside; `at_accept` also charges only then.
enum class ChargeWhen : std::uint8_t { at_schedule, at_dispatch, at_accept };
constexpr auto names_of(ChargeWhen) {
  using enum ChargeWhen;
  return std::to_array<EnumName<ChargeWhen>>(
      {{at_schedule, "at_schedule"}, {at_dispatch, "at_dispatch"}, {at_accept, "at_accept"}});
}

/// Where a released credit goes. `original_lot`: into a dead lot it expires at once. `fresh_lot`: a
/// new lot, but only if the original one is dead.
enum class ReleaseTo : std::uint8_t { original_lot, fresh_lot, lost };
constexpr auto names_of(ReleaseTo) {
  using enum ReleaseTo;
  return std::to_array<EnumName<ReleaseTo>>(
      {{original_lot, "original_lot"}, {fresh_lot, "fresh_lot"}, {lost, "lost"}});
}

/// Where the refund windows begin.
enum class RefundClock : std::uint8_t { sent_at, delivered_at, opened_at };
constexpr auto names_of(RefundClock) {
  using enum RefundClock;
  return std::to_array<EnumName<RefundClock>>(
      {{sent_at, "sent_at"}, {delivered_at, "delivered_at"}, {opened_at, "opened_at"}});
}

/// How long a refunded credit lives.
enum class RefundLotLife : std::uint8_t { fresh, inherit_original, inherit_floor };
constexpr auto names_of(RefundLotLife) {
  using enum RefundLotLife;
  return std::to_array<EnumName<RefundLotLife>>(
      {{fresh, "fresh"}, {inherit_original, "inherit_original"}, {inherit_floor, "inherit_floor"}});
}

/// Who profits of a refund. `seat_quota_too`: it also restores the quota of the seat.
enum class RefundTo : std::uint8_t { pool, seat_quota_too };
constexpr auto names_of(RefundTo) {
  using enum RefundTo;
  return std::to_array<EnumName<RefundTo>>({{pool, "pool"}, {seat_quota_too, "seat_quota_too"}});
}

/// How several messages of one unanswered thread share refunds (D4.1.4).
enum class FollowupRefund : std::uint8_t { linkedin, independent, first_only };
constexpr auto names_of(FollowupRefund) {
  using enum FollowupRefund;
  return std::to_array<EnumName<FollowupRefund>>(
      {{linkedin, "linkedin"}, {independent, "independent"}, {first_only, "first_only"}});
}

/// What a response to an expired InMail meets.
enum class LateResponse : std::uint8_t { reject, allow_no_refund };
constexpr auto names_of(LateResponse) {
  using enum LateResponse;
  return std::to_array<EnumName<LateResponse>>(
      {{reject, "reject"}, {allow_no_refund, "allow_no_refund"}});
}

/// In what a text is counted.
enum class TextUnit : std::uint8_t { byte, utf16, codepoint, grapheme, word };
constexpr auto names_of(TextUnit) {
  using enum TextUnit;
  return std::to_array<EnumName<TextUnit>>({{byte, "byte"},
                                            {utf16, "utf16"},
                                            {codepoint, "codepoint"},
                                            {grapheme, "grapheme"},
                                            {word, "word"}});
}

/// Which markup a body may use.
enum class Markup : std::uint8_t { bold, italic, strike, bullets, numbered, link };
constexpr auto names_of(Markup) {
  using enum Markup;
  return std::to_array<EnumName<Markup>>({{bold, "bold"},
                                          {italic, "italic"},
                                          {strike, "strike"},
                                          {bullets, "bullets"},
                                          {numbered, "numbered"},
                                          {link, "link"}});
}

/// What happens to HTML in a text.
enum class HtmlRule : std::uint8_t { reject, strip, escape };
constexpr auto names_of(HtmlRule) {
  using enum HtmlRule;
  return std::to_array<EnumName<HtmlRule>>(
      {{reject, "reject"}, {strip, "strip"}, {escape, "escape"}});
}

/// What happens before a delivery into a full inbox.
enum class InboxOverflow : std::uint8_t { none, archive_oldest, reject };
constexpr auto names_of(InboxOverflow) {
  using enum InboxOverflow;
  return std::to_array<EnumName<InboxOverflow>>(
      {{none, "none"}, {archive_oldest, "archive_oldest"}, {reject, "reject"}});
}

/// What an InMail to a connection is. SendMessage between connections is open in every case.
enum class FirstDegreeRule : std::uint8_t { free, forbid, charge };
constexpr auto names_of(FirstDegreeRule) {
  using enum FirstDegreeRule;
  return std::to_array<EnumName<FirstDegreeRule>>(
      {{free, "free"}, {forbid, "forbid"}, {charge, "charge"}});
}

/// Whom the preference `opted_out` stops.
enum class OptoutScope : std::uint8_t { all, free_senders_only };
constexpr auto names_of(OptoutScope) {
  using enum OptoutScope;
  return std::to_array<EnumName<OptoutScope>>(
      {{all, "all"}, {free_senders_only, "free_senders_only"}});
}

/// How near a colleague's outreach must be to count as a duplicate.
enum class DedupLevel : std::uint8_t { off, low, medium, high };
constexpr auto names_of(DedupLevel) {
  using enum DedupLevel;
  return std::to_array<EnumName<DedupLevel>>(
      {{off, "off"}, {low, "low"}, {medium, "medium"}, {high, "high"}});
}

/// What a duplicate outreach meets.
enum class DedupAction : std::uint8_t { warn, require_override_reason, block };
constexpr auto names_of(DedupAction) {
  using enum DedupAction;
  return std::to_array<EnumName<DedupAction>>(
      {{warn, "warn"}, {require_override_reason, "require_override_reason"}, {block, "block"}});
}

/// Whether a sender may begin again after a decline.
enum class AfterDecline : std::uint8_t { allowed_new_thread, after_cooldown, forbid };
constexpr auto names_of(AfterDecline) {
  using enum AfterDecline;
  return std::to_array<EnumName<AfterDecline>>({{allowed_new_thread, "allowed_new_thread"},
                                                {after_cooldown, "after_cooldown"},
                                                {forbid, "forbid"}});
}

/// What a day is for the limits of a seat.
enum class DayMode : std::uint8_t { utc_day, rolling_24h };
constexpr auto names_of(DayMode) {
  using enum DayMode;
  return std::to_array<EnumName<DayMode>>({{utc_day, "utc_day"}, {rolling_24h, "rolling_24h"}});
}

/// Where the calendar week of a new seat begins.
enum class WeekStart : std::uint8_t { iso_monday_utc, sunday_utc, seat_created_plus_7d };
constexpr auto names_of(WeekStart) {
  using enum WeekStart;
  return std::to_array<EnumName<WeekStart>>({{iso_monday_utc, "iso_monday_utc"},
                                             {sunday_utc, "sunday_utc"},
                                             {seat_created_plus_7d, "seat_created_plus_7d"}});
}

/// What the first week of a seat is. `calendar`: to the end of that calendar week, 1 to 7 days.
enum class FirstWeekMode : std::uint8_t { calendar, rolling_7d };
constexpr auto names_of(FirstWeekMode) {
  using enum FirstWeekMode;
  return std::to_array<EnumName<FirstWeekMode>>(
      {{calendar, "calendar"}, {rolling_7d, "rolling_7d"}});
}

/// What counts against the monthly limit of a seat.
enum class MonthlyCounts : std::uint8_t { all_inmails, charged_only };
constexpr auto names_of(MonthlyCounts) {
  using enum MonthlyCounts;
  return std::to_array<EnumName<MonthlyCounts>>(
      {{all_inmails, "all_inmails"}, {charged_only, "charged_only"}});
}

/// Whether one refused item refuses its whole bulk.
enum class BulkAtomicity : std::uint8_t { per_recipient, all_or_nothing };
constexpr auto names_of(BulkAtomicity) {
  using enum BulkAtomicity;
  return std::to_array<EnumName<BulkAtomicity>>(
      {{per_recipient, "per_recipient"}, {all_or_nothing, "all_or_nothing"}});
}

/// Which windows the response-rate rule assesses.
enum class RrWindowMode : std::uint8_t { consecutive, rolling_daily };
constexpr auto names_of(RrWindowMode) {
  using enum RrWindowMode;
  return std::to_array<EnumName<RrWindowMode>>(
      {{consecutive, "consecutive"}, {rolling_daily, "rolling_daily"}});
}

/// What the response-rate rule divides by.
enum class RrDenominator : std::uint8_t { all_sent, charged_only };
constexpr auto names_of(RrDenominator) {
  using enum RrDenominator;
  return std::to_array<EnumName<RrDenominator>>(
      {{all_sent, "all_sent"}, {charged_only, "charged_only"}});
}

/// Whether the threshold itself passes.
enum class RrPassOp : std::uint8_t { ge, gt };
constexpr auto names_of(RrPassOp) {
  using enum RrPassOp;
  return std::to_array<EnumName<RrPassOp>>({{ge, "ge"}, {gt, "gt"}});
}

/// What ends a warning or a restriction in which too little was sent.
enum class RrLowVolumeExit : std::uint8_t { pass_if_rate, stay, auto_release };
constexpr auto names_of(RrLowVolumeExit) {
  using enum RrLowVolumeExit;
  return std::to_array<EnumName<RrLowVolumeExit>>(
      {{pass_if_rate, "pass_if_rate"}, {stay, "stay"}, {auto_release, "auto_release"}});
}

/// What a burst of sends meets. `strike` also scores.
enum class BurstAction : std::uint8_t { alert, score, strike, reject };
constexpr auto names_of(BurstAction) {
  using enum BurstAction;
  return std::to_array<EnumName<BurstAction>>(
      {{alert, "alert"}, {score, "score"}, {strike, "strike"}, {reject, "reject"}});
}

/// What is made of a client that says it is automated.
enum class AutomationSignal : std::uint8_t { off, flag, reject };
constexpr auto names_of(AutomationSignal) {
  using enum AutomationSignal;
  return std::to_array<EnumName<AutomationSignal>>(
      {{off, "off"}, {flag, "flag"}, {reject, "reject"}});
}

/// What a spam score leads to, from mild to strict.
enum class ScoreAction : std::uint8_t { allow, warn, hold_for_review, reject };
constexpr auto names_of(ScoreAction) {
  using enum ScoreAction;
  return std::to_array<EnumName<ScoreAction>>(
      {{allow, "allow"}, {warn, "warn"}, {hold_for_review, "hold_for_review"}, {reject, "reject"}});
}

/// What a screened phrase speaks of; `commercial` counts for compliance.commercial_use.
enum class PhraseClass : std::uint8_t { general, commercial };
constexpr auto names_of(PhraseClass) {
  using enum PhraseClass;
  return std::to_array<EnumName<PhraseClass>>({{general, "general"}, {commercial, "commercial"}});
}

/// What happens to a held InMail that nobody reviews.
enum class HoldTimeoutAction : std::uint8_t { reject, deliver };
constexpr auto names_of(HoldTimeoutAction) {
  using enum HoldTimeoutAction;
  return std::to_array<EnumName<HoldTimeoutAction>>({{reject, "reject"}, {deliver, "deliver"}});
}

/// Where harmful content of an unknown sender goes.
enum class HarmfulRule : std::uint8_t { to_spam_folder, behind_warning, deliver };
constexpr auto names_of(HarmfulRule) {
  using enum HarmfulRule;
  return std::to_array<EnumName<HarmfulRule>>({{to_spam_folder, "to_spam_folder"},
                                               {behind_warning, "behind_warning"},
                                               {deliver, "deliver"}});
}

/// What a restricted member may not do.
enum class SanctionScope : std::uint8_t { new_inmails_only, all_messages };
constexpr auto names_of(SanctionScope) {
  using enum SanctionScope;
  return std::to_array<EnumName<SanctionScope>>(
      {{new_inmails_only, "new_inmails_only"}, {all_messages, "all_messages"}});
}

/// What a commercial InMail meets.
enum class CommercialUse : std::uint8_t { allow, flag, forbid };
constexpr auto names_of(CommercialUse) {
  using enum CommercialUse;
  return std::to_array<EnumName<CommercialUse>>(
      {{allow, "allow"}, {flag, "flag"}, {forbid, "forbid"}});
}

/// The period of purchase.max_per_period.
enum class PurchasePeriod : std::uint8_t { utc_month, cycle };
constexpr auto names_of(PurchasePeriod) {
  using enum PurchasePeriod;
  return std::to_array<EnumName<PurchasePeriod>>({{utc_month, "utc_month"}, {cycle, "cycle"}});
}

/// Which InMail may be retracted.
enum class RetractCondition : std::uint8_t { unopened, any, never };
constexpr auto names_of(RetractCondition) {
  using enum RetractCondition;
  return std::to_array<EnumName<RetractCondition>>(
      {{unopened, "unopened"}, {any, "any"}, {never, "never"}});
}

/// What retracting an opened InMail does.
enum class RetractEffectOpened : std::uint8_t { reject, hide_keep_copy };
constexpr auto names_of(RetractEffectOpened) {
  using enum RetractEffectOpened;
  return std::to_array<EnumName<RetractEffectOpened>>(
      {{reject, "reject"}, {hide_keep_copy, "hide_keep_copy"}});
}

/// Whether a retracted InMail gives its credit back.
enum class RetractRefund : std::uint8_t { never, if_unopened, always };
constexpr auto names_of(RetractRefund) {
  using enum RetractRefund;
  return std::to_array<EnumName<RetractRefund>>(
      {{never, "never"}, {if_unopened, "if_unopened"}, {always, "always"}});
}

/// What a sender learns of opens. `mutual`: if both consent; `aggregate`: counts, never which one.
enum class OpenVisibility : std::uint8_t { never, aggregate, mutual, always };
constexpr auto names_of(OpenVisibility) {
  using enum OpenVisibility;
  return std::to_array<EnumName<OpenVisibility>>(
      {{never, "never"}, {aggregate, "aggregate"}, {mutual, "mutual"}, {always, "always"}});
}

/// Who decides that activity is written back to a CRM.
enum class CrmWriteback : std::uint8_t { off, contract_admin, on };
constexpr auto names_of(CrmWriteback) {
  using enum CrmWriteback;
  return std::to_array<EnumName<CrmWriteback>>(
      {{off, "off"}, {contract_admin, "contract_admin"}, {on, "on"}});
}

}  // namespace inmail
