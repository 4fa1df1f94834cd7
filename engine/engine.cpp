#include "engine/engine.hpp"

#include "engine/edge.hpp"
#include "engine/engine_impl.hpp"
#include "events/memory_key_store.hpp"
#include "projections/receipts.hpp"

namespace inmail {
namespace {

constexpr Milliseconds retry_soon{20};
constexpr Milliseconds retry_when_open{100};
constexpr Milliseconds id_ahead_max = std::chrono::hours{24};

Answer of_kind(AnswerKind kind) {
  Answer answer;
  answer.kind = kind;
  return answer;
}

Answer come_again() {
  Answer answer = of_kind(AnswerKind::overloaded);
  answer.retry_after = retry_when_open;
  return answer;
}

Answer refused(Rejection code, std::string sentence = {}) {
  Answer answer = of_kind(AnswerKind::rejected);
  answer.refusal.code = code;
  answer.sentence = std::move(sentence);
  return answer;
}

}  // namespace

std::optional<Answer> Engine::Impl::turned_away() const {
  if (reopening || (!takes_commands && wants_to_reopen())) return come_again();
  if (!takes_commands) return of_kind(AnswerKind::read_only);
  if (!is_disk_full) return std::nullopt;
  Answer answer = of_kind(AnswerKind::read_only);
  answer.sentence = "the disk of the store is nearly full";
  return answer;
}

CommandId Engine::Impl::new_command_id() {
  const std::lock_guard lock(mutex);
  const std::uint64_t low = random();
  return make_command_id(clock->now(), static_cast<std::uint16_t>(random()), low);
}

/// What was lost on the way settled nothing, though nobody works on it any more.
OnAnswer Engine::Impl::honest_when_settled(OnAnswer settled) {
  return [this, settled = std::move(settled), began = generation.load()](const Answer& answer) {
    const bool is_lost = drops_mail || generation != began;
    settled(answer.ok() && is_lost ? of_kind(AnswerKind::unknown) : answer);
  };
}

void Engine::Impl::submit(Request request, OnAnswer reply, OnAnswer settled) {
  const InUse use(*this);
  SettlementShare share =
      settled ? std::make_shared<Settlement>(honest_when_settled(std::move(settled))) : nullptr;
  const OnAnswer answer_with = [reply = std::move(reply), share](const Answer& answer) {
    if (share) share->answered(answer);
    reply(answer);
  };
  const CommandId id = request.id.is_zero() ? new_command_id() : request.id;
  const Principal asked_by = request.asked_by.value_or(usual_principal(request.command));
  Ordered ordered;
  // Who came while the store was opened again is turned away, even if it is open by now.
  if (const auto refusal = use ? check_at_the_door(request.command, ordered, id, asked_by)
                               : turned_away().value_or(come_again()))
    return answer_with(*refusal);

  const PayloadHash& payload = ordered.payload;
  switch (desk.admit(id, payload, ordered.bytes, answer_with)) {
    case Admittance::joined: return;
    case Admittance::other_payload: return answer_with(refused(Rejection::command_id_reused));
    case Admittance::overloaded: {
      overloaded.fetch_add(1);
      Answer answer = of_kind(AnswerKind::overloaded);
      answer.retry_after = retry_soon;
      return answer_with(answer);
    }
    case Admittance::admitted: break;
  }
  // Whoever closes or fails meanwhile has seen this command in flight, or is seen here.
  if (const auto refusal = turned_away()) return desk.answer(id, *refusal);
  if (const auto known = look_up_receipt(id, payload)) {
    desk.answer(id, *known);
    // The receipts view has it: there is no need to keep it here until that grows.
    desk.forget(known->position);
    return;
  }
  const StreamId target = target_of(request.command);
  registry->post(target,
                 Mail{CommandMail{std::move(request.command), id, asked_by, payload,
                                  [this, id](const Answer& answer) { answered(id, answer); }},
                      std::move(share)});
}

std::optional<Answer> Engine::Impl::check_at_the_door(Command& command, Ordered& ordered,
                                                      const CommandId& id,
                                                      const Principal& asked_by) {
  if (const auto refusal = turned_away()) return refusal;
  const Timestamp now = clock->now();
  if (time_of(id) < now - receipt_ttl) return of_kind(AnswerKind::command_id_expired);
  if (time_of(id) > now + id_ahead_max)
    return refused(Rejection::malformed, "the command id is more than a day ahead of the clock");
  if (const Status input = check_input(command); !input)
    return refused(Rejection::malformed, input.error().message);
  // An order that comes again is known by what was ordered, whatever the policy says of HTML now.
  std::optional<Command> clean;
  if (letter_in(command) != nullptr) clean = without_html(command, html_rule());
  Status sealed = seal_texts(command, id, *keys);
  if (sealed) ordered.payload = hash_payload(command, asked_by, *keys, ordered.bytes);
  if (sealed && clean) {
    sealed = seal_texts(*clean, id, *keys);
    command = std::move(*clean);
  }
  if (sealed) return std::nullopt;
  const ErrorCode code = sealed.error().code;
  if (code == ErrorCode::not_found) return answer_for_erased(command, id, asked_by);
  if (code == ErrorCode::invalid_argument)
    return refused(Rejection::malformed, sealed.error().message);
  const std::string sentence = "a text could not be sealed: " + sealed.error().message;
  options.keys ? fail(sentence) : reopen_because(sentence);
  return turned_away().value_or(of_kind(AnswerKind::overloaded));
}

HtmlRule Engine::Impl::html_rule() const {
  const auto book = policies.book();
  // A store that is being made takes its first policy this way.
  return book->versions.empty() ? HtmlRule::reject : book->versions.back()->format.html;
}

Answer Engine::Impl::answer_for_erased(const Command& command, const CommandId& id,
                                       const Principal& asked_by) {
  if (const auto known = desk.recall(id)) {
    if (known->kind != AnswerKind::unknown) return *known;
    Answer later = of_kind(AnswerKind::overloaded);
    later.retry_after = retry_soon;
    return later;
  }
  if (const auto known = look_up_receipt(id, std::nullopt)) return *known;
  if (!may_give(asked_by, command)) return refused(Rejection::not_allowed);
  if (std::holds_alternative<RegisterMember>(command)) return refused(Rejection::already_exists);
  return refused(letter_in(command) ? Rejection::unknown_sender : Rejection::unknown_target);
}

std::optional<Answer> Engine::Impl::look_up_receipt(const CommandId& id,
                                                    const std::optional<PayloadHash>& payload) {
  auto rows = first_views->read(ReceiptsView::name);
  if (!rows) {
    reopen_because("the receipts could not be read: " + rows.error().message);
    return of_kind(AnswerKind::unknown);
  }
  auto receipt = find_receipt(**rows, id);
  if (!receipt) {
    reopen_because("a receipt could not be read: " + receipt.error().message);
    return of_kind(AnswerKind::unknown);
  }
  if (!*receipt) return std::nullopt;
  if (payload && (*receipt)->payload_hash != *payload) return refused(Rejection::command_id_reused);
  return answer_of(**receipt);
}

namespace {

/// For texts that are only asked about: the guards see what they would see in a send, and a key is
/// made for nobody.
class KeysOfAQuestion final : public KeyStore {
 public:
  explicit KeysOfAQuestion(KeyStore& keys) : keys_(keys) {}

