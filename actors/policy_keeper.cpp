#include "actors/policy_keeper.hpp"

namespace inmail {

Decision PolicyKeeper::decide(StreamId, const State& state, const Command& command,
                              const Context& context) {
  if (!may_give(context.asked_by, command)) return Decision::reject(Rejection::not_allowed);
  const auto* adopt = std::get_if<AdoptPolicy>(&command);
  invariant(adopt != nullptr, "only a policy is told to the keeper of the policy");
  const auto policy = parse_policy(adopt->document, "policy");
  if (!policy) return Decision::reject(Rejection::policy_invalid);
  std::string document = to_toml(*policy);
  if (!state.documents.empty() && state.documents.back() == document) return Decision::accept();

  return Decision::happened(
      PolicyAdopted{PolicyVersion{state.documents.size() + 1}, policy->name, std::move(document)});
}

std::vector<Event> PolicyKeeper::on_notice(StreamId, const State&, const Notice&, const Context&) {
  throw_defect("nothing obliges the keeper of the policy");
}

std::vector<Event> PolicyKeeper::fall_due(StreamId, const State&, const Due&, const Context&) {
  return {};
}

void PolicyKeeper::evolve(State& state, const Event& event, const Stamp&) {
  std::visit(
      match{
          [&](const PolicyAdopted& e) {
            invariant(e.version.value == state.documents.size() + 1,
                      "policy versions count up by one");
            state.documents.push_back(e.document);
          },
          [](const CommandRejected&) {},
          [](const CommandAccepted&) {},
          [](const auto&) { throw_defect("the policy's stream holds an event of another kind"); },
      },
      event);
}

std::size_t PolicyKeeper::footprint(const State& state) {
  std::size_t bytes = 0;
  for (const std::string& document : state.documents) bytes += document.capacity();
  return bytes;
}

}  // namespace inmail
