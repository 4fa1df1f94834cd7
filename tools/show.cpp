#include <algorithm>
#include <deque>
#include <iostream>
#include <variant>

#include "projections/credits.hpp"
#include "tools/event_fields.hpp"
#include "tools/event_json.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

using Entity = std::variant<StreamId, InMailId>;

std::optional<Entity> entity_from_text(std::string_view text) {
  constexpr std::string_view inmail = "inmail:";
  if (text.starts_with(inmail)) {
    const auto bytes = id_bytes_from_text(text.substr(inmail.size()));
    return bytes ? std::optional<Entity>(InMailId{*bytes}) : std::nullopt;
  }
  const auto stream = stream_from_text(text);
  return stream ? std::optional<Entity>(*stream) : std::nullopt;
}

/// Whether an event is about an InMail, by any of its fields.
bool is_about(const Event& event, const InMailId& inmail) {
  bool found = false;
  std::visit(
      [&](const auto& each) {
        if constexpr (requires { each_field(each, [](const char*, const auto&) {}); })
          each_field(each, [&](const char*, const auto& value) {
            using Value = std::remove_cvref_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, InMailId>) found |= value == inmail;
            if constexpr (std::is_same_v<Value, std::optional<InMailId>>) found |= value == inmail;
          });
      },
      event);
  return found;
}

/// What the events of one entity add up to, as facts for people. Nothing is decided here.
class Portrait {
 public:
  Portrait(Json& facts, const TextReader& texts) : facts_(facts), texts_(texts) {}

  void add(const Record& record) {
    at_ = record.header.due_at;
    std::visit([&](const auto& event) { on(event); }, record.event);
  }

 private:
  void show_profile(const auto& e) {
    facts_["display_name"] = texts_(e.display_name);
    facts_["headline"] = texts_(e.headline);
    facts_["locale"] = e.locale;
    facts_["public_profile"] = e.public_profile;
  }
  void on(const MemberRegistered& e) {
    facts_["registered_at"] = to_json(at_);
    show_profile(e);
    facts_["inmail"] = to_json(InMailPreference::on);
    facts_["blocked"] = Json::array();
    facts_["stopped"] = Json::array();
    facts_["connections"] = Json::array();
  }
  void on(const ProfileUpdated& e) { show_profile(e); }
  void on(const InboundRulesSet& e) {
    facts_["inbound_rules"] = Json::object();
    if (e.own)
      each_field(e, [&](const char* name, const auto& value) {
        facts_["inbound_rules"][name] = to_json(value);
      });
  }
  void on(const MemberErased&) {
    facts_["erased_at"] = to_json(at_);
    facts_["key_destroyed"] = false;
  }
  void on(const MemberKeyDestroyed&) { facts_["key_destroyed"] = true; }
  void on(const ReceivedErased&) {
    facts_["received_erased_at"] = to_json(at_);
    facts_["received_key_destroyed"] = false;
  }
  void on(const ReceivedKeyDestroyed&) { facts_["received_key_destroyed"] = true; }
  void on(const PreferenceChanged& e) { facts_["inmail"] = to_json(e.inmail); }
  void on(const MemberBlocked& e) { facts_["blocked"].push_back(to_json(e.target)); }
  void on(const MemberUnblocked& e) { take_out(facts_["blocked"], to_json(e.target)); }

  void on(const OpenProfileSet& e) { facts_["open_profile"] = e.on; }
  void on(const AccountLinked& e) { facts_["spends_from"] = to_json(e.pool); }
  void on(const AccountUnlinked&) { facts_.erase("spends_from"); }
  void on(const ConnectionSet& e) { facts_["connections"].push_back(to_json(e.with)); }
  void on(const ConnectionRemoved& e) { take_out(facts_["connections"], to_json(e.with)); }
  void on(const SenderStopped& e) {
    on(SenderAllowed{e.sender});
    facts_["stopped"].push_back(to_json(e.sender));
  }
  void on(const SenderAllowed& e) { take_out(facts_["stopped"], to_json(e.sender)); }

  static void take_out(Json& list, const Json& value) {
    list.erase(std::remove(list.begin(), list.end(), value), list.end());
  }

  void on(const SubscriptionStarted& e) {
    facts_["plan"] = to_json(e.plan);
    facts_["plan_since"] = to_json(at_);
    facts_["plan_ends_at"] = nullptr;
  }
  void on(const SubscriptionChanged& e) { facts_["plan"] = to_json(e.to); }
  void on(const SubscriptionCancelled& e) { facts_["plan_ends_at"] = to_json(e.ends_at); }
  void on(const SubscriptionEnded&) {
    facts_["plan"] = nullptr;
    facts_["next_renewal_at"] = nullptr;
  }
  void on(const CycleRenewed& e) {
    facts_["cycle"] = e.cycle;
    facts_["next_renewal_at"] = to_json(e.next_renewal_at);
  }

