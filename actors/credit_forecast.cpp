#include "actors/credit_forecast.hpp"

#include "actors/credit_account.hpp"

namespace inmail {
namespace {

/// What an account has on the agenda of its stream.
Agenda agenda_of(const CreditAccount& account) {
  Agenda agenda;
  for (const Lot& lot : account.lots)
    if (lot.expires_at && lot.available > 0)
      agenda.insert(due(*lot.expires_at, DueKind::lot_expires, lot.id));
  if (!account.plan) return agenda;
  if (account.ends_at)
    agenda.insert(due(*account.ends_at, DueKind::subscription_ends));
  else if (!account.past_due)
    agenda.insert(due(account.next_renewal_at, DueKind::cycle_renews));
  return agenda;
}

std::optional<ForetoldChange> change_by(const Event& event) {
  return std::visit(match{
                        [](const CreditsGranted& e) -> std::optional<ForetoldChange> {
                          return ForetoldChange{{}, CreditChange::granted, e.lot, e.amount};
                        },
                        [](const CreditsExpired& e) -> std::optional<ForetoldChange> {
                          return ForetoldChange{{}, CreditChange::expired, e.lot, e.amount};
                        },
                        [](const CreditsForfeited& e) -> std::optional<ForetoldChange> {
                          return ForetoldChange{{}, CreditChange::forfeited, e.lot, e.amount};
                        },
                        [](const CreditsVoided& e) -> std::optional<ForetoldChange> {
                          return ForetoldChange{{}, CreditChange::voided, e.lot, e.amount};
                        },
                        [](const auto&) { return std::optional<ForetoldChange>{}; },
                    },
                    event);
}

void fold(CreditAccount& account, Agenda& agenda, const Event& event, const Stamp& stamp) {
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { evolve(account, agenda, e, stamp); })
          evolve(account, agenda, e, stamp);
        else if constexpr (requires { evolve(account, agenda, e); })
          evolve(account, agenda, e);
      },
      event);
}

}  // namespace

CreditForecast forecast_credits(const CreditAccount& account, std::uint32_t seats,
                                const Policy& policy, Timestamp until) {
  CreditForecast forecast{.plan = account.plan,
                          .in_trial = account.in_trial,
                          .past_due = account.past_due,
                          .available = account.available(),
                          .ends_at = account.ends_at};
  for (const Lot& lot : account.lots) forecast.may_come_back += lot.in_charges;

  CreditAccount later = account;
  Agenda agenda = agenda_of(account);
  if (account.plan && !account.ends_at && !account.past_due) {
    forecast.next_renewal_at = account.next_renewal_at;
    const Due renewal = due(account.next_renewal_at, DueKind::cycle_renews);
    for (const Event& event : account_falls_due(account, renewal, seats, policy))
      if (const auto* granted = std::get_if<CreditsGranted>(&event))
        forecast.next_grant = granted->amount;
  }
  while (!agenda.empty() && agenda.begin()->at <= until) {
    const Due next = *agenda.begin();
    for (const Event& event : account_falls_due(later, next, seats, policy)) {
      fold(later, agenda, event, {.at = next.at});
      auto change = change_by(event);
      if (!change) continue;
      if (forecast.changes.size() == CreditForecast::changes_max) {
        forecast.is_whole = false;
        return forecast;
      }
      change->at = next.at;
      change->available = later.available();
      forecast.changes.push_back(*change);
    }
  }
  return forecast;
}

}  // namespace inmail