  Result<Key> key_for_writing(KeyId id) override {
    auto known = keys_.key_for_reading(id);
    if (!known) return known.error();
    return *known ? Result<Key>(**known) : nobodys_.key_for_writing(id);
  }
  Result<std::optional<Key>> key_for_reading(KeyId id) override {
    return keys_.key_for_reading(id);
  }
  Status sync() override { return {}; }
  Status erase(KeyId) override { return {}; }
  const Key& store_key() const override { return keys_.store_key(); }

 private:
  KeyStore& keys_;
  MemoryKeyStore nobodys_{0};
};

/// Answers once, at the latest when nobody is left who could.
template <class Forecast>
class ForecastPromise {
 public:
  explicit ForecastPromise(std::atomic<std::size_t>& under_way) : under_way_(under_way) {
    ++under_way_;
  }
  ForecastPromise(const ForecastPromise&) = delete;
  ForecastPromise& operator=(const ForecastPromise&) = delete;
  ~ForecastPromise() {
    --under_way_;
    if (!is_kept_) promise_.set_value(engine_is_closed());
  }
  void keep(Result<Forecast> forecast) {
    is_kept_ = true;
    promise_.set_value(std::move(forecast));
  }
  std::future<Result<Forecast>> future() { return promise_.get_future(); }

