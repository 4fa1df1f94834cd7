#include <algorithm>

#include "tests/simulation/model.hpp"

// What people take, and how much.

namespace inmail::sim {

void Model::on(const InboundRulesSet& e) {
  const auto* given = command<SetInboundRules>();
  must(given && given->own == e.own && given->rules == e.rules, "other rules than were wished");
  people_[record_->header.stream.member()].takes = e.own ? std::optional(e.rules) : std::nullopt;
}

void Model::on(const ProfileUpdated& e) {
  const auto* given = command<UpdateProfile>();
  must(given && given->public_profile == e.public_profile && given->lists == e.lists,
       "another profile than was wished");
  Person& person = people_[record_->header.stream.member()];
  person.public_profile = e.public_profile;
  person.lists = e.lists;
}

Model::Refused Model::expect(const SetInboundRules& c) {
  return people_[c.member].registered ? Refused{} : Rejection::unknown_target;
}

Model::Refused Model::expect(const UpdateProfile& c) {
  return people_[c.member].registered ? Refused{} : Rejection::unknown_target;
}

InboundRules Model::takes(const Person& person) const {
  const RecipientPolicy& rules = policy().recipient;
  return person.takes.value_or(
      InboundRules{rules.accept_filters, rules.inbound_daily_max, rules.inbound_weekly_max});
}

/// By the words of the time: "2026-01-31T09:00".
Model::Refused Model::judge_filters(const SendInMail& c) {
  const AcceptFilters filters = takes(people_[c.to]).filters;
  const std::string now = to_text(record_->header.time);
  const int minute = std::stoi(now.substr(11, 2)) * 60 + std::stoi(now.substr(14, 2));
  const bool is_quiet =
      filters.quiet_from_minute <= filters.quiet_until_minute
          ? filters.quiet_from_minute <= minute && minute < filters.quiet_until_minute
          : !(filters.quiet_until_minute <= minute && minute < filters.quiet_from_minute);
  const auto degree = is_connected(c.to, c.from) ? std::optional(Degree::first) : c.hints.degree;
  const auto& languages = filters.languages;
  const bool takes_it =
      (filters.purposes.empty() || filters.purposes.has(c.hints.purpose)) &&
      (!degree || (*degree >= filters.min_degree && *degree <= filters.max_degree)) &&
      (languages.empty() || c.locale.empty() ||
       std::count(languages.begin(), languages.end(), c.locale.substr(0, 2)) > 0) &&
      (c.offers_compensation || !filters.require_compensation) && !is_quiet;
  if (!takes_it) return Rejection::recipient_filter;
  return is_over_quota(c.to) ? Refused{Rejection::recipient_quota} : Refused{};
}

bool Model::is_over_quota(MemberId member) {
  const InboundRules rules = takes(people_[member]);
  const Timestamp now = record_->header.time;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto monday = today - (std::chrono::weekday{today} - std::chrono::Monday);
  std::int64_t in_day = 0;
  std::int64_t in_week = 0;
  for (const auto& [id, mail] : mails_) {
    if (mail.to != member || !mail.has_arrived()) continue;
    if (mail.delivered_at >= today) ++in_day;
    if (mail.delivered_at >= monday) ++in_week;
  }
  return (rules.daily_max > 0 && in_day >= rules.daily_max) ||
         (rules.weekly_max > 0 && in_week >= rules.weekly_max);
}

}  // namespace inmail::sim
