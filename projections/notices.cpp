#include "projections/notices.hpp"

#include "projections/paging.hpp"
#include "projections/row_key.hpp"
#include "projections/typed_rows.hpp"

// Rows, by the first byte of their keys:
//
//   n  kind, subject            NoticeRow
//   t  target, kind, subject    nothing: the notices of a target

namespace inmail {
namespace {

struct NoticeRow {
  StreamId target;
  Position source;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(target, source);
  }
};

void add(RowKey& key, const NoticeKey& notice) {
  key.add_byte(static_cast<std::uint8_t>(notice.kind)).add(notice.subject);
}

RowKey row_key(const NoticeKey& notice) {
  RowKey key('n');
  add(key, notice);
  return key;
}

RowKey target_prefix(StreamId target) { return RowKey('t').add(target); }

RowKey target_key(StreamId target, const NoticeKey& notice) {
  RowKey key = target_prefix(target);
  add(key, notice);
  return key;
}

NoticeKey take_notice(RowKeyReader& parts) {
  NoticeKey notice;
  notice.kind = static_cast<NoticeKind>(parts.byte());
  notice.subject = parts.id();
  return notice;
}

}  // namespace

void NoticesView::apply(Rows& rows, const Record& record) {
  for (const NoticeKey& notice : settled_by(record.header.stream, record.event)) {
    const RowKey key = row_key(notice);
    const auto row = fold_row<NoticeRow>(rows, key);
    if (!row) continue;
    rows.erase(target_key(row->target, notice));
    rows.erase(key);
  }
  for (const Obligation& duty : obligations_of(record.header.stream, record.event)) {
    insert_row(rows, row_key(duty.key), NoticeRow{duty.target, record.header.position});
    rows.insert(target_key(duty.target, duty.key), {});
  }
}

Result<Page<OpenNotice>> open_notices(const Rows& rows, const PageRequest& page) {
  return read_page<OpenNotice>(
      rows, RowKey('n'), page,
      [](std::string_view key, std::string_view value) -> Result<OpenNotice> {
        auto row = decode_row<NoticeRow>(value);
        if (!row) return row.error();
        RowKeyReader parts(key);
        return OpenNotice{take_notice(parts), row->target, row->source};
      });
}

Result<Page<OpenNotice>> open_notices_for(const Rows& rows, StreamId target,
                                          const PageRequest& page) {
  auto keys = read_page<NoticeKey>(rows, target_prefix(target), page,
                                   [](std::string_view key, std::string_view) -> Result<NoticeKey> {
                                     RowKeyReader parts(key);
                                     parts.stream();
                                     return take_notice(parts);
                                   });
  if (!keys) return keys.error();
  Page<OpenNotice> result{{}, std::move(keys->next)};
  for (const NoticeKey& key : keys->items) {
    auto notice = find_notice(rows, key);
    if (!notice) return notice.error();
    if (*notice) result.items.push_back(**notice);
  }
  return result;
}

Result<std::optional<OpenNotice>> find_notice(const Rows& rows, const NoticeKey& key) {
  auto row = read_row<NoticeRow>(rows, row_key(key));
  if (!row) return row.error();
  if (!*row) return std::optional<OpenNotice>{};
  return std::optional<OpenNotice>{OpenNotice{key, (*row)->target, (*row)->source}};
}

}  // namespace inmail
