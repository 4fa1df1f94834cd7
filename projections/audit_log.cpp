#include <array>

#include "projections/audit_rules.hpp"

// What must hold of the log itself, whatever its records say.

namespace inmail::auditing {
namespace {

// IL1.

void records_are_in_order(const Step& step, Verdict& verdict) {
  const RecordHeader& header = step.header;
  const StreamState& stream = step.stream;
  verdict.check(header.position.value == step.world.last().value + 1, "position ", header.position,
                " comes after ", step.world.last());
  verdict.check(header.version.value == stream.version.value + 1, header.stream, " has version ",
                header.version, " after ", stream.version);
  verdict.check(header.time >= stream.time && header.due_at <= header.time, header.stream,
                " was recorded at ", header.time, ", due at ", header.due_at, ", after ",
                stream.time);
  // The first policy is adopted by none, and so is what was asked for before it.
  verdict.check(header.policy >= stream.policy && header.policy.value <= step.world.policies(),
                header.stream, " was decided by policy ", header.policy, " after ", stream.policy,
                ", where ", step.world.policies(), " are adopted");
  if (const auto* e = std::get_if<PolicyAdopted>(&step.event))
    verdict.check(
        e->version.value == step.world.policies() + 1 && parse_policy(e->document, "policy").ok(),
        "policy ", e->version, " is not the next one, or cannot be read");
}

// IL3.

/// An InMail has the id of the command that sent it, and so have the records that carry it out.
const InMailId* carried_out_by_its_own_command(const Event& event) {
  return std::visit(match{
                        [](const InMailSent& e) { return &e.inmail; },
                        [](const CreditReserved& e) { return &e.inmail; },
                        [](const CreditCharged& e) { return &e.inmail; },
                        [](const CreditReleased& e) { return &e.inmail; },
                        [](const InMailDelivered& e) { return &e.ref.inmail; },
                        [](const InMailFailed& e) { return &e.ref.inmail; },
                        [](const auto&) { return static_cast<const InMailId*>(nullptr); },
                    },
                    event);
}

void commands_act_once(const Step& step, Verdict& verdict) {
  const RecordHeader& header = step.header;
  const CommandId& running = step.stream.running;
  if (!running.is_zero())
    verdict.check(header.cause == running, header.stream, " went on before command ", running,
                  " was answered");
  if (is_decided(step.event))
    verdict.check(!header.cause.is_zero(), header.stream, " decided without a command");
  if (const InMailId* inmail = carried_out_by_its_own_command(step.event))
    verdict.check(header.cause == command_of(*inmail), *inmail, " was carried on by command ",
                  header.cause);
  if (!header.is_receipt) return;
  const Position before = step.world.answer_to(header.cause);
  verdict.check(before.value == 0, "command ", header.cause, " was answered before, at position ",
                before);
  verdict.check(!header.cause.is_zero() && header.payload_hash != PayloadHash{}, "an answer in ",
                header.stream, " does not say to which command, or to what payload");
}

void no_command_is_left(const World& world, Timestamp, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    if (stream.running.is_zero()) return;
    verdict.at(world.last(), id)
        .fail("the log ends before command ", stream.running, " was answered in ", id);
  });
}

constexpr std::array rules{
    Rule{"IL1", "the chain is whole, and positions, versions, times and policies are in order",
         records_are_in_order},
    Rule{"IL2", "a replay from zero makes the rows that the views have"},
    Rule{"IL3",
         "a command is answered once, and what it decided stands in one run before the answer",
         commands_act_once, nullptr, no_command_is_left},
};

}  // namespace

std::span<const Rule> log_rules() { return rules; }

}  // namespace inmail::auditing
