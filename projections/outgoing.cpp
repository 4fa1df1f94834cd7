#include "projections/outgoing.hpp"

#include "projections/paging.hpp"
#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   i  InMail                    Place: where the item of a scheduled one stands
//   s  member, send_at, InMail   ScheduledItem
//   k  draft                     MemberId: whose it is
//   d  member, draft             DraftItem

namespace inmail {
namespace {

struct Place {
  MemberId from;
  Timestamp send_at;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, send_at);
  }
};

RowKey place_key(const InMailId& inmail) { return RowKey('i').add(inmail); }
RowKey scheduled_prefix(MemberId member) { return RowKey('s').add(member); }
RowKey scheduled_key(const Place& place, const InMailId& inmail) {
  return scheduled_prefix(place.from).add(place.send_at).add(inmail);
}
RowKey owner_key(const DraftId& draft) { return RowKey('k').add(draft); }
RowKey drafts_prefix(MemberId member) { return RowKey('d').add(member); }

void put_scheduled(Rows& rows, const ScheduledItem& item) {
  const Place place{item.from, item.send_at};
  put_row(rows, place_key(item.inmail), place);
  put_row(rows, scheduled_key(place, item.inmail), item);
}

void take_off(Rows& rows, const InMailId& inmail) {
  const auto place = fold_row<Place>(rows, place_key(inmail));
  if (!place) return;
  rows.erase(scheduled_key(*place, inmail));
  rows.erase(place_key(inmail));
}

void on(Rows& rows, const RecordHeader& header, const InMailScheduled& e) {
  put_scheduled(rows, {.inmail = e.inmail,
                       .sender = header.stream,
                       .from = e.from,
                       .to = e.to,
                       .send_at = e.send_at,
                       .time_zone = e.time_zone,
                       .parent = e.parent,
                       .set_aside = e.cost,
                       .subject = e.subject,
                       .body = e.body});
}

void on(Rows& rows, const RecordHeader&, const InMailRescheduled& e) {
  const auto place = fold_row<Place>(rows, place_key(e.inmail));
  if (!place) return;
  auto item = fold_row<ScheduledItem>(rows, scheduled_key(*place, e.inmail));
  invariant(item.has_value(), "a scheduled InMail stands where its place says");
  rows.erase(scheduled_key(*place, e.inmail));
  item->send_at = e.send_at;
  if (!e.time_zone.empty()) item->time_zone = e.time_zone;
  put_scheduled(rows, *item);
}

void on(Rows& rows, const RecordHeader&, const InMailSent& e) {
  if (e.origin == SendOrigin::scheduled || e.origin == SendOrigin::follow_up)
    take_off(rows, e.inmail);
}

void on(Rows& rows, const RecordHeader&, const InMailCancelled& e) { take_off(rows, e.inmail); }

void on(Rows& rows, const RecordHeader& header, const DraftSaved& e) {
  put_row(rows, owner_key(e.draft), e.from);
  put_row(rows, drafts_prefix(e.from).add(e.draft),
          DraftItem{.draft = e.draft,
                    .author = header.stream,
                    .from = e.from,
                    .to = e.to,
                    .revision = e.revision,
                    .saved_at = header.time,
                    .expires_at = e.expires_at,
                    .subject = e.subject,
                    .body = e.body});
}

void on(Rows& rows, const RecordHeader&, const DraftDiscarded& e) {
  const auto owner = fold_row<MemberId>(rows, owner_key(e.draft));
  if (!owner) return;
  rows.erase(drafts_prefix(*owner).add(e.draft));
  rows.erase(owner_key(e.draft));
}

template <class Other>
void on(Rows&, const RecordHeader&, const Other&) {}

}  // namespace

void OutgoingView::apply(Rows& rows, const Record& record) {
  std::visit([&](const auto& event) { on(rows, record.header, event); }, record.event);
}

Result<Page<ScheduledItem>> scheduled_of(const Rows& rows, MemberId member,
                                         const PageRequest& page) {
  return read_page<ScheduledItem>(rows, scheduled_prefix(member), page);
}

Result<Page<DraftItem>> drafts_of(const Rows& rows, MemberId member, const PageRequest& page) {
  return read_page<DraftItem>(rows, drafts_prefix(member), page);
}

}  // namespace inmail
