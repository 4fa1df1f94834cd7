#include "tests/support/actor_world.hpp"

#include <set>
#include <utility>

#include "actors/policy_keeper.hpp"
#include "actors/resident.hpp"
#include "actors/shell.hpp"
#include "events/obligations.hpp"
#include "events/policy.hpp"

namespace inmail::test {
namespace {

std::string document_of(const std::string& policy) {
  if (policy.find('=') != std::string::npos) return policy;
  const auto named = preset(policy);
  invariant(named.ok(), "the test names a preset that exists");
  Policy at_once = *named;
  at_once.undo.window_s = Seconds{0};
  return to_toml(at_once);
}

void seal_texts(Command& command, const CommandId& id, KeyStore& keys) {
  invariant(take_marks(command, keys).ok(), "a text of a test can be normalised");
  std::visit(
      [&]<class Each>(Each& each) {
        if constexpr (requires(Each & c) { c.author(); })
          each.each_text([&](TextField field, Text& text) {
            const Status sealed = seal(text, field, each.author(), each.target(), id, keys);
            invariant(sealed.ok(), "a text of a test can be sealed");
          });
      },
      command);
}

/// Visits every record of a log that must be whole.
template <class Visit>
void each_record(const EventLog& log, Visit&& visit) {
  const auto end = for_each_record(log, Position{1}, [&](const Record& record) {
    visit(record);
    return true;
  });
  invariant(end.ok(), "the log of a test can be read");
}

}  // namespace

Result<std::optional<std::string>> MemoryStates::load(StreamId stream) {
  if (const auto saved = saved_.find(stream); saved != saved_.end())
    return std::optional<std::string>{saved->second.row};
  const auto found = rows_.find(stream);
  if (found == rows_.end()) return std::optional<std::string>{};
  return std::optional<std::string>{found->second};
}

Status MemoryStates::save(StreamId stream, Position last, std::string row) {
  saved_.insert_or_assign(stream, Saved{last, std::move(row)});
  return {};
}

void MemoryStates::write_back(Position durable) {
  for (auto entry = saved_.begin(); entry != saved_.end();) {
    if (entry->second.last > durable) {
      ++entry;
      continue;
    }
    rows_.insert_or_assign(entry->first, std::move(entry->second.row));
    entry = saved_.erase(entry);
  }
}

Status LogOfARun::append(const Frame& frame) {
  if (dead_) return Error{ErrorCode::closed, "the process was killed"};
  const Status appended = disk_.append(frame);
  if (!dies_in_append_ || !appended) return appended;
  dead_ = true;
  return Error{ErrorCode::io, "the process was killed while it wrote"};
}

ActorWorld::Run::Run(ActorWorld& world, std::uint64_t seed)
    : log(world.disk_),
      journal(log, world.keys_,
              JournalOptions{.threaded = false,
                             .frame_records_max = static_cast<std::uint32_t>(1 + seed % 64)}),
      runtime(RuntimeOptions{.threads = 1,
                             .seed = seed,
                             .on_failure =
                                 [this, &world](const std::string& sentence, bool) {
                                   if (!log.is_dead()) world.defects_.push_back(sentence);
                                 }}),
      registry(runtime, [this](StreamId stream) { return make_entity(stream, around); }),
      around{world.clock_,
             journal,
             *world.states_,
             policies,
             admissions,
             registry,
             [&world](KeyId key) { return world.keys_.erase(key).ok(); },
             [&world](Command& command, MemberId reader) {
               const Status sealed = seal_for_reader(command, reader, world.keys_);
               return sealed.ok() || sealed.error().code == ErrorCode::not_found;
             }} {}

ActorWorld::ActorWorld(ActorWorldOptions options)
    : options_(std::move(options)),
      chance_(options_.seed),
      clock_(*timestamp_from_text("2026-01-05T09:00:00Z")),
      states_(std::make_unique<MemoryStates>()) {
  begin_run();
  const Answer adopted = run(AdoptPolicy{document_of(options_.policy)});
  invariant(adopted.ok(), "the policy of a test can be adopted");
}

ActorWorld::~ActorWorld() { end_run(); }

void ActorWorld::begin_run() { run_ = std::make_unique<Run>(*this, chance_() | 1U); }

void ActorWorld::end_run() {
  run_->log.die();
  run_->registry.kill_all();
  run_->runtime.stop();
  run_.reset();
}

CommandId ActorWorld::submit(Command command) {
  const Principal by = usual_principal(command);
  return submit(std::move(command), by);
}

CommandId ActorWorld::submit(Command command, Principal by) {
  const CommandId id = make_command_id(clock_.now(), 7, asked_.size() + 1);
  seal_texts(command, id, keys_);
  std::string payload;
  encode_to(by, payload);
  encode_command(command, payload);
  asked_.emplace(id,
                 Asked{std::move(command), by, keyed_hash(keys_.store_key(), bytes_of(payload))});
  post(id);
  return id;
}

void ActorWorld::post(const CommandId& id) {
  const Asked& asked = asked_.at(id);
  const OnAnswer reply = [this, id, log = &run_->log](const Answer& answer) {
    if (log->is_dead()) return;
    Asked& waits = asked_.at(id);
    if (waits.answer)
      defects_.push_back("a command was answered twice");
    else
      waits.answer = answer;
  };
  run_->registry.post(
      target_of(asked.command),
      Mail{CommandMail{asked.command, id, asked.by, asked.payload, reply}, nullptr});
}

void ActorWorld::submit_lost_again() {
  const auto receipts = receipts_in(disk_, defects_);
  for (auto& [id, asked] : asked_) {
    if (!std::exchange(asked.lost, false)) continue;
    const auto found = receipts.find(id);
    if (found == receipts.end()) {
      post(id);
      continue;
    }
    const bool accepted = found->second.refusal.code == Rejection{};
    asked.answer = Answer{.kind = accepted ? AnswerKind::ok : AnswerKind::rejected,
                          .position = found->second.position,
                          .refusal = found->second.refusal};
  }
}

bool ActorWorld::move() {
  if (happens(options_.sleep_percent)) run_->registry.sweep({});
  bool pumped = false;
  if (happens(options_.pump_percent)) {
    pumped = run_->journal.pump();
    states_->write_back(run_->journal.durable());
  }
  const bool stepped = run_->runtime.step();
  if (options_.sleeps_after_every_mail && stepped) {
    run_->journal.pump();
    run_->registry.sweep({});
  }
  return stepped || pumped || run_->journal.pump();
}

void ActorWorld::run() {
  while (move()) {
  }
  states_->write_back(run_->journal.durable());
}

Answer ActorWorld::run(Command command) {
  const CommandId id = submit(std::move(command));
  run();
  return answer(id);
}

const Answer& ActorWorld::answer(const CommandId& id) const {
  const Asked& asked = asked_.at(id);
  invariant(asked.answer.has_value(), "the test waited for the answer that it looks at");
  return *asked.answer;
}

void ActorWorld::wake_all() {
  std::set<StreamId> streams;
  for (const auto& [id, asked] : asked_) streams.insert(target_of(asked.command));
  for (const StreamId stream : streams) run_->registry.post(stream, Mail{Wake{}, nullptr});
}

const std::map<StreamId, std::string>& ActorWorld::rows() {
  run_->registry.save_all(nullptr);
  run();
  return states_->rows();
}

void ActorWorld::crash() {
  ++crashes_;
  if (happens(50)) {
    run_->log.die_in_the_next_append();
    run_->journal.pump();
  } else if (happens(50)) {
    // The disk fails first; the process lives on for a while.
    run_->log.die();
    for (auto moves = chance_() % 100; moves > 0; --moves) move();
  }
  end_run();
  for (auto& [id, asked] : asked_) asked.lost = !asked.answer;
  // What was saved but not written back is lost with the old store.
  auto survivors = std::make_unique<MemoryStates>();
  survivors->rows() = std::move(states_->rows());
  states_ = std::move(survivors);
  recover_rows();
  begin_run();
  load_policies();
  send_open_notices();
}

void ActorWorld::recover_rows() {
  std::map<StreamId, std::unique_ptr<StreamFold>> folds;
  std::map<StreamId, std::string>& rows = states_->rows();
  std::map<StreamId, Position> reached;
  for (const auto& [stream, row] : rows) {
    const auto position = position_of_row(bytes_of(row));
    invariant(position.ok(), "a row of a test can be read");
    reached.emplace(stream, *position);
  }
  each_record(disk_, [&](const Record& record) {
    const StreamId stream = record.header.stream;
    auto& fold = folds[stream];
    if (!fold) fold = StreamFold::empty(stream);
    fold->apply(record);
    const auto row = reached.find(stream);
    if (row == reached.end() || row->second != record.header.position) return;
    if (fold->encode() != rows.at(stream))
      defects_.push_back("the row of " + to_text(stream) + " was not the fold of its stream");
    reached.erase(row);
  });
  for (const auto& [stream, position] : reached)
    defects_.push_back("the row of " + to_text(stream) + " was ahead of the log, at " +
                       std::to_string(position.value));
  rows.clear();
  for (const auto& [stream, fold] : folds) rows.emplace(stream, fold->encode());
}

void ActorWorld::load_policies() {
  const auto row = states_->rows().find(StreamId::policy());
  if (row == states_->rows().end()) return;
  const auto keeper = decode_as<Resident<PolicyKeeper>>(bytes_of(row->second));
  invariant(keeper.ok(), "the row of the policies can be read");
  std::uint64_t version = 0;
  for (const std::string& document : keeper->state.documents) {
    auto policy = parse_policy(document, "policy");
    invariant(policy.ok(), "a policy that was adopted can be read");
    run_->policies.add(PolicyVersion{++version},
                       std::make_shared<const Policy>(std::move(policy).value()));
  }
}

void ActorWorld::send_open_notices() {
  std::map<NoticeKey, std::pair<StreamId, Record>> open;
  each_record(disk_, [&](const Record& record) {
    for (const NoticeKey& key : settled_by(record.header.stream, record.event)) open.erase(key);
    for (const Obligation& duty : obligations_of(record.header.stream, record.event))
      open.insert_or_assign(duty.key, std::pair(duty.target, record));
  });
  for (const auto& [key, duty] : open) {
    const RecordHeader& header = duty.second.header;
    run_->registry.post(
        duty.first, Mail{Notice{key, header.position, header.stream, header.due_at, header.policy,
                                header.cause, std::make_shared<const Event>(duty.second.event)},
                         nullptr});
  }
}

std::map<CommandId, ReceiptOnRecord> receipts_in(const EventLog& log,
                                                 std::vector<std::string>& defects) {
  std::map<CommandId, ReceiptOnRecord> receipts;
  each_record(log, [&](const Record& record) {
    const RecordHeader& header = record.header;
    if (!header.is_receipt) return;
    ReceiptOnRecord receipt{header.position, header.stream, {}, header.payload_hash};
    if (const auto* rejected = std::get_if<CommandRejected>(&record.event))
      receipt.refusal = {rejected->code, rejected->limit, rejected->actual};
    if (!receipts.emplace(header.cause, receipt).second)
      defects.push_back("the command " + to_text(header.cause) + " is on record twice");
  });
  return receipts;
}

}  // namespace inmail::test
