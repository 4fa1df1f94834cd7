#include "actors/when_durable.hpp"

#include <memory>
#include <utility>

#include "actors/registry.hpp"
#include "events/policy.hpp"

namespace inmail {
namespace {

bool is_erasure(const Event& event) {
  return std::holds_alternative<MemberErased>(event) ||
         std::holds_alternative<ReceivedErased>(event);
}

}  // namespace

OnDurable answer_when_durable(const Behalf& behalf, SettlementShare settlement) {
  OnAnswer reply = behalf.answers != nullptr ? behalf.answers->reply : OnAnswer{};
  return [reply = std::move(reply), refusal = behalf.refusal,
          settlement = std::move(settlement)](Result<Position> written) {
    if (settlement) {
      if (written)
        settlement->reached(*written);
      else
        settlement->lost();
    }
    if (!reply) return;
    Answer answer;
    if (written) {
      answer.kind = refusal ? AnswerKind::rejected : AnswerKind::ok;
      answer.position = *written;
      if (refusal) answer.refusal = *refusal;
    }
    reply(answer);
  };
}

OnDurable adopt_when_durable(const std::vector<Event>& events, PolicyShelf& shelf, OnDurable then) {
  const auto* adopted = std::get_if<PolicyAdopted>(&events.back());
  if (adopted == nullptr) return then;
  auto policy = parse_policy(adopted->document, "policy");
  invariant(policy.ok(), "an adopted policy can be read");
  return [&shelf, version = adopted->version, then = std::move(then),
          shared =
              std::make_shared<const Policy>(std::move(policy).value())](Result<Position> written) {
    if (written) shelf.add(version, shared);
    then(std::move(written));
  };
}

bool waits_for_disk(const NoticeKey& duty) {
  return duty.kind == NoticeKind::destroy_key || duty.kind == NoticeKind::destroy_received;
}

KeyId key_to_destroy(const NoticeKey& duty, MemberId member) {
  const bool is_received = duty.kind == NoticeKind::destroy_received;
  return {member, is_received ? KeyUse::received : KeyUse::wrote};
}

OnDurable destroy_keys_when_durable(const std::vector<Event>& events, const Notice& told_as,
                                    Registry& registry, SettlementShare settlement,
                                    OnDurable then) {
  std::vector<std::pair<std::size_t, Notice>> notices;  // With how many records come behind.
  for (std::size_t i = 0; i < events.size() && is_erasure(events[i]); ++i)
    for (const Obligation& duty : obligations_of(told_as.from, events[i])) {
      Notice notice = told_as;
      notice.key = duty.key;
      notice.event = std::make_shared<const Event>(events[i]);
      notices.emplace_back(events.size() - 1 - i, std::move(notice));
    }
  if (notices.empty()) return then;
  return [notices = std::move(notices), settlement = std::move(settlement), &registry,
          then = std::move(then)](Result<Position> written) mutable {
    // Answered first: it is on record, however the duty fares.
    then(written);
    if (!written) return;
    for (auto& [behind, notice] : notices) {
      const StreamId itself = notice.from;
      notice.position = Position{written->value - behind};
      registry.post(itself, Mail{std::move(notice), settlement});
    }
  };
}

}  // namespace inmail
