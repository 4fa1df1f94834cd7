#include "projections/analytics.hpp"

#include <iostream>

#include "tools/paged.hpp"
#include "tools/program.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {
namespace {

void add_counts(Json& json, const SentCounts& counts) {
  json["delivered"] = counts.delivered;
  json["failed"] = counts.failed;
  json["opened"] = counts.opened;
  json["responded"] = counts.responded;
  json["accepted"] = counts.accepted;
  json["declined"] = counts.declined;
  json["replied"] = counts.replied;
  json["quick"] = counts.quick;
  json["messages"] = counts.messages;
  json["credits_charged"] = counts.credits_charged;
  json["credits_refunded"] = counts.credits_refunded;
  json["clicked"] = counts.clicked;
}

Json rate_json(const Rate& rate) {
  return {{"numerator", rate.numerator},
          {"denominator", rate.denominator},
          {"basis_points", to_json(rate.basis_points())}};
}

/// "37.25 %": only for people; programs get the integers that it is made of.
Json percent_of(const Rate& rate) {
  const auto points = rate.basis_points();
  if (!points) return {};
  std::string hundredths = std::to_string(*points % 100);
  if (hundredths.size() < 2) hundredths.insert(0, "0");
  return std::to_string(*points / 100) + "." + hundredths + " %";
}

template <class ToJson>
Json rates_json(const Rates& rates, const ToJson& to_json_of) {
  return {{"delivery", to_json_of(rates.delivery)},
          {"open", to_json_of(rates.open)},
          {"response", to_json_of(rates.response)},
          {"accept", to_json_of(rates.accept)},
          {"decline", to_json_of(rates.decline)},
          {"positive", to_json_of(rates.positive)},
          {"refund", to_json_of(rates.refund)},
          {"click", to_json_of(rates.click)},
          {"click_of_opened", to_json_of(rates.click_of_opened)}};
}

std::optional<StreamId> sender_from_text(std::string_view text) {
  const auto stream = stream_from_text(text);
  const bool may_send =
      stream && (stream->kind() == StreamKind::member || stream->kind() == StreamKind::seat);
  return may_send ? stream : std::nullopt;
}

struct AnalyticsCommand {
  static constexpr CommandText text{
      .name = "analytics",
      .does = "Prints what became of the InMails of one sender, or of all.",
      .more =
          "Days are those on which an InMail was sent, in UTC. What was opened or answered counts "
          "if\nit was within response_window_s of the send. With unclassified_is_accept a reply in "
          "free\ntext counts in rates.accept and rates.positive. CSV and JSONL are the days alone.",
      .example = "inmail analytics world\ninmail analytics world member:7 --format json"};

  void declare(CLI::App& app) {
    add_store(app, store_);
    add_read(app, "SENDER", sender_, sender_from_text, "a text like member:7 or seat:3",
             "member:7 or seat:3; without it, all.")
        ->required(false);
    add_until(app, until_);
    add_limit(app, limit_);
    add_format(app, format_);
  }

  Finished run() {
    const auto store = StoreReader::open(store_);
    if (!store) return store.error();
    const auto analytics = store->fold(AnalyticsView::name, until_);
    if (!analytics) return analytics.error();
    const auto days = list_pages(limit_, [&](const PageRequest& page) {
      return analytics_days(analytics->rows, {sender_}, page);
    });
    if (!days) return no_store(days.error());
    if (days->items.empty() && sender_.is_set()) {
      const auto is_known = store->knows(sender_);
      if (!is_known) return is_known.error();
      if (!*is_known) return not_in_store(sender_, store_);
    }
    return print_days(analytics->rows, *days);
  }

 private:
  Finished print_days(const Rows& rows, const Listed<SentOnDay>& days) const {
    const auto total = analytics_total(rows, {sender_});
    if (!total) return no_store(total.error());
    const auto terms = analytics_terms(rows);
    if (!terms) return no_store(terms.error());

    const Rates rates = rates_of(*total, *terms);
    Json counts = Json::object();
    add_counts(counts, *total);
    Report report{.facts = {{"sender", sender_.is_set() ? to_json(sender_) : Json("all")},
                            {"response_window_s", terms->response_window.count()},
                            {"unclassified_is_accept", terms->unclassified_is_accept},
                            {"total", std::move(counts)},
                            {"rates", format_ == Format::table ? rates_json(rates, percent_of)
                                                               : rates_json(rates, rate_json)}},
                  .listings = {}};
    Listing list{.name = "days",
                 .columns = {"day", "delivered", "failed", "opened", "responded", "accepted",
                             "declined", "messages", "credits_charged", "credits_refunded"},
                 .rows = {}};
    for (const SentOnDay& each : days.items) {
      Json row = {{"day", to_text(Timestamp(each.day)).substr(0, 10)}};
      add_counts(row, each.counts);
      list.rows.push_back(std::move(row));
    }
    report.listings.push_back(std::move(list));
    print(std::cout, format_, report);
    say_what_is_left(format_, days.items.size(), days.has_more);
    return Exit::done;
  }

  std::filesystem::path store_;
  StreamId sender_;
  ReplayLimit until_;
  std::uint64_t limit_ = 50;
  Format format_ = Format::table;
};

}  // namespace

void add_analytics(Program& program) { program.add<AnalyticsCommand>(); }

}  // namespace inmail::tools