  void on(const ContractCreated& e) {
    facts_["created_at"] = to_json(at_);
    facts_["seats_max"] = e.seats_max;
    facts_["seats"] = Json::array();
  }
  void on(const SeatAdded& e) {
    facts_["seats"].push_back(
        {{"seat", to_json(e.seat)}, {"holder", to_json(e.holder)}, {"role", to_json(e.role)}});
  }
  void on(const SeatRemoved& e) {
    Json kept = Json::array();
    for (const Json& each : facts_["seats"])
      if (each["seat"] != to_json(e.seat)) kept.push_back(each);
    facts_["seats"] = std::move(kept);
  }
  void on(const SeatOpened& e) {
    facts_["opened_at"] = to_json(at_);
    facts_["contract"] = to_json(e.contract);
    facts_["holder"] = to_json(e.holder);
    facts_["role"] = to_json(e.role);
  }
  void on(const PolicyAdopted& e) {
    facts_["adopted_at"] = to_json(at_);
    facts_["policy"] = to_json(e.version);
    facts_["name"] = e.name;
  }

  template <class Other>
  void on(const Other&) {}

  Json& facts_;
  const TextReader& texts_;
  Timestamp at_{};
};

/// The same for an InMail.
class InMailPortrait {
 public:
  InMailPortrait(Json& facts, const TextReader& texts) : facts_(facts), texts_(texts) {}

  void add(const Record& record) {
    header_ = &record.header;
    std::visit([&](const auto& event) { on(event); }, record.event);
  }

 private:
  void became(const char* status) {
    facts_["status"] = status;
    facts_[std::string(status) + "_at"] = to_json(header_->due_at);
  }

  void on(const InMailSent& e) {
    became("sent");
    facts_["from"] = to_json(e.from);
    facts_["to"] = to_json(e.to);
    facts_["sender"] = to_json(header_->stream);
    facts_["pool"] = to_json(e.pool);
    facts_["cost"] = e.cost;
    if (e.free_class) facts_["free_class"] = to_json(e.free_class);
    facts_["purpose"] = to_json(e.purpose);
    facts_["policy"] = to_json(header_->policy);
    facts_["subject"] = texts_(e.subject);
    facts_["body"] = texts_(e.body);
    if (!e.signature.empty()) facts_["signature"] = texts_(e.signature);
    if (!e.attachments.empty()) facts_["attachments"] = to_json(e.attachments, texts_);
    if (e.origin != SendOrigin::direct) facts_["origin"] = to_json(e.origin);
    if (e.parent) facts_["parent"] = to_json(e.parent);
    if (e.undo_until) facts_["undo_until"] = to_json(e.undo_until);
    if (e.cost > 0) facts_["credit"] = "reserved";
  }
  void on(const InMailScheduled& e) {
    became("scheduled");
    facts_["from"] = to_json(e.from);
    facts_["to"] = to_json(e.to);
    facts_["sender"] = to_json(header_->stream);
    facts_["pool"] = to_json(e.pool);
    facts_["send_at"] = to_json(e.send_at);
    if (!e.time_zone.empty()) facts_["time_zone"] = e.time_zone;
    if (e.parent) facts_["parent"] = to_json(e.parent);
    facts_["subject"] = texts_(e.subject);
    facts_["body"] = texts_(e.body);
    if (e.cost > 0) facts_["credit"] = "reserved";
  }
  void on(const InMailRescheduled& e) { facts_["send_at"] = to_json(e.send_at); }
  void on(const InMailCancelled& e) {
    became("cancelled");
    facts_["reason"] = to_json(e.reason);
    if (e.refusal) facts_["refusal"] = to_json(e.refusal);
  }
  void on(const InMailDelivered& e) {
    became("delivered");
    facts_["refund_until"] = to_json(e.refund_until);
    facts_["expires_from"] = to_json(e.expires_from);
    if (e.accept_until)
      facts_["accept_until"] = to_json(e.accept_until);
    else if (e.ref.cost > 0)
      facts_["credit"] = e.refundable ? "charged" : "charged for good";
  }
  void on(const InMailFailed& e) {
    became("failed");
    facts_["reason"] = to_json(e.reason);
  }
  void on(const Opened& e) {
    became("opened");
    if (e.refund_until) facts_["refund_until"] = to_json(e.refund_until);
  }
  void on(const Replied& e) {
    became("answered");
    facts_["kind"] = to_json(e.kind);
    facts_["reply"] = texts_(e.text);
  }
  void on(const Expired&) { became("expired"); }
  void on(const InMailRetracted&) { became("retracted"); }
  void on(const CreditCharged& e) {
    facts_["credit"] = e.refundable ? "charged" : "charged for good";
  }
  void on(const CreditReleased&) { facts_["credit"] = "released"; }
  void on(const CreditRefunded&) { facts_["credit"] = "refunded"; }
  void on(const ChargeFinalized&) { facts_["credit"] = "charged for good"; }
  void on(const MessageSent&) { facts_["messages"] = facts_.value("messages", 0) + 1; }

  template <class Other>
  void on(const Other&) {}

  Json& facts_;
  const TextReader& texts_;
  const RecordHeader* header_ = nullptr;
};

