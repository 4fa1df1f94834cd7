#include <algorithm>

#include "tests/simulation/model.hpp"

// Who may write to whom, and for nothing: connections, stops, open profiles.

namespace inmail::sim {
namespace {

bool has(std::string_view text, std::string_view sign) {
  return text.find(sign) != std::string_view::npos;
}

std::int64_t count_of(std::string_view text, std::string_view sign) {
  std::int64_t count = 0;
  for (auto at = text.find(sign); at != std::string_view::npos; at = text.find(sign, at + 1))
    ++count;
  return count;
}

}  // namespace

bool Model::stops(const Person& person, MemberId from, StreamId pool) {
  return std::any_of(person.stopped.begin(), person.stopped.end(), [&](const auto& entry) {
    const auto& [the_person, contracts] = entry.second;
    const bool is_contract = pool.kind() == StreamKind::contract;
    return (the_person && entry.first == from) ||
           (is_contract && contracts.contains(pool.contract()));
  });
}

bool Model::is_available(MemberId to, MemberId from, StreamId pool, bool premium) {
  const Person& person = people_[to];
  const RecipientPolicy& rules = policy().recipient;
  if (person.blocked.contains(from) || stops(person, from, pool)) return false;
  if (is_full(to, InboxOverflow::reject)) return false;
  if (rules.premium_override && premium && is_premium(to)) return true;
  if (person.preference == InMailPreference::opted_out)
    return rules.optout_scope == OptoutScope::free_senders_only &&
           (premium || person.connections.contains(from));
  return person.preference == InMailPreference::on;
}

bool Model::is_banned(const Person& person) const {
  const auto& banned = policy().recipient.banned_lists;
  return std::any_of(banned.begin(), banned.end(), [&](const std::string& list) {
    return std::count(person.lists.begin(), person.lists.end(), list) > 0;
  });
}

bool Model::is_welcome(const Mail& mail) {
  const Person& person = people_[mail.to];
  return person.registered && !is_banned(person) && !is_over_quota(mail.to) &&
         is_available(mail.to, mail.from, mail.pool, mail.from_premium);
}

bool Model::is_among_free_plans(const std::set<FreeClass>& classes) const {
  return std::any_of(classes.begin(), classes.end(),
                     [&](FreeClass each) { return policy().free.plan_classes.has(each); });
}

std::set<FreeClass> Model::free_classes_of(const SendInMail& c) {
  using enum FreeClass;
  const Policy& rules = policy();
  std::set<FreeClass> fitting;
  const bool are_connected = is_connected(c.to, c.from);
  if (are_connected && rules.recipient.first_degree == FirstDegreeRule::free)
    fitting.insert(first_degree);
  if (c.hints.applicant) fitting.insert(job_applicant);
  if (c.hints.degree == Degree::group && !are_connected) fitting.insert(group_member);
  if (people_[c.to].open_profile && is_premium(c.to)) fitting.insert(open_profile);
  if (c.veteran) fitting.insert(veteran_like);
  const StreamId sender = record_->header.stream;
  for (const auto& [id, mail] : mails_)
    if (mail.sender == sender && mail.to == c.to && mail.told && mail.reply &&
        (mail.reopening_told || !(mail.canned && mail.reply == ReplyKind::decline)))
      fitting.insert(replied_thread);
  const auto unlock = unlocks_.find({sender, c.to});
  if (unlock != unlocks_.end() && record_->header.time < unlock->second.second)
    fitting.insert(previous_unlock);
  std::erase_if(fitting, [&](FreeClass each) { return !rules.free.classes.has(each); });
  return fitting;
}

/// Who may send nothing else takes the one that lets it send.
std::optional<FreeClass> Model::free_class_of(const SendInMail& c, StreamId pool) {
  using enum FreeClass;
  std::set<FreeClass> fitting = free_classes_of(c);
  const Account& account = accounts_[pool];
  const bool may_pay = !account.has_lapsed() &&
                       policy().terms(account.plan.value_or(PlanKind::free)).can_send_inmail;
  if (pool == StreamId{c.from} && !may_pay && is_among_free_plans(fitting))
    std::erase_if(fitting, [&](FreeClass each) { return !policy().free.plan_classes.has(each); });
  for (const FreeClass each : {first_degree, job_applicant, group_member, veteran_like,
                               replied_thread, previous_unlock, open_profile})
    if (fitting.contains(each)) return each;
  return {};
}

Model::Refused Model::judge_recipient(const SendInMail& c, StreamId pool) {
  const Policy& rules = policy();
  const Person& to = people_[c.to];
  const bool premium = pool != StreamId{c.from} || is_premium(c.from);
  const bool blocks = !c.seat && people_[c.from].blocked.contains(c.to);
  if (blocks || !is_available(c.to, c.from, pool, premium)) return Rejection::recipient_unavailable;
  if (is_banned(to)) return Rejection::banned_list;
  if (rules.recipient.require_public_profile && !to.public_profile)
    return Rejection::profile_not_public;
  const bool connected = is_connected(c.to, c.from);
  const PlanTerms& plan = rules.terms(accounts_[pool].plan.value_or(PlanKind::free));
  if (!connected && c.hints.degree && *c.hints.degree > plan.max_degree)
    return Rejection::out_of_degree;
  if (connected && rules.recipient.first_degree == FirstDegreeRule::forbid)
    return Rejection::first_degree_forbidden;
  return judge_filters(c);
}

Model::Refused Model::judge_signs(const SendInMail& c) const {
  const FormatPolicy& rules = policy().format;
  const std::string_view body = c.body.plain();
  const std::int64_t bad = count_of(body, "(http:");
  const std::int64_t links = count_of(body, "https:") + bad;
  if (has(body, "<b>") && rules.html == HtmlRule::reject) return Rejection::html_not_allowed;
  const bool breaks = (has(body, "\n- ") && !rules.allowed.has(Markup::bullets)) ||
                      (has(body, "\n1. ") && !rules.allowed.has(Markup::numbered)) ||
                      (links > 0 && !rules.allowed.has(Markup::link));
  if (breaks) return Rejection::markup_not_allowed;
  if (links > rules.links_max || bad > 0) return Rejection::link_bad;
  return {};
}

Model::Refused Model::judge_limits(const SendInMail& c,
                                   const std::optional<FreeClass>& counted_as) {
  const Policy& rules = policy();
  const StreamId sender = record_->header.stream;
  const auto month_of = [](Timestamp time) { return to_text(time).substr(0, 7); };
  std::int64_t open = 0;
  bool have_talked = false;
  for (const auto& [id, mail] : mails_) {
    const bool is_ours = mail.sender == sender;
    if (is_ours && mail.was_sent && mail.free_class == FreeClass::open_profile &&
        month_of(mail.sent_at) == month_of(record_->header.time))
      ++open;
    const bool has_come = mail.has_arrived();
    have_talked |= is_ours && mail.to == c.to && mail.told && mail.reply;
    have_talked |= !c.seat && mail.from == c.to && mail.to == c.from && has_come;
  }
  const std::int64_t most = rules.free.open_profile_max_per_month;
  if (counted_as == FreeClass::open_profile && most > 0 && open >= most)
    return Rejection::open_profile_limit;
  if (rules.compliance.require_reason && c.hints.purpose == Purpose::other && !have_talked &&
      !is_connected(c.to, c.from))
    return Rejection::reason_required;
  if (rules.compliance.commercial_use == CommercialUse::forbid && c.hints.purpose == Purpose::sales)
    return Rejection::commercial_use;
  return {};
}

template <class Given, class Change>
void Model::change_connection(const Change& e, bool connects) {
  const MemberId self = record_->header.stream.member();
  must(e.owner == std::min(self, e.with) && self != e.with, "a connection of others");
  const auto* given = command<Given>();
  must(given && std::minmax(given->a, given->b) == std::minmax(self, e.with),
       "another connection than was wished");
  std::set<MemberId>& known = people_[self].connections;
  people_[self].ever_connected.insert(e.with);
  must(connects ? known.insert(e.with).second : known.erase(e.with) == 1,
       "a connection changed into what it was");
}

void Model::on(const ConnectionSet& e) { change_connection<SetConnection>(e, true); }
void Model::on(const ConnectionRemoved& e) { change_connection<RemoveConnection>(e, false); }

void Model::on(const OpenProfileSet& e) {
  Person& person = people_[record_->header.stream.member()];
  const auto* given = command<SetPreference>();
  must(given && given->open_profile == e.on, "not the open profile that was wished");
  must(person.open_profile != e.on, "an open profile changed into itself");
  person.open_profile = e.on;
}

void Model::on(const SenderStopped& e) {
  const MemberId self = record_->header.stream.member();
  const auto* given = command<StopSender>();
  must(given && given->sender == e.sender, "the wrong one was stopped");
  std::set<ContractId> contracts;
  for (const auto& [id, mail] : mails_)
    if (mail.to == self && mail.from == e.sender && mail.pool.kind() == StreamKind::contract &&
        mail.has_arrived())
      contracts.insert(mail.pool.contract());
  const StopScope scope = policy().recipient.stop_scope;
  auto& stop = people_[self].stopped[e.sender];
  stop.first = stop.first || scope != StopScope::contract || contracts.empty();
  if (scope != StopScope::sender) stop.second.insert(contracts.begin(), contracts.end());
  must(e.person == stop.first && std::equal(e.contracts.begin(), e.contracts.end(),
                                            stop.second.begin(), stop.second.end()),
       "more or less was stopped than the policy says");
  forget_reminders([&](const Mail& mail) {
    const bool by_contract =
        mail.pool.kind() == StreamKind::contract && stop.second.contains(mail.pool.contract());
    return by_contract || (stop.first && mail.from == e.sender);
  });
}

void Model::on(const SenderAllowed& e) {
  const auto* given = command<AllowSender>();
  must(given && given->sender == e.sender, "the wrong one was allowed");
  must(people_[record_->header.stream.member()].stopped.erase(e.sender) == 1, "was not stopped");
}

}  // namespace inmail::sim
