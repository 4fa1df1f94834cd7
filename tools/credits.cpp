#include "projections/credits.hpp"

#include <iostream>

#include "tools/credit_forecast.hpp"
#include "tools/paged.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

void add_buckets(Json& json, const CreditBuckets& buckets) {
  json["granted"] = buckets.granted;
  json["available"] = buckets.available;
  json["reserved"] = buckets.reserved;
  json["consumed"] = buckets.consumed;
  json["expired"] = buckets.expired;
  json["forfeited"] = buckets.forfeited;
  json["voided"] = buckets.voided;
}

Json lot_json(const CreditLot& lot) {
  Json json = {{"lot", to_json(lot.lot)},
               {"kind", to_json(lot.kind)},
               {"granted_at", to_json(lot.granted_at)},
               {"expires_at", to_json(lot.expires_at)},
               {"cycle", to_json(lot.cycle)},
               {"inmail", to_json(lot.inmail)}};
  add_buckets(json, lot.buckets);
  return json;
}

Json line_json(const LedgerLine& line) {
  const std::string_view reason = reason_of(line);
  return {
      {"position", to_json(line.position)},
      {"time", to_json(line.came_true_at)},
      {"what", to_json(line.what)},
      {"reason", reason.empty() ? Json() : Json(reason)},
      {"amount", line.amount},
      {"available", line.available},
      {"lot", to_json(line.lot)},
      {"inmail", to_json(line.inmail)},
      {"policy", to_json(line.policy)},
      {"cause", line.cause.is_zero() ? Json() : to_json(line.cause)},
      {"spent_by", to_json(line.spent_by)},
      {"recorded_at", to_json(line.time)},
  };
}

Json linked_json(const LinkedAccount& account) {
  return {{"member", to_json(account.member)},
          {"since", to_json(account.since)},
          {"until", to_json(account.until)},
          {"sends", account.sends},
          {"reserved", account.reserved}};
}

std::optional<StreamId> owner_from_text(std::string_view text) {
  const auto stream = stream_from_text(text);
  const bool may_own =
      stream && (stream->kind() == StreamKind::member || stream->kind() == StreamKind::contract);
  return may_own ? stream : std::nullopt;
}

struct CreditsCommand {
  static constexpr CommandText text{
      .name = "credits",
      .does = "Prints the credits of a member or a contract, and why each came and went.",
      .more =
          "The ledger is printed newest first. CSV and JSONL are the ledger alone.\n"
          "Of a member it says whose credits the member spends, if it is linked to another's\n"
          "pool, and who is linked to the member's own.\n"
          "With --forecast, what expires, is forfeited and renews instead, if nobody sends; its\n"
          "CSV and JSONL are the changes alone. It changes nothing.",
      .example =
          "inmail credits world member:7\n"
          "inmail credits world member:7 --forecast 90\n"
          "inmail credits world contract:1 --limit 0 --format csv"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_read(app, "OWNER", owner_, owner_from_text, "a text like member:7 or contract:1",
             "member:7 or contract:1.");
    add_until(app, until_);
    add_limit(app, limit_);
    add_number(app, "--forecast", forecast_days_, 1, 3'660,
               "For so many days from the last record that counts on.");
    add_format(app, format_);
  }

  Finished run() {
    const auto store = StoreReader::open(store_);
    if (!store) return store.error();
    if (forecast_days_ > 0) return print_forecast(*store);
    const auto credits = store->fold(CreditsView::name, until_);
    if (!credits) return credits.error();
    const auto balance = credit_balance(credits->rows, owner_);
    if (!balance) return no_store(balance.error());
    if (balance->lots == 0) {
      const auto is_known = store->knows(owner_);
      if (!is_known) return is_known.error();
      if (!*is_known) return not_in_store(owner_, store_);
    }
    return print_account(credits->rows, *balance);
  }

 private:
  Finished print_forecast(const StoreReader& store) const {
    const auto forecast = foretell_credits(store, owner_, until_, forecast_days_);
    if (!forecast) return forecast.error();
    if (!*forecast) return not_in_store(owner_, store_);
    Report report{.facts = {{"owner", to_json(owner_)}, {"forecast", to_json(**forecast)}},
                  .listings = {}};
    Listing changes{
        .name = "changes", .columns = {"at", "what", "lot", "amount", "available"}, .rows = {}};
    for (const ForetoldChange& each : (*forecast)->changes) changes.rows.push_back(to_json(each));
    report.listings = {std::move(changes)};
    print(std::cout, format_, report);
    if (format_ == Format::table && !(*forecast)->is_whole)
      std::cout << "(the first " << (*forecast)->changes.size() << "; fewer days show all)\n";
    return Exit::done;
  }

  Finished print_account(const Rows& rows, const CreditBalance& balance) const {
    const auto lots =
        list_pages(std::numeric_limits<std::uint64_t>::max(),
                   [&](const PageRequest& page) { return credit_lots(rows, owner_, page); });
    if (!lots) return no_store(lots.error());
    const auto ledger = list_pages(
        limit_, [&](const PageRequest& page) { return credit_ledger(rows, owner_, page); });
    if (!ledger) return no_store(ledger.error());

    Json linked_to;
    std::vector<LinkedAccount> accounts;
    if (owner_.kind() == StreamKind::member) {
      const auto pool = pool_linked_to(rows, owner_.member());
      if (!pool) return no_store(pool.error());
      linked_to = to_json(*pool);
      auto linked = list_pages(
          std::numeric_limits<std::uint64_t>::max(),
          [&](const PageRequest& page) { return linked_accounts(rows, owner_.member(), page); });
      if (!linked) return no_store(linked.error());
      accounts = std::move(linked->items);
    }

    Json totals = Json::object();
    add_buckets(totals, balance.buckets);
    totals["refunded"] = balance.refunded;
    Report report{.facts = {{"owner", to_json(owner_)}, {"balance", std::move(totals)}},
                  .listings = {}};
    if (!linked_to.is_null()) report.facts["spends_from"] = std::move(linked_to);
    Listing held{.name = "lots",
                 .columns = {"lot", "kind", "granted_at", "expires_at", "granted", "available",
                             "reserved", "consumed", "expired", "forfeited", "voided"},
                 .rows = {}};
    for (const CreditLot& each : lots->items) held.rows.push_back(lot_json(each));
    Listing lines{.name = "ledger",
                  .columns = {"position", "time", "what", "reason", "amount", "available", "lot",
                              "inmail", "spent_by"},
                  .rows = {}};
    for (const LedgerLine& each : ledger->items) lines.rows.push_back(line_json(each));
    report.listings = {std::move(held), std::move(lines)};
    if (!accounts.empty()) {
      Listing linked{.name = "linked",
                     .columns = {"member", "since", "until", "sends", "reserved"},
                     .rows = {}};
      for (const LinkedAccount& each : accounts) linked.rows.push_back(linked_json(each));
      report.listings.insert(report.listings.begin() + 1, std::move(linked));
    }
    print(std::cout, format_, report);
    say_what_is_left(format_, ledger->items.size(), ledger->has_more);
    return Exit::done;
  }

  std::filesystem::path store_;
  StreamId owner_;
  ReplayLimit until_;
  std::uint64_t limit_ = 50;
  std::uint64_t forecast_days_ = 0;  ///< 0: no forecast.
  Format format_ = Format::table;
};

}  // namespace

void add_credits(Program& program) { program.add<CreditsCommand>(); }

}  // namespace inmail::tools