struct ShowCommand {
  static constexpr CommandText text{
      .name = "show",
      .does = "Shows a member, a seat, a contract, the policy or an InMail, with its last events.",
      .example = "inmail show world member:7 --until 2026-01-31"};

  void declare(CLI::App& app);
  Finished run();

 private:
  template <class IsWanted, class Take>
  Status read(const StoreReader& store, const IsWanted& is_wanted, const Take& take) const;
  void keep(const Record& record);
  Finished show(const StoreReader& store, StreamId stream);
  Finished show(const StoreReader& store, const InMailId& inmail);
  Finished print_report(Json facts, const TextReader& texts) const;

  std::filesystem::path store_;
  Entity entity_;
  ReplayLimit until_;
  std::uint64_t limit_ = 20;
  Format format_ = Format::table;

  std::deque<Record> last_;
  std::uint64_t events_ = 0;
};

void ShowCommand::declare(CLI::App& app) {
  add_store(app, store_);
  add_read(app, "WHAT", entity_, entity_from_text,
           "a text like member:7, seat:3, contract:1, policy:0 or inmail:<32 hexadecimal digits>",
           "member:7, seat:3, contract:1, policy:0 or inmail:<id>.");
  add_until(app, until_);
  add_limit(app, limit_);
  add_format(app, format_);
}

template <class IsWanted, class Take>
Status ShowCommand::read(const StoreReader& store, const IsWanted& is_wanted,
                         const Take& take) const {
  auto reader = LogReader::from(store.log(), Position{1});
  if (!reader) return reader.error();
  for (;;) {
    const auto view = reader->next();
    if (!view) return view.error();
    if (!*view) return {};
    const RecordHeader& header = (*view)->header;
    if (until_.through && header.position > *until_.through) return {};
    if (until_.until && header.time > *until_.until) return {};
    if (!is_wanted(**view)) continue;
    const auto record = decode_record(**view);
    if (!record) return record.error();
    take(*record);
  }
}

void ShowCommand::keep(const Record& record) {
  ++events_;
  last_.push_back(record);
  if (last_.size() > limit_) last_.pop_front();
}

Finished ShowCommand::print_report(Json facts, const TextReader& texts) const {
  Report report{.facts = std::move(facts), .listings = {}};
  report.facts["events_on_record"] = events_;
  Listing events{.name = "events",
                 .columns = {"position", "time", "stream", "event", "asked_by", "data"},
                 .rows = {}};
  for (const Record& record : last_) events.rows.push_back(to_json(record, texts));
  report.listings.push_back(std::move(events));
  print(std::cout, format_, report);
  return Exit::done;
}

Finished ShowCommand::show(const StoreReader& store, StreamId stream) {
  const TextReader texts = store.texts();
  Json facts = {{"stream", to_json(stream)}, {"version", 0}};
  Portrait portrait(facts, texts);
  std::optional<Timestamp> next_due;
  const auto read_all = read(
      store, [&](const RecordView& view) { return view.header.stream == stream; },
      [&](const Record& record) {
        facts["version"] = to_json(record.header.version);
        if (record.header.next_due) next_due = record.header.next_due;
        portrait.add(record);
        keep(record);
      });
  if (!read_all) return no_store(read_all.error());
  if (events_ == 0) return not_in_store(stream, store_);
  if (next_due && *next_due != no_deadline) facts["next_due"] = to_json(*next_due);

  const auto credits = store.fold(CreditsView::name, until_);
  if (!credits) return credits.error();
  const auto balance = credit_balance(credits->rows, stream);
  if (!balance) return no_store(balance.error());
  if (balance->lots > 0)
    facts["credits"] = {{"available", balance->buckets.available},
                        {"reserved", balance->buckets.reserved}};
  return print_report(std::move(facts), texts);
}

Finished ShowCommand::show(const StoreReader& store, const InMailId& inmail) {
  const TextReader texts = store.texts();
  Json facts = {{"inmail", to_json(inmail)}, {"status", nullptr}};
  InMailPortrait portrait(facts, texts);
  const auto read_all = read(
      store,
      [&](const RecordView& view) {
        // Most records can be told to be about something else without decoding them.
        return std::search(view.payload.begin(), view.payload.end(), inmail.bytes.begin(),
                           inmail.bytes.end()) != view.payload.end();
      },
      [&](const Record& record) {
        if (!is_about(record.event, inmail)) return;
        portrait.add(record);
        keep(record);
      });
  if (!read_all) return no_store(read_all.error());
  if (events_ == 0)
    return answer_is_no("inmail:" + to_text(inmail) + " is not in the store " + store_.string());
  return print_report(std::move(facts), texts);
}

Finished ShowCommand::run() {
  const auto store = StoreReader::open(store_);
  if (!store) return store.error();
  return std::visit([&](const auto& entity) { return show(*store, entity); }, entity_);
}

}  // namespace

void add_show(Program& program) { program.add<ShowCommand>(); }

}  // namespace inmail::tools
