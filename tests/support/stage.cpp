#include "tests/support/stage.hpp"

namespace inmail::test {

template <class Decider>
std::string Stage<Decider>::row() const {
  std::string bytes;
  encode_to(self_, bytes);
  return bytes;
}

template <class Decider>
Step Stage<Decider>::command(Command command, Timestamp now, CommandId id, Principal asked_by) {
  seal_texts(command, id);
  Context context = make_context(now);
  context.asked_by = asked_by;
  context.id = id;
  Step step;
  step.id = id;
  settle(context, step);
  dispatch_all(context, step);
  Admission admission;
  if constexpr (requires { Decider::looks_at(self_.state, command); }) {
    if (const auto member = Decider::looks_at(self_.state, command)) {
      admission = admission_of(*member);
      context.recipient = &admission;
    }
  }
  if constexpr (requires { &Decider::asks; })
    if (const auto seat = Decider::asks(self_.state, command, context))
      context.seat_is_open = open_seats_.contains(*seat);
  if constexpr (requires { &Decider::needs_reservation; })
    step.reservation = Decider::needs_reservation(id_, self_.state, command, context);
  if (step.reservation) context.pool = answer_to(*step.reservation);
  Decision decision = Decider::decide(id_, self_.state, command, context);
  step.events = decision.events;
  step.refusal = decision.refusal;
  record(stored_form(std::move(decision), command), context, context.now, {id, asked_by, true},
         step);
  return step;
}

template <class Decider>
Step Stage<Decider>::notice(const Notice& notice, Timestamp now) {
  const Context context = make_context(std::max(now, notice.at));
  Step step;
  settle(context, step);
  step.events = Decider::on_notice(id_, self_.state, notice, context);
  record(step.events, context, context.now, {notice.cause, by_system}, step);
  return step;
}

template <class Decider>
Step Stage<Decider>::settle(Timestamp now) {
  Step step;
  const Context context = make_context(now);
  settle(context, step);
  dispatch_all(context, step);
  return step;
}

template <class Decider>
Step Stage<Decider>::happened(std::vector<Event> events, Timestamp now) {
  Step step;
  step.events = events;
  const Context context = make_context(now);
  record(std::move(events), context, context.now, {{}, by_system}, step);
  return step;
}

template <class Decider>
void Stage<Decider>::seal_texts(Command& command, const CommandId& id) {
  invariant(take_marks(command, ground_->keys).ok(), "a text of a test can be normalised");
  std::visit(
      [&]<class Each>(Each& each) {
        if constexpr (requires(Each & c) { c.author(); })
          each.each_text([&](TextField field, Text& text) {
            const auto sealed = seal(text, field, each.author(), each.target(), id, ground_->keys);
            invariant(sealed.ok(), "a text of a test can be sealed");
          });
      },
      command);
}

template <class Decider>
PoolAnswer Stage<Decider>::answer_to(const Reserve& question) const {
  if (ask_) return ask_(question);
  PoolAnswer answer{.cycle = 1};
  if (question.holds) answer.reserved = question.cost;
  return answer;
}

template <class Decider>
Context Stage<Decider>::make_context(Timestamp now) const {
  return {.now = std::max(now, self_.time),
          .version = ground_->book.current(),
          .policies = &ground_->book,
          .asked_by = {},
          .id = {}};
}

template <class Decider>
std::vector<Event> Stage<Decider>::stored_form(Decision decision, const Command& command) {
  if (decision.refusal) {
    CommandRejected rejected{.code = decision.refusal->code,
                             .limit = decision.refusal->limit,
                             .actual = decision.refusal->actual,
                             .command_type = type_of(command).number};
    encode_command(command, rejected.command);
    return {rejected};
  }
  if (decision.events.empty()) return {CommandAccepted{type_of(command).number}};
  return std::move(decision.events);
}

template <class Decider>
void Stage<Decider>::settle(const Context& context, Step& step) {
  while (const auto next = next_to_settle(self_.state.agenda, context.now)) {
    const Due due = *next;
    auto events = Decider::fall_due(id_, self_.state, due, context);
    invariant(!events.empty(), "what falls due changes something");
    record(std::move(events), context, due.at, {cause_of(due), by_clock}, step);
    invariant(!self_.state.agenda.contains(due), "what fell due is done");
  }
  step.fell_due = step.records;
}

template <class Decider>
void Stage<Decider>::dispatch_all(Context context, Step& step) {
  if constexpr (requires { &Decider::dispatch; }) {
    while (const auto inmail = next_to_dispatch(self_.state.agenda, context.now)) {
      const SendInMail letter = self_.state.outbox.scheduled.at(*inmail).letter;
      const Admission author = admission_of(letter.from);
      const Admission recipient = admission_of(letter.to);
      context.id = command_of(*inmail);
      context.author = &author;
      context.recipient = &recipient;
      context.pool.reset();
      if constexpr (requires { &Decider::needs_reservation_for; })
        if (const auto wish = Decider::needs_reservation_for(id_, self_.state, *inmail, context))
          context.pool = answer_to(*wish);
      record(Decider::dispatch(id_, self_.state, *inmail, context), context, context.now,
             {context.id, by_clock}, step);
    }
    step.fell_due = step.records;
  }
}

template <class Decider>
void Stage<Decider>::record(std::vector<Event> events, const Context& context, Timestamp due_at,
                            const Behalf& behalf, Step& step) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    RecordHeader header{.position = Position{++ground_->positions},
                        .stream = id_,
                        .version = Version{self_.version.value + 1},
                        .time = context.now,
                        .due_at = due_at,
                        .cause = behalf.cause,
                        .asked_by = behalf.asked_by,
                        .policy = context.version};
    if (behalf.is_answer && i + 1 == events.size()) {
      header.is_receipt = true;
      header.payload_hash = behalf.cause.bytes;  // Any that is not zero.
    }
    Decider::evolve(self_.state, events[i], {due_at, header.version, context.version});
    self_.version = header.version;
    self_.position = header.position;
    self_.time = context.now;
    self_.policy = context.version;
    if (i + 1 == events.size() && self_.due() != self_.next_due) {
      self_.next_due = self_.due();
      header.next_due = self_.next_due;
    }
    step.records.push_back(through_the_codec(header, events[i]));
    records_.push_back(step.records.back());
  }
  invariant(self_.state.agenda == expected_agenda(self_.state),
            "the agenda is what the rest of the state says");
}

template <class Decider>
Record Stage<Decider>::through_the_codec(const RecordHeader& header, const Event& event) {
  std::string bytes;
  encode_record(header, event, bytes);
  place_record({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, header.position);
  const auto view = view_record(bytes_of(bytes));
  invariant(view.ok(), "a record that was stored can be found");
  auto record = decode_record(*view);
  invariant(record.ok() && record->event == event, "a record that was stored can be read");
  return std::move(record).value();
}

template class Stage<Member>;
template class Stage<Seat>;
template class Stage<Contract>;
template class Stage<PolicyKeeper>;

}  // namespace inmail::test