 private:
  std::atomic<std::size_t>& under_way_;
  std::promise<Result<Forecast>> promise_;
  bool is_kept_ = false;
};

Error too_many_asked() {
  return {ErrorCode::closed, "too many forecasts are asked for at once; ask again"};
}

}  // namespace

std::future<Result<SendForecast>> Engine::Impl::check_send(SendInMail letter,
                                                           std::optional<Principal> asked_by) {
  const auto promise = std::make_shared<ForecastPromise<SendForecast>>(checks_under_way);
  auto future = promise->future();
  const InUse use(*this);
  if (!use || turned_away()) return future;
  const Principal by = asked_by.value_or(usual_principal(letter));
  Command command = std::move(letter);
  Status fine = check_input(command);
  if (checks_under_way > options.in_flight_max) fine = too_many_asked();
  const CommandId id = new_command_id();
  KeysOfAQuestion scratch(*keys);
  if (auto clean = without_html(command, html_rule())) command = std::move(*clean);
  if (fine) fine = seal_texts(command, id, scratch);
  if (!fine) {
    promise->keep(fine.error());
    return future;
  }
  CheckMail check{.command = std::get<SendInMail>(std::move(command)),
                  .id = id,
                  .asked_by = by,
                  .admission = {},
                  .so_far = {},
                  .question = {},
                  .reply = [promise](const SendForecast& told) { promise->keep(told); }};
  const StreamId sender = target_of(check.command);
  registry->post(sender, Mail{std::move(check), nullptr});
  return future;
}

std::future<Result<CreditForecast>> Engine::Impl::forecast_credits(StreamId owner,
                                                                   Timestamp until) {
  const auto promise = std::make_shared<ForecastPromise<CreditForecast>>(checks_under_way);
  auto future = promise->future();
  const InUse use(*this);
  if (!use || turned_away()) return future;
  if (checks_under_way > options.in_flight_max) {
    promise->keep(too_many_asked());
  } else if (const Status fine = check_owner(owner); !fine) {
    promise->keep(fine.error());
  } else {
    const auto reply = [promise, owner](const std::optional<CreditForecast>& told) {
      if (told)
        promise->keep(*told);
      else
        promise->keep(Error{ErrorCode::not_found, to_text(owner) + " is not there"});
    };
    registry->post(owner, Mail{CreditsMail{until, reply}, nullptr});
  }
  return future;
}

/// The answer as it was given, with the numbers that its record holds.
Answer Engine::Impl::answer_of(const CommandReceipt& receipt) {
  Answer answer = of_kind(receipt.rejection ? AnswerKind::rejected : AnswerKind::ok);
  answer.position = receipt.position;
  if (!receipt.rejection) return answer;
  answer.refusal.code = *receipt.rejection;
  auto reader = LogReader::from(*log, receipt.position);
  auto view = reader ? reader->next() : Result<std::optional<RecordView>>{reader.error()};
  auto record = view && *view ? decode_record(**view) : Result<Record>{Error{ErrorCode::io, ""}};
  if (record)
    if (const auto* rejection = std::get_if<CommandRejected>(&record->event))
      answer.refusal = {rejection->code, rejection->limit, rejection->actual};
  return answer;
}

void Engine::Impl::answered(const CommandId& id, const Answer& answer) {
  switch (answer.kind) {
    case AnswerKind::ok: accepted.fetch_add(1, std::memory_order_relaxed); break;
    case AnswerKind::rejected: rejected.fetch_add(1, std::memory_order_relaxed); break;
    case AnswerKind::unknown:
      if (const auto why = journal->failure()) journal_failed(*why);
      // It stays on the desk, until its receipt tells.
      if (reopening || wants_to_reopen()) return;
      break;
    default: break;
  }
  desk.answer(id, answer);
}

namespace {

/// What an engine shows that has no log any more: it is closed, or could not open its store again.
class NoLog final : public EventLog {
 public:
  LogHead head() const override { return {}; }
  std::uint64_t epoch() const override { return 0; }
  Status append(const Frame&) override { return engine_is_closed(); }
  Result<std::unique_ptr<FrameCursor>> read(Position) const override { return engine_is_closed(); }
};

}  // namespace

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::open(EngineOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  try {
    if (const Status opened = impl->open(); !opened) return opened.error();
  } catch (const std::exception& failure) {
    return Error{ErrorCode::corruption,
                 impl->options.path.string() + " cannot be opened: " + failure.what()};
  }
  return Engine(std::move(impl));
}

CommandId Engine::new_command_id() { return impl_->new_command_id(); }

Submission Engine::submit(Request request) {
  if (request.id.is_zero()) request.id = new_command_id();
  const auto reply = std::make_shared<std::promise<Answer>>();
  const auto settled = std::make_shared<std::promise<Answer>>();
  Submission submission{request.id, reply->get_future(), settled->get_future()};
  impl_->submit(
      std::move(request), [reply](const Answer& answer) { reply->set_value(answer); },
      [settled](const Answer& answer) { settled->set_value(answer); });
  return submission;
}

std::future<Result<SendForecast>> Engine::check_send(SendInMail command,
                                                     std::optional<Principal> asked_by) {
  return impl_->check_send(std::move(command), asked_by);
}

std::future<Result<CreditForecast>> Engine::forecast_credits(StreamId owner, Timestamp until) {
  return impl_->forecast_credits(owner, until);
}

void Engine::submit(Request request, OnAnswer reply, OnAnswer settled) {
  impl_->submit(std::move(request), std::move(reply), std::move(settled));
}

Position Engine::head() const {
  const Impl::InUse use(*impl_);
  return use ? impl_->log->head().position : Position{impl_->last_head.load()};
}
std::uint64_t Engine::epoch() const {
  const Impl::InUse use(*impl_, Impl::InUse::Patience::waits);
  return use ? impl_->log->epoch() : 0;
}
const EventLog& Engine::log() const {
  static const NoLog no_log;
  const Impl::InUse use(*impl_, Impl::InUse::Patience::waits);
  if (!use || !impl_->log) return no_log;
  return *impl_->log;
}
Timestamp Engine::now() const { return impl_->clock->now(); }

EngineStats Engine::stats() const {
  EngineStats stats;
  stats.head = head();
  stats.reopened = impl_->reopened.load();
  stats.is_disk_full = impl_->is_disk_full.load();
  const Impl::InUse use(*impl_);
  if (!use) return stats;
  stats.in_flight = impl_->desk.in_flight();
  stats.residents = impl_->registry->residents();
  stats.resident_bytes = impl_->registry->resident_bytes();
  stats.accepted = impl_->accepted.load();
  stats.rejected = impl_->rejected.load();
  stats.overloaded = impl_->overloaded.load();
  stats.views_behind_from = stats.head;
  for (const auto* runner : {impl_->first_views.get(), impl_->other_views.get()})
    for (const ViewProgress& progress : runner->positions())
      stats.views_behind_from = std::min(stats.views_behind_from, progress.position);
  return stats;
}

std::string Engine::policy_document() const {
  const auto book = impl_->policies.book();
  return to_toml(book->at(book->current()));
}

std::optional<Error> Engine::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failure;
}

