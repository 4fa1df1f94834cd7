#include "tests/simulation/people.hpp"

#include <array>
#include <numeric>

#include "events/policy.hpp"

namespace inmail::sim {
namespace {

template <class Kind>
Act act(unsigned weight, Command (*make)(People&)) {
  return {Kind::type.name, weight, make};
}

SendHints hints(People& people) {
  constexpr std::array purposes{Purpose::job, Purpose::job, Purpose::networking, Purpose::sales,
                                Purpose::other};
  constexpr std::array degrees{Degree::second, Degree::third, Degree::group, Degree::any};
  SendHints said{.degree = {}, .applicant = people.one_in(12), .purpose = {}};
  said.purpose = purposes[people.pick(purposes.size())];
  if (people.one_in(4)) said.degree = degrees[people.pick(degrees.size())];
  return said;
}

/// What the model knows to find in a body.
std::string signs(People& people) {
  constexpr std::array all{" <b>now</b>",          "\n- this",          "\n1. this",
                           " [this](https://a.b)", " [it](http://a.b)", " https://a.b https://a.b",
                           " 1 < 2, - so [it] is"};
  return people.one_in(5) ? all[people.pick(all.size())] : "";
}

Command send(People& people) {
  SendInMail letter{people.anyone(), {}, people.anyone(), people.words("Hello"), {}};
  letter.body = people.words("May I ask") + signs(people);
  letter.hints = hints(people);
  if (people.one_in(25)) letter.subject = Text{};
  if (people.one_in(25)) letter.to = MemberId{777};
  if (people.one_in(5)) {  // What everybody gets.
    letter.subject = "An offer";
    letter.body = people.one_in(2) ? "One and the same for whoever reads it" : "Nothing but words";
  }
  if (people.one_in(4)) {
    constexpr std::array locales{"en", "de-CH", "fr"};
    letter.locale = locales[people.pick(locales.size())];
    letter.offers_compensation = people.one_in(2);
    letter.signature = people.words("Yours");
  }
  if (people.one_in(15))
    letter.attachments = {{1 + people.pick(9), people.one_in(3) ? "exe" : "pdf",
                           people.one_in(3) ? 90'000'000u : 2'000u, people.words("CV")}};
  if (people.one_in(4)) letter.override_reason = people.words("They asked me");
  letter.veteran = people.one_in(15);
  if (people.one_in(2)) {
    letter.seat = SeatId{1 + people.pick(People::seats)};
    if (!people.one_in(12)) letter.from = MemberId{letter.seat->value};
  }
  return letter;
}

Command limit(People& people) {
  SetSeatMonthlyLimit wish{ContractId{1}, {}, {}};
  if (!people.one_in(3)) wish.seats = {SeatId{1 + people.pick(People::seats + 1)}};
  if (!people.one_in(3)) wish.limit = static_cast<std::uint32_t>(people.pick(4) * 5);
  return wish;
}

Command choose(People& people) {
  SetInboundRules wish{people.anyone(), !people.one_in(3), {}};
  AcceptFilters& filters = wish.rules.filters;
  if (people.one_in(4)) filters.purposes = {Purpose::job, Purpose::networking};
  if (people.one_in(4)) filters.max_degree = Degree::second;
  if (people.one_in(4)) filters.languages = {"en", "de"};
  if (people.one_in(4)) {
    filters.quiet_from_minute = static_cast<std::int32_t>(people.pick(1'440));
    filters.quiet_until_minute = static_cast<std::int32_t>(people.pick(1'440));
  }
  filters.require_compensation = people.one_in(8);
  if (people.one_in(2)) wish.rules.daily_max = static_cast<std::int32_t>(people.pick(3));
  if (people.one_in(2)) wish.rules.weekly_max = static_cast<std::int32_t>(people.pick(5));
  return wish;
}

Command present(People& people) {
  const RegisterMember anew = people.newcomer(people.anyone());
  return UpdateProfile{anew.member, anew.display_name,   anew.headline,
                       anew.locale, anew.public_profile, anew.lists};
}

Command open(People& people) {
  const auto inmail = people.any_inmail();
  return OpenInMail{inmail.to, inmail.inmail};
}

Command respond(People& people) {
  constexpr std::array kinds{ReplyKind::accept, ReplyKind::decline, ReplyKind::reply,
                             ReplyKind::quick_reply};
  const auto inmail = people.any_inmail();
  Respond answer{inmail.to, inmail.inmail, kinds[people.pick(kinds.size())], {}};
  if (!people.one_in(4)) answer.text = people.words("So be it");
  answer.automatic = people.one_in(8);
  return answer;
}

Command follow(People& people) {
  const auto inmail = people.any_inmail();
  return FollowLink{inmail.to, inmail.inmail, static_cast<std::uint32_t>(people.pick(2))};
}

/// The view of either party, seldom of a stranger.
PartyView any_view(People& people) {
  const auto inmail = people.any_inmail();
  if (people.one_in(6)) {
    const MemberId one = people.anyone();
    return {one, {}, direct_conversation(one, people.anyone_but(one))};
  }
  if (people.one_in(12)) return {people.anyone(), {}, inmail.inmail};
  if (people.one_in(2)) return {inmail.to, {}, inmail.inmail};
  return {inmail.from, inmail.seat, inmail.inmail};
}

Command mark_unread(People& people) { return MarkUnread{any_view(people), !people.one_in(3)}; }
Command archive(People& people) { return ArchiveConversation{any_view(people), !people.one_in(3)}; }
Command star(People& people) { return StarConversation{any_view(people), !people.one_in(3)}; }
Command tag(People& people) {
  constexpr std::array tags{"later", "never"};
  return TagConversation{any_view(people), tags[people.pick(tags.size())], 0, !people.one_in(3)};
}

Command retract(People& people) {
  const auto inmail = people.any_inmail();
  return RetractInMail{inmail.from, inmail.to, inmail.inmail};
}

StreamId sender_of(const People::Sent& sent) {
  return sent.seat ? StreamId{*sent.seat} : StreamId{sent.from};
}

Command undo(People& people) {
  const auto inmail = people.any_inmail();
  return UndoSend{sender_of(inmail), inmail.inmail};
}

Command schedule(People& people) {
  ScheduleInMail later{std::get<SendInMail>(send(people)), people.soon(), "Europe/Vienna"};
  if (people.one_in(3)) later.letter.draft = people.any_draft().draft;
  return later;
}

Command follow_up(People& people) {
  const auto inmail = people.any_inmail();
  AddFollowUp next{std::get<SendInMail>(send(people)), inmail.inmail, {}};
  if (!people.one_in(8)) {
    next.letter.from = inmail.from;
    next.letter.seat = inmail.seat;
    next.letter.to = inmail.to;
  }
  constexpr std::array days{3, 3, 7, 7, 28, 1, 40};
  if (!people.one_in(6))
    next.delay_s = static_cast<std::uint32_t>(days[people.pick(days.size())]) * 86'400;
  return next;
}

Command reschedule(People& people) {
  const auto inmail = people.any_scheduled();
  return RescheduleInMail{sender_of(inmail), inmail.inmail, people.soon(), {}};
}

Command cancel(People& people) {
  const auto inmail = people.any_scheduled();
  return CancelScheduled{sender_of(inmail), inmail.inmail};
}

Command save(People& people) {
  const MemberId from = people.anyone();
  SaveDraft draft{from, {}, {}, 0, people.anyone_but(from), people.words("Draft"), {}};
  if (from.value <= People::seats && people.one_in(3)) draft.seat = SeatId{from.value};
  if (!people.one_in(3)) return draft;
  const People::Kept kept = people.any_draft();
  draft.from = kept.from;
  draft.seat = kept.seat;
  draft.draft = kept.draft;
  draft.revision = kept.revision + (people.one_in(6) ? 1 : 0);
  return draft;
}

Command discard(People& people) {
  const People::Kept kept = people.any_draft();
  return DiscardDraft{kept.seat ? StreamId{*kept.seat} : StreamId{kept.from}, kept.draft};
}

/// Mostly to the first, who has a plan to share from the start if the policy knows one.
Command link(People& people) {
  const MemberId pool = people.one_in(4) ? people.anyone() : MemberId{1};
  return LinkAccounts{pool, people.one_in(10) ? people.anyone() : people.anyone_but(pool)};
}

Command unlink(People& people) {
  return UnlinkAccount{people.one_in(4) ? people.anyone() : MemberId{1}, people.anyone()};
}

Command write(People& people) {
  if (people.one_in(3)) {
    const MemberId one = people.anyone();
    return SendMessage{{}, one, {}, people.anyone_but(one), people.words("As friends")};
  }
  const auto inmail = people.any_inmail();
  if (people.one_in(2))
    return SendMessage{inmail.inmail, inmail.to, {}, inmail.from, people.words("And then")};
  return SendMessage{inmail.inmail, inmail.from, inmail.seat, inmail.to, people.words("And now")};
}

Command prefer(People& people) {
  constexpr std::array all{InMailPreference::on, InMailPreference::on, InMailPreference::opted_out,
                           InMailPreference::disabled};
  SetPreference wish{people.anyone(), all[people.pick(all.size())], {}};
  if (people.one_in(3)) wish.open_profile = !people.one_in(3);
  return wish;
}

Command stop(People& people) {
  if (people.one_in(3)) return StopSender{people.anyone(), people.anyone()};
  const auto inmail = people.any_inmail();
  return StopSender{inmail.to, inmail.from};
}

Command allow(People& people) {
  if (people.one_in(3)) return AllowSender{people.anyone(), people.anyone()};
  const auto inmail = people.any_inmail();
  return AllowSender{inmail.to, inmail.from};
}

/// All plans but one are shared by those who are linked to their holder.
constexpr auto linked_terms =
    "name = \"linked\"\ninherits = \"default\"\n[plan]\npool_scope = \"linked_accounts\"\n"
    "[plan.career]\npool_scope = \"member\"\ncan_schedule = true\n"
    "[plan.business]\nmonthly_allotment = 12\ncan_schedule = true\ncan_followup = true\n";

Command adopt(People& people) {
  constexpr std::array presets{"default", "seed0", "seed1",        "seed2",      "seed3",
                               "seed4",   "trace", "official-now", "legacy-2014"};
  constexpr std::array documents{
      "name = \"dear\"\ninherits = \"default\"\n[charge]\ncost = 3\n",
      "name = \"free\"\ninherits = \"default\"\n[charge]\ncost = 0\n",
      "name = \"strict\"\ninherits = \"seed4\"\n[limit]\nbody_max = 30\n[followup]\n"
      "max_unanswered = 0\n[recipient]\nstop_scope = \"contract\"\n",
      "name = \"open\"\ninherits = \"default\"\n[free]\nclasses = [\"open_profile\", "
      "\"group_member\"]\nplan_classes = [\"open_profile\"]\nopen_profile_max_per_month = 2\n"
      "[format]\nlinks_max = 1\n[recipient]\nstop_scope = \"sender\"\n",
      "name = \"small\"\ninherits = \"default\"\n[inbox]\nmax_conversations = 3\n"
      "overflow = \"archive_oldest\"\n[retract]\neffect_opened = \"hide_keep_copy\"\n"
      "[reminder]\nafter_s = 43200\nmax = 3\n[reinitiate]\nafter_decline = \"forbid\"\n",
      "name = \"full\"\ninherits = \"default\"\n[inbox]\nmax_conversations = 4\n"
      "overflow = \"reject\"\n[retract]\ncondition = \"any\"\ntombstone_recipient = true\n"
      "[refund]\ncount_auto_reply = true\non = [\"accept\", "
      "\"auto_reply\"]\n[reinitiate]\nafter_decline = \"after_cooldown\"\n"
      "cooldown_s = 86400\n",
      "name = \"limits\"\ninherits = \"default\"\n[seat]\ndaily_max = 3\nfirst_week_max = 5\n"
      "monthly_limit = 6\n[spam]\nidentical_max = 1\nburst_max = 2\nburst_window_s = 3600\n"
      "burst_action = \"reject\"\n[refund]\nto = \"seat_quota_too\"\n[recipient]\ndedup_level = "
      "\"medium\"\n"
      "dedup_action = \"block\"\n",
      "name = \"loose\"\ninherits = \"default\"\n[seat]\ndaily_max = 2\nday_mode = "
      "\"rolling_24h\"\nfree_counts_to_daily = false\nfirst_week_max = 8\nfirst_week_mode = "
      "\"rolling_7d\"\nmonthly_limit = 4\nmonthly_counts = \"charged_only\"\n[spam]\n"
      "identical_max = 2\nburst_max = 1\nburst_window_s = 600\nburst_action = \"alert\"\n[refund]\n"
      "to = \"seat_quota_too\"\n"
      "[recipient]\ndedup_level = \"low\"\ndedup_action = \"require_override_reason\"\n[free]\n"
      "classes = [\"replied_thread\", \"veteran_like\", \"previous_unlock\"]\n"
      "plan_classes = [\"veteran_like\"]\nunlock_ttl_s = 2592000\n",
      "name = \"high\"\ninherits = \"default\"\n[seat]\nweek_start = \"sunday_utc\"\n"
      "first_week_max = 2\n[recipient]\ndedup_level = \"high\"\n",
      "name = \"success\"\ninherits = \"default\"\n[charge]\nwhen = \"at_accept\"\ncost = 2\n"
      "accept_timeout_s = 259200\nrelease_user_cancel = \"fresh_lot\"\n[retract]\n"
      "condition = \"any\"\n[plan]\ntrial_grant = 2\nproration = \"by_day_floor\"\n"
      "renewal_anchor = \"fixed_day\"\nrenewal_day = 31\n[lot]\nttl_s = 172800\n"
      "transferable = true\n",
      "name = \"sorry\"\ninherits = \"default\"\n[refund]\non = [\"accept\", \"blocked\", "
      "\"recipient_closed\"]\n[purchase]\nrequires_premium = false\nmax_per_period = 15\n"
      "refundable_s = 86400\nsurvives_cancel = true\n[lot]\npurchase_ttl_s = 86400\n"
      "transferable = true\n[accum]\n"
      "cap_when = \"always\"\ncap_abs = 6\ncap_scope = [\"monthly\", \"refund\", \"adjust\"]\n",
      "name = \"choosy\"\ninherits = \"default\"\n[limit]\nattachments_max = 1\n"
      "signature_max = 30\n"
      "[recipient]\ninbound_daily_max = 1\ninbound_weekly_max = 3\n[recipient.accept_filters]\n"
      "purposes = [\"job\", \"other\"]\nlanguages = [\"en\"]\n",
      "name = \"late\"\ninherits = \"default\"\n[followup]\ncharge = false\n[charge]\nwhen = "
      "\"at_dispatch\"\n[draft]\n"
      "max_per_seat = 2\nttl_s = 86400\n[plan.career]\ncan_schedule = true\ncan_followup = true\n"
      "[plan.recruiter_lite]\ncan_followup = true\n",
      linked_terms,
      "name = \"linked-later\"\ninherits = \"seed1\"\n[charge]\nwhen = \"at_accept\"\ncost = 2\n"
      "[plan]\npool_scope = \"linked_accounts\"\n",
      "name = \"early\"\ninherits = \"default\"\n[lot]\ntransferable = "
      "true\n[followup]\nmax_unanswered = 3\nmin_gap_s = 0\n"
      "[plan.business]\ncan_schedule = true\ncan_followup = true\n[plan.recruiter_lite]\n"
      "can_followup = true\n",
  };
  if (people.one_in(2)) return AdoptPolicy{documents[people.pick(documents.size())]};
  return AdoptPolicy{to_toml(*preset(presets[people.pick(presets.size())]))};
}

Command buy(People& people) {
  constexpr std::array packs{"p5", "p5", "p5", "p50", "p7"};
  const bool again = people.one_in(8);
  const StreamId owner = people.any_owner();
  return PurchaseCredits{owner, packs[people.pick(packs.size())],
                         again ? people.any_payment().payment_ref : people.new_payment()};
}

Command pay_back(People& people) {
  ReversePurchase back = people.any_payment();
  back.chargeback = people.one_in(3);
  return back;
}

Command adjust(People& people) {
  const auto credits = static_cast<std::int32_t>(1 + people.pick(4));
  return AdjustCredits{people.any_owner(), people.one_in(2) ? credits : -credits, 1,
                       people.words("A correction")};
}

Command transfer(People& people) {
  const StreamId from = people.any_owner();
  StreamId to = people.any_owner();
  while (to == from) to = people.anyone();
  return TransferCredits{from, to, static_cast<std::uint32_t>(1 + people.pick(4)), 1};
}

Command erase(People& people) {
  return EraseMember{people.one_in(10) ? MemberId{777} : people.anyone(), people.one_in(2)};
}

const std::array table{
    act<RegisterMember>(1,
                        [](People& people) -> Command {
                          const MemberId member{1 + people.pick(People::members + 2)};
                          return people.newcomer(member);
                        }),
    act<SetPreference>(3, prefer),
    act<BlockMember>(3,
                     [](People& people) -> Command {
                       return BlockMember{people.anyone(), people.anyone()};
                     }),
    act<UnblockMember>(3,
                       [](People& people) -> Command {
                         return UnblockMember{people.anyone(), people.anyone()};
                       }),
    act<StartSubscription>(3,
                           [](People& people) -> Command {
                             StartSubscription start{people.any_owner(), people.any_plan()};
                             if (people.one_in(4)) start.trial_days = 5;
                             return start;
                           }),
    act<ChangePlan>(2,
                    [](People& people) -> Command {
                      return ChangePlan{people.any_owner(), people.any_plan()};
                    }),
    act<CancelSubscription>(
        1, [](People& people) -> Command { return CancelSubscription{people.any_owner()}; }),
    act<GrantBonus>(4,
                    [](People& people) -> Command {
                      const auto credits = static_cast<std::uint32_t>(1 + people.pick(3));
                      return GrantBonus{people.any_owner(), credits, 1, people.words("Thanks")};
                    }),
    act<CreateContract>(1,
                        [](People& people) -> Command {
                          return CreateContract{ContractId{1 + people.pick(2)}, 4};
                        }),
    act<AddSeat>(1,
                 [](People& people) -> Command {
                   const SeatId seat{1 + people.pick(People::seats + 2)};
                   const ContractId contract{1 + people.pick(2)};
                   const std::uint64_t strange = people.one_in(4) ? People::members : 0;
                   return AddSeat{contract, seat, MemberId{seat.value + strange}};
                 }),
    act<SendInMail>(36, send),
    act<OpenInMail>(12, open),
    act<Respond>(16, respond),
    act<RetractInMail>(4, retract),
    act<SendMessage>(6, write),
    act<AdoptPolicy>(2, adopt),
    act<EraseMember>(1, erase),
    act<SetConnection>(4,
                       [](People& people) -> Command {
                         const MemberId one = people.anyone();
                         return SetConnection{one, people.anyone_but(one)};
                       }),
    act<RemoveConnection>(2,
                          [](People& people) -> Command {
                            const MemberId one = people.anyone();
                            return RemoveConnection{people.anyone_but(one), one};
                          }),
    act<StopSender>(2, stop),
    act<AllowSender>(2, allow),
    act<UndoSend>(6, undo),
    act<MarkUnread>(2, mark_unread),
    act<ArchiveConversation>(3, archive),
    act<StarConversation>(1, star),
    act<TagConversation>(2, tag),
    act<FollowLink>(2, follow),
    act<SetSeatMonthlyLimit>(1, limit),
    act<PurchaseCredits>(3, buy),
    act<ReversePurchase>(2, pay_back),
    act<AdjustCredits>(2, adjust),
    act<PaymentFailed>(2,
                       [](People& people) -> Command { return PaymentFailed{people.any_owner()}; }),
    act<PaymentRecovered>(
        3, [](People& people) -> Command { return PaymentRecovered{people.any_owner()}; }),
    act<SetInboundRules>(2, choose),
    act<UpdateProfile>(1, present),
    act<ScheduleInMail>(8, schedule),
    act<RescheduleInMail>(2, reschedule),
    act<CancelScheduled>(2, cancel),
    act<AddFollowUp>(4, follow_up),
    act<SaveDraft>(3, save),
    act<DiscardDraft>(1, discard),
    act<TransferCredits>(2, transfer),
    act<LinkAccounts>(3, link),
    act<UnlinkAccount>(1, unlink),
};
static_assert(table.size() == std::variant_size_v<Command>,
              "every kind of command has an entry, and so is simulated");

}  // namespace

std::span<const Act> acts() { return table; }

std::vector<Command> People::beginning() {
  std::vector<Command> commands;
  const bool shares = one_in(4);
  if (shares)
    commands.push_back(AdoptPolicy{linked_terms});
  else if (one_in(2))
    commands.push_back(adopt(*this));  // Lives are short, and terms change seldom.
  for (std::uint64_t each = 1; each <= members; ++each)
    commands.push_back(newcomer(MemberId{each}));
  commands.push_back(CreateContract{ContractId{1}, static_cast<std::uint32_t>(seats + 1)});
  for (std::uint64_t each = 1; each <= seats; ++each)
    commands.push_back(AddSeat{ContractId{1}, SeatId{each}, MemberId{each}});
  if (one_in(3)) {
    // A second contract wants the same seat at the same moment.
    const SeatId wanted{seats + 1};
    commands.push_back(CreateContract{ContractId{2}, 4});
    for (const ContractId each : {ContractId{1}, ContractId{2}})
      commands.push_back(AddSeat{each, wanted, MemberId{wanted.value}});
    commands.push_back(StartSubscription{ContractId{2}, PlanKind::recruiter_lite});
  }
  commands.push_back(StartSubscription{ContractId{1}, PlanKind::recruiter_lite});
  for (std::uint64_t each = 1; each <= members; ++each) {
    const PlanKind plan = each == 1 ? PlanKind::business : PlanKind::career;
    commands.push_back(StartSubscription{MemberId{each}, shares ? plan : any_plan()});
  }
  for (std::uint64_t each = 2; shares && each <= members; ++each)
    if (!one_in(3)) commands.push_back(LinkAccounts{MemberId{1}, MemberId{each}});
  return commands;
}

Command People::next() {
  const unsigned sum = std::accumulate(table.begin(), table.end(), 0U,
                                       [](unsigned all, const Act& a) { return all + a.weight; });
  std::uint64_t lot = pick(sum);
  for (const Act& each : table) {
    if (lot < each.weight) return each.make(*this);
    lot -= each.weight;
  }
  return table.back().make(*this);
}

}  // namespace inmail::sim
