#include "tools/credit_forecast.hpp"

#include "actors/contract.hpp"
#include "actors/member.hpp"
#include "tools/json_values.hpp"

namespace inmail::tools {
namespace {

/// What a forecast needs of a log: one stream's state, and the policies.
template <class Decider>
class Reading {
 public:
  explicit Reading(StreamId owner) : owner_(owner) {}

  Status apply(const Record& record) {
    const RecordHeader& header = record.header;
    now_ = std::max(now_, header.time);
    if (const auto* adopted = std::get_if<PolicyAdopted>(&record.event)) {
      auto policy = parse_policy(adopted->document, "policy");
      if (!policy) return policy.error();
      book_.versions.push_back(std::make_shared<const Policy>(std::move(policy).value()));
    }
    if (header.stream == owner_)
      Decider::evolve(state_, record.event, {header.due_at, header.version, header.policy});
    return {};
  }

  std::optional<CreditForecast> foretell(std::uint64_t days) const {
    if (book_.versions.empty()) return std::nullopt;
    const Context context{.now = now_, .version = book_.current(), .policies = &book_};
    return Decider::foretell_credits(state_, context,
                                     now_ + std::chrono::days{static_cast<std::int64_t>(days)});
  }

 private:
  const StreamId owner_;
  PolicyBook book_;
  Timestamp now_{};
  typename Decider::State state_;
};

template <class Decider>
Result<std::optional<CreditForecast>, Failure> foretell(const StoreReader& store, StreamId owner,
                                                        const ReplayLimit& limit,
                                                        std::uint64_t days) {
  Reading<Decider> reading(owner);
  Status fine;
  const auto read = for_each_record(store.log(), Position{1}, [&](const Record& record) {
    const bool is_past = (limit.through && record.header.position > *limit.through) ||
                         (limit.until && record.header.time > *limit.until);
    if (is_past) return false;
    fine = reading.apply(record);
    return fine.ok();
  });
  if (!fine) return no_store(fine.error());
  if (!read) return no_store(read.error());
  return reading.foretell(days);
}

}  // namespace

Result<std::optional<CreditForecast>, Failure> foretell_credits(const StoreReader& store,
                                                                StreamId owner,
                                                                const ReplayLimit& limit,
                                                                std::uint64_t days) {
  return owner.kind() == StreamKind::member ? foretell<Member>(store, owner, limit, days)
                                            : foretell<Contract>(store, owner, limit, days);
}

Json to_json(const CreditForecast& forecast) {
  Json json = {{"plan", to_json(forecast.plan)},
               {"in_trial", forecast.in_trial},
               {"past_due", forecast.past_due},
               {"available", forecast.available},
               {"may_come_back", forecast.may_come_back},
               {"next_renewal_at", to_json(forecast.next_renewal_at)},
               {"next_grant", forecast.next_grant},
               {"ends_at", to_json(forecast.ends_at)}};
  if (forecast.spends_from) json["spends_from"] = to_json(*forecast.spends_from);
  return json;
}

Json to_json(const ForetoldChange& change) {
  return {{"at", to_json(change.at)},
          {"what", to_json(change.what)},
          {"lot", to_json(change.lot)},
          {"amount", change.amount},
          {"available", change.available}};
}

}  // namespace inmail::tools
