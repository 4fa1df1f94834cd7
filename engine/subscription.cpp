#include <algorithm>

#include "engine/engine_impl.hpp"

namespace inmail {

Subscription::Impl::Impl(Engine::Impl& from_engine, Filter given, Position first)
    : engine(from_engine), filter(std::move(given)), next(first) {
  const std::lock_guard lock(engine.mutex);
  engine.subscriptions.insert(this);
}

Subscription::Impl::~Impl() {
  const std::lock_guard lock(engine.mutex);
  engine.subscriptions.erase(this);
  reader.reset();
}

bool Subscription::Impl::passes(const RecordHeader& header) const {
  if (filter.stream && header.stream != *filter.stream) return false;
  return filter.event_numbers.empty() ||
         std::find(filter.event_numbers.begin(), filter.event_numbers.end(), header.event_number) !=
             filter.event_numbers.end();
}

Result<std::optional<Record>> Subscription::Impl::read_on() {
  const Engine::Impl::InUse use(engine, Engine::Impl::InUse::Patience::waits);
  if (!use) return std::optional<Record>{};
  if (!reader) {
    if (engine.log->head().position < next) return std::optional<Record>{};
    auto opened = LogReader::from(*engine.log, next);
    if (!opened) return opened.error();
    reader.emplace(std::move(opened).value());
  }
  while (true) {
    auto view = reader->next();
    if (!view) return view.error();
    if (!*view) break;
    next = Position{(*view)->header.position.value + 1};
    if (!passes((*view)->header)) continue;
    auto record = decode_record(**view);
    if (!record) return record.error();
    return std::optional<Record>{std::move(record).value()};
  }
  reader.reset();
  return std::optional<Record>{};
}

Subscription::Subscription(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Subscription::Subscription(Subscription&&) noexcept = default;
Subscription& Subscription::operator=(Subscription&&) noexcept = default;
Subscription::~Subscription() = default;

Result<std::optional<Record>> Subscription::next(Milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (true) {
    auto record = impl_->read_on();
    if (!record || *record) return record;

    Engine::Impl& engine = impl_->engine;
    std::unique_lock lock(engine.mutex);
    const bool more = engine.changed.wait_until(
        lock, until, [&] { return engine.closing || engine.head_now() >= impl_->next; });
    if (!more || engine.closing) return std::optional<Record>{};
    if (engine.shut && engine.failure) return *engine.failure;
  }
}

Result<Subscription> Engine::subscribe(Position from, Subscription::Filter filter,
                                       std::optional<std::uint64_t> epoch) {
  const Impl::InUse use(*impl_, Impl::InUse::Patience::waits);
  if (!use) return engine_is_closed();
  const std::uint64_t epoch_now = impl_->log->epoch();
  if (epoch && *epoch != epoch_now)
    return Error{ErrorCode::log_rewound, "the store is in epoch " + std::to_string(epoch_now) +
                                             ", not in " + std::to_string(*epoch) +
                                             ": what was read before may be gone"};
  if (from.value == 0) from = Position{1};
  return Subscription(std::make_unique<Subscription::Impl>(*impl_, std::move(filter), from));
}

}  // namespace inmail
