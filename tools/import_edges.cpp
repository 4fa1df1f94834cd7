#include "tools/import_edges.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tools/edge_list.hpp"
#include "tools/world_engine.hpp"

namespace inmail::tools {
namespace {

constexpr Milliseconds just_after{1};
constexpr std::uint64_t edges_between_progress = 64;

/// What an order of the import is about, so that each has an id of its own: the time of its
/// message, this, and the number of the message's line or of the member.
enum class Step : std::uint16_t { join = 1, subscribe, send, open, answer, message };

/// Two people, whoever of them wrote.
struct Pair {
  MemberId low{};
  MemberId high{};

  bool operator==(const Pair&) const = default;
};

Pair pair_of(const Edge& edge) {
  const auto [low, high] = std::minmax(edge.from, edge.to);
  return {low, high};
}

struct PairHash {
  std::size_t operator()(const Pair& pair) const {
    return std::hash<MemberId>{}(pair.low) * 31 + std::hash<MemberId>{}(pair.high);
  }
};

/// How two people stand who have begun to write to each other.
struct Thread {
  InMailId inmail{};
  MemberId author{};
  bool answered = false;
};

class TraceImport {
 public:
  TraceImport(VirtualEngine& engine, PlanKind plan) : engine_(engine), plan_(plan) {}

  /// Everybody who occurs becomes a member.
  Status join(const std::vector<Edge>& edges);

  Status add(const Edge& edge);

  /// Virtual time goes on until nothing is open any more.
  Status let_windows_close();

 private:
  Status subscribe(MemberId member);
  Status begin(const Edge& edge);
  Status answer(const Edge& edge, Thread& thread);
  Status write(const Edge& edge, const Thread& thread);
  Order order(Command command, Step step, std::uint64_t number) const;
  Status must_succeed(std::vector<Order> orders);

  VirtualEngine& engine_;
  const PlanKind plan_;
  std::unordered_set<MemberId> subscribers_;
  std::unordered_map<Pair, Thread, PairHash> threads_;
};

/// No two are alike: the list tells who wrote to whom, and no limit on identical texts may act.
std::string text_of(const Edge& edge) {
  const std::string line = std::to_string(edge.line);
  return "Message " + line + ", entry " + line + " of the list, line " + line;
}

Order TraceImport::order(Command command, Step step, std::uint64_t number) const {
  return {std::move(command),
          make_command_id(engine_.now(), static_cast<std::uint16_t>(step), number)};
}

Status TraceImport::must_succeed(std::vector<Order> orders) {
  const auto answers = engine_.decide(std::move(orders));
  if (!answers) return answers.error();
  for (const Answer& each : *answers)
    if (!each.ok())
      return Error{ErrorCode::conflict, "the engine refused a member or a plan: " +
                                            std::string(name_of(each.refusal.code))};
  return {};
}

Status TraceImport::join(const std::vector<Edge>& edges) {
  std::set<MemberId> members;
  for (const Edge& each : edges) members.insert({each.from, each.to});
  std::vector<Order> orders;
  for (const MemberId member : members)
    orders.push_back(order(RegisterMember{.member = member,
                                          .display_name = "Member " + std::to_string(member.value),
                                          .locale = "en"},
                           Step::join, member.value));
  return must_succeed(std::move(orders));
}

Status TraceImport::add(const Edge& edge) {
  if (const Status moved = engine_.move_to(edge.at); !moved) return moved;
  const auto found = threads_.find(pair_of(edge));
  if (found == threads_.end()) return begin(edge);
  Thread& thread = found->second;
  if (thread.answered) return write(edge, thread);
  // Who writes again before any answer tries another InMail.
  return thread.author == edge.from ? begin(edge) : answer(edge, thread);
}

Status TraceImport::subscribe(MemberId member) {
  if (!subscribers_.insert(member).second) return {};
  return must_succeed(
      {order(StartSubscription{.owner = member, .plan = plan_}, Step::subscribe, member.value)});
}

Status TraceImport::begin(const Edge& edge) {
  if (const Status subscribed = subscribe(edge.from); !subscribed) return subscribed;
  const Order send = order(SendInMail{.from = edge.from,
                                      .to = edge.to,
                                      .subject = "Message",  // For policies that want one.
                                      .body = text_of(edge),
                                      .hints = {.purpose = Purpose::networking}},
                           Step::send, edge.line);
  const auto answers = engine_.decide({send});
  if (!answers) return answers.error();
  if (answers->front().ok()) threads_[pair_of(edge)] = {inmail_of(send.id), edge.from, false};
  return {};
}

Status TraceImport::answer(const Edge& edge, Thread& thread) {
  const MemberId reader = edge.from;
  const auto answers = engine_.decide(
      {order(OpenInMail{.recipient = reader, .inmail = thread.inmail}, Step::open, edge.line),
       order(Respond{.recipient = reader, .inmail = thread.inmail, .text = text_of(edge)},
             Step::answer, edge.line)});
  if (!answers) return answers.error();
  thread.answered = answers->back().ok();
  if (!thread.answered) threads_.erase(pair_of(edge));
  return {};
}

Status TraceImport::write(const Edge& edge, const Thread& thread) {
  const auto answers = engine_.decide({order(
      SendMessage{
          .conversation = thread.inmail, .from = edge.from, .to = edge.to, .text = text_of(edge)},
      Step::message, edge.line)});
  return answers ? Status{} : answers.error();
}

Status TraceImport::let_windows_close() {
  while (true) {
    const auto tally = tally_of(engine_.log());
    if (!tally) return tally.error();
    const auto last = tally->last_deadline;
    if (!last || engine_.now() > *last) return {};
    if (const Status moved = engine_.move_to(*last + just_after); !moved) return moved;
  }
}

Result<ImportReport> report_on(const EventLog& log, std::uint64_t edges) {
  auto tally = tally_of(log);
  if (!tally) return tally.error();
  auto facts = facts_of(log);
  if (!facts) return facts.error();
  return ImportReport{edges, std::move(tally).value(), std::move(facts).value()};
}

}  // namespace

Result<ImportReport> import_edges(const ImportEdgesOptions& options) {
  const auto edges = read_edges(options.edges);
  if (!edges) return edges.error();
  auto engine = VirtualEngine::open({.store = options.store,
                                     .policy = options.policy,
                                     .start = edges->front().at,
                                     .key_seed = 0,
                                     .logger = options.logger});
  if (!engine) return engine.error();

  TraceImport import(*engine, options.plan);
  if (const Status joined = import.join(*edges); !joined) return joined.error();
  std::uint64_t done = 0;
  for (const Edge& edge : *edges) {
    if (const Status added = import.add(edge); !added) return added.error();
    if (++done % edges_between_progress == 0 && options.on_progress)
      options.on_progress(done, edges->size());
  }
  if (const Status closed = import.let_windows_close(); !closed) return closed.error();
  auto report = report_on(engine->log(), edges->size());
  if (!report) return report.error();
  if (const Status closed = engine->close(); !closed) return closed.error();
  return report;
}

Report to_report(const ImportReport& report) {
  const Tally& tally = report.tally;
  return {.facts = {{"edges", report.edges},
                    {"members", tally.count<MemberRegistered>()},
                    {"inmails_sent", tally.count<InMailSent>()},
                    {"replies", tally.count<Replied>()},
                    {"refunds", tally.count<CreditRefunded>()},
                    {"conversation_messages", tally.count<MessageSent>()},
                    {"credits", to_json(tally.credits)},
                    {"rejected", to_json(tally.rejected)},
                    {"log", to_json(report.log)}},
          .listings = {}};
}

}  // namespace inmail::tools