void Engine::wake_due() {
  if (const Impl::InUse use(*impl_); use) impl_->wake_due();
}
Result<std::optional<Timestamp>> Engine::next_due() {
  const Impl::InUse use(*impl_);
  if (!use) return engine_is_closed();
  return impl_->next_due();
}
void Engine::run_until_quiet() {
  if (const Impl::InUse use(*impl_); use) impl_->run_until_quiet();
}
bool Engine::step() {
  const Impl::InUse use(*impl_);
  return use && impl_->runtime->step();
}
void Engine::write() {
  if (const Impl::InUse use(*impl_); use) impl_->journal->pump();
}
Status Engine::resend_open_notices() {
  const Impl::InUse use(*impl_);
  if (!use) return engine_is_closed();
  const Status caught_up = impl_->first_views->run_until_caught_up();
  return caught_up ? impl_->resend_open_notices() : caught_up;
}
void Engine::sleep_all() {
  if (const Impl::InUse use(*impl_); use) impl_->registry->sweep({});
}
Status Engine::tidy_up(bool sweep) {
  const Impl::InUse use(*impl_);
  return use ? impl_->tidy_up(sweep) : Status{engine_is_closed()};
}
Status Engine::close(Milliseconds deadline) { return impl_->close(deadline); }
Result<std::vector<ViewCheck>> Engine::verify() { return impl_->verify(); }

Status Engine::read_view(std::string_view view, AtLeast at_least,
                         const std::function<void(const Rows&)>& read) {
  return impl_->read_view(view, at_least, read);
}

Result<std::optional<std::string>> Engine::open_text(const Text& text) {
  const Impl::InUse use(*impl_, Impl::InUse::Patience::waits);
  if (!use) return engine_is_closed();
  return inmail::open(text, *impl_->keys);
}

}  // namespace inmail
