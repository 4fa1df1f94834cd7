#include <array>
#include <concepts>

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
/// (What waits to be accepted, the recipient's answer or time books.)
const InMailId* carried_out_by_its_own_command(const Event& event) {
  return std::visit(match{
                        [](const InMailSent& e) { return &e.inmail; },
                        [](const InMailScheduled& e) { return &e.inmail; },
                        [](const CreditReserved& e) { return &e.inmail; },
                        [](const CreditCharged& e) { return &e.inmail; },
                        [](const CreditReleased& e) {
                          // Who cancels an InMail gives a command of its own.
                          const bool by_another = e.reason == ReleaseReason::taken_back ||
                                                  e.reason == ReleaseReason::not_dispatched;
                          return by_another ? nullptr : &e.inmail;
                        },
                        [](const UndoWindowClosed& e) { return &e.inmail; },
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
  if (is_decided(header, step.event))
    verdict.check(!header.cause.is_zero(), header.stream, " decided without a command");
  const bool has_waited = step.inmail != nullptr && step.inmail->on_accept;
  if (const InMailId* inmail = carried_out_by_its_own_command(step.event); inmail && !has_waited)
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

// IL5.

/// To whom the texts of an event are written.
std::optional<MemberId> addressee_of(const Event& event) {
  return std::visit(
      []<class Each>(const Each& e) -> std::optional<MemberId> {
        if constexpr (requires {
                        { e.to } -> std::convertible_to<std::optional<MemberId>>;
                      })
          return e.to;
        else if constexpr (std::is_same_v<Each, Replied>)
          return e.ref.from;
        else
          return std::nullopt;
      },
      event);
}

template <class Visit>
void each_text_to_read(const Event& event, Visit&& visit) {
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { e.subject; }) visit(e.subject), visit(e.body);
        if constexpr (requires { e.signature; }) visit(e.signature);
        if constexpr (requires { e.attachments; })
          for (const Attachment& each : e.attachments) visit(each.name);
        if constexpr (requires { e.text; }) visit(e.text);
      },
      event);
}

/// The key of somebody else would keep a text alive, or take it along.
void texts_are_for_their_readers(const Step& step, Verdict& verdict) {
  each_text_to_read(step.event, [&](const Text& text) {
    if (const auto reader = text.reader())
      verdict.check(reader == addressee_of(step.event), "a text was sealed for ", StreamId(*reader),
                    ", and not written to them");
  });
}

void the_erased_are_gone(const Step& step, Verdict& verdict) {
  const StreamId stream = step.header.stream;
  texts_are_for_their_readers(step, verdict);
  const bool is_erased = step.stream.erased_at.has_value();
  if (const auto* e = std::get_if<MemberErased>(&step.event))
    verdict.check(step.stream.registered && StreamId(e->member) == stream, stream,
                  " was erased, and is not there, or was erased before");
  if (std::holds_alternative<MemberKeyDestroyed>(step.event))
    verdict.check(is_erased && !step.stream.key_destroyed, "the key of ", stream,
                  " was destroyed, and is not to be, or was before");
  // Once, and by nobody but who is erased.
  if (const auto* e = std::get_if<ReceivedErased>(&step.event))
    verdict.check(is_erased && StreamId(e->member) == stream && !step.stream.received_erased_at,
                  "what ", stream, " received was erased, and ", stream,
                  " is there, or it was before");
  if (std::holds_alternative<ReceivedKeyDestroyed>(step.event))
    verdict.check(step.stream.received_erased_at && !step.stream.received_key_destroyed,
                  "the key of what ", stream,
                  " received was destroyed, and is not to be, or was before");
  if (!is_erased) return;
  const bool may_be = std::holds_alternative<CommandRejected>(step.event) ||
                      std::holds_alternative<CommandAccepted>(step.event) ||
                      std::holds_alternative<ReceivedErased>(step.event);
  verdict.check(may_be || !is_decided(step.header, step.event), stream,
                " was erased, and decided on ", type_of(step.event).name);
}

void nothing_of_the_erased_is_left(const World& world, Timestamp since, Verdict& verdict) {
  world.each_stream([&](StreamId id, const StreamState& stream) {
    if (!stream.erased_at) return;
    verdict.at(stream.erased_position, id)
        .check(stream.key_destroyed || *stream.erased_at >= since, id,
               " was erased, and its key never destroyed");
    const std::int64_t left = stream.pool ? stream.pool->total.available : 0;
    verdict.check(left == 0, id, " was erased, and has ", left, " credits");
    if (stream.received_erased_at)
      verdict.at(stream.received_erased_position, id)
          .check(stream.received_key_destroyed || *stream.received_erased_at >= since, "what ", id,
                 " received was erased, and its key never destroyed");
  });
}

constexpr std::array rules{
    Rule{"IL1", "the chain is whole, and positions, versions, times and policies are in order",
         records_are_in_order},
    Rule{"IL2", "a replay from zero makes the rows that the views have"},
    Rule{"IL3",
         "a command is answered once, and what it decided stands in one run before the answer",
         commands_act_once, nullptr, no_command_is_left},
    Rule{"IL5",
         "who was erased decides nothing, has no credits, no key to what they wrote, nor, if so "
         "ordered, to what others wrote to them; which is sealed for them and nobody else",
         the_erased_are_gone, nullptr, nothing_of_the_erased_is_left},
};

}  // namespace

std::span<const Rule> log_rules() { return rules; }

}  // namespace inmail::auditing
