-- Integer ids inside, UUIDs outside. Times are integer milliseconds UTC unless the name says otherwise.
-- `ord` = floor(local wall clock in seconds) * 2^20 + n: one time-sortable key for timelines, joins and (later) full text.

create table setting(key text primary key, value text not null) without rowid;

create table user(
  id integer primary key, uuid text not null unique, email text not null unique collate nocase, name text not null,
  role text not null check (role in ('admin', 'member')), password_hash text not null, disabled integer not null default 0, created_at integer not null
);
create table session(
  id integer primary key, uuid text not null unique, user_id integer not null references user(id) on delete cascade, token_hash text not null unique,
  device text not null, address text, created_at integer not null, last_seen_at integer not null
);
create index session_user on session(user_id);

create table library(
  id integer primary key, uuid text not null unique, kind text not null check (kind in ('personal', 'shared', 'locked', 'external')), name text not null,
  folder text not null unique collate nocase, owner_id integer references user(id), created_at integer not null,
  root text -- external: the folder of this machine that it looks at
);
create table membership(
  library_id integer not null references library(id) on delete cascade, user_id integer not null references user(id) on delete cascade,
  role text not null check (role in ('viewer', 'contributor', 'manager')), show integer not null default 1, is_default integer not null default 0, primary key(user_id, library_id)
) without rowid;
create index membership_library on membership(library_id, user_id);

create table asset(
  id integer primary key, uuid text not null unique, library_id integer not null references library(id), type text not null check (type in ('image', 'video')),
  vis integer not null default 0, -- 1: live and not in the trash
  ord integer not null unique, month integer not null, -- yyyymm of the local wall clock
  sha256 text not null, -- of the original file: what makes twins
  taken_at integer not null, taken_at_local text not null, taken_at_source text not null, offset_minutes integer,
  lat real, lon real, altitude real, width integer, height integer, ratio integer not null default 85, duration_ms integer,
  make text, model text, lens text, iso real, f_number real, exposure_time real, focal_length real, orientation integer, colour_space text, video_codec text, audio_codec text, rating integer, title text, description text,
  sources text not null default '{}', -- fact → where it came from
  edited text not null default '{}', -- fact → when somebody changed it here (ms): newest wins against a sidecar that another program changed
  conflicts text not null default '[]', -- facts that were changed on both sides, with the value that lost
  original_name text not null, preview text not null default 'waiting' check (preview in ('waiting', 'ready', 'failed')), preview_version text not null default '', thumbhash blob, dhash text,
  parts integer not null default 0, -- 1: moves when asked (a live clip, or one inside); 2: has a RAW
  lazy integer not null default 0, -- its preview is made when somebody looks
  problems text not null default '[]', trashed_at integer, trashed_by integer references user(id), created_at integer not null, updated_at integer not null
);
create index asset_timeline on asset(library_id, ord desc, ratio) where vis = 1; -- covers the layout: a third of the time
create index asset_trash on asset(library_id, ord desc) where trashed_at is not null;
create index asset_waiting on asset(id) where preview = 'waiting';
create index asset_twin on asset(sha256, id);

create table file(
  id integer primary key, uuid text not null unique, asset_id integer not null references asset(id) on delete cascade, library_id integer not null references library(id),
  role text not null check (role in ('original', 'live', 'edited', 'raw')), state text not null check (state in ('arriving', 'live')),
  path text not null unique, -- relative to the data folder
  path_key text not null unique, -- case-folded NFC: no two files that some file system would take for one
  temp text, -- while arriving: the temporary file, relative to the data folder
  name text not null, bytes integer not null, mime text not null, sha256 text not null, sha1 text not null, width integer, height integer, duration_ms integer, created_at integer not null,
  shown integer not null default 1, -- the one file of its asset that previews are made of
  stem text not null default '', taken_at integer not null default 0, -- by which the files of one photo find each other: the name without what programs add to it, the time that this file says
  facts text not null default '{}', -- what this file said of itself: an asset takes the facts of another of its files when that becomes the main one
  content_id text, -- what the parts of a live photo share
  hints text, -- what an import source said of the photo, where this file is its original (library/hints.ts)
  given text check (given in ('live', 'edited', 'raw', 'copy')), -- the part that a source says it plays; copy: the same picture written anew
  alone integer not null default 0, -- a source says that it is a photo of its own, whatever others are called
  motion_offset integer, motion_bytes integer -- the clip inside a motion photo
);
create unique index file_shown on file(asset_id) where shown = 1;
create unique index file_original on file(asset_id) where role = 'original';
create index file_stem on file(library_id, stem, taken_at) where stem <> '';
create index file_content_id on file(library_id, content_id) where content_id is not null;
create unique index file_content on file(library_id, sha256);
create index file_asset on file(asset_id);
create index file_sha1 on file(sha1);
create index file_arriving on file(state) where state = 'arriving';
-- Files that somebody took apart: they are not put together again.
create table apart(file_a integer not null references file(id) on delete cascade, file_b integer not null references file(id) on delete cascade, primary key(file_a, file_b)) without rowid;
create index apart_other on apart(file_b);

-- Files that a source says are one photo, however they are called and dated.
create table together(file_a integer not null references file(id) on delete cascade, file_b integer not null references file(id) on delete cascade, primary key(file_a, file_b)) without rowid;
create index together_other on together(file_b);

create table contribution(
  id integer primary key, asset_id integer not null references asset(id) on delete cascade, file_id integer not null references file(id) on delete cascade, user_id integer not null references user(id),
  device text not null default '', original_name text not null, at integer not null,
  partner integer not null default 0, -- came to this person from a partner's sharing
  marks integer not null default 0 -- bits: 1 came by an import; once taken over from it, and theirs to change since: 2 favourite, 4 archived, 8 trashed
);
create unique index contribution_once on contribution(file_id, user_id, device, original_name);
create index contribution_user on contribution(user_id, asset_id);

create table asset_user(
  user_id integer not null references user(id) on delete cascade, asset_id integer not null references asset(id) on delete cascade, ord integer not null,
  favourite integer not null default 0, archived integer not null default 0, primary key(user_id, asset_id)
) without rowid;
create index asset_user_favourite on asset_user(user_id, ord desc) where favourite = 1;
create index asset_user_archived on asset_user(user_id, ord desc) where archived = 1;
create index asset_user_asset on asset_user(asset_id);

-- What one person's timeline leaves out although the library has it. reason: bit 1 twin (shown once, in another library), bit 2 archived.
create table hidden(user_id integer not null, asset_id integer not null, library_id integer not null, month integer not null, reason integer not null, primary key(user_id, asset_id)) without rowid;
create index hidden_asset on hidden(asset_id);
create table hidden_count(user_id integer not null, library_id integer not null, month integer not null, n integer not null, primary key(user_id, library_id, month)) without rowid;
create table month_count(library_id integer not null, month integer not null, n integer not null, primary key(library_id, month)) without rowid;
create table geo_cell(z integer not null, library_id integer not null, cy integer not null, cx integer not null, n integer not null, primary key(z, library_id, cy, cx)) without rowid;

create table tag(id integer primary key, uuid text not null unique, name text not null, parent_id integer references tag(id), path text not null unique);
create table asset_tag(tag_id integer not null references tag(id) on delete cascade, ord integer not null, asset_id integer not null references asset(id) on delete cascade, source text not null, primary key(tag_id, ord, asset_id)) without rowid;
create index asset_tag_asset on asset_tag(asset_id);

create table album(
  id integer primary key, uuid text not null unique, parent_id integer references album(id), name text not null, description text, cover_asset_id integer references asset(id) on delete set null,
  sort text not null default 'date' check (sort in ('date', 'manual')), owner_id integer not null references user(id), created_at integer not null, updated_at integer not null
);
create table album_asset(album_id integer not null references album(id) on delete cascade, ord integer not null, asset_id integer not null references asset(id) on delete cascade, position real, added_by integer not null references user(id), added_at integer not null, primary key(album_id, ord, asset_id)) without rowid;
create index album_asset_asset on album_asset(asset_id);
create table album_member(album_id integer not null references album(id) on delete cascade, user_id integer not null references user(id) on delete cascade, role text not null check (role in ('viewer', 'contributor', 'manager')), primary key(album_id, user_id)) without rowid;

create table person(id integer primary key, uuid text not null unique, name text, birthday text, hidden integer not null default 0, cover_face_id integer, created_at integer not null);
create table face(
  id integer primary key, uuid text not null unique, asset_id integer not null references asset(id) on delete cascade, person_id integer references person(id) on delete set null, ord integer not null,
  x real not null, y real not null, w real not null, h real not null, -- fractions of the displayed picture
  source text not null, vector blob
);
create index face_asset on face(asset_id);
create index face_person on face(person_id, ord desc);

-- The XMP beside an asset's original: what we wrote last (to tell whose change is newer) and how the file looked then.
create table sidecar(
  asset_id integer primary key references asset(id) on delete cascade, path text not null, state text not null default 'due' check (state in ('due', 'written', 'failed')), due_at integer not null default 0,
  base text not null default '{}', mtime_ms real, bytes integer, error text, tries integer not null default 0,
  old text not null default '[]', -- sidecars of files that became part of this asset, as they were known: looked at once more before they go
  taken text not null default '[]' -- sha256 of sidecars that came with uploads: sent again, they say nothing new
);
create index sidecar_due on sidecar(due_at) where state <> 'written';
create index sidecar_open on sidecar(path) where state <> 'written';

-- One feed, three readers (live events, phone sync, search index). Audience: user_id when set, else the members of library_id, else everybody.
create table change(seq integer primary key autoincrement, at integer not null, kind text not null, uuid text not null, op text not null, library_id integer, user_id integer);
create index change_library on change(library_id, seq);
create index change_user on change(user_id, seq);
create index change_at on change(at);

-- What jobs have in common that decides who may do them: kind, whose photos, and labels ({require, any, prefer}). There are few, so that the rules are asked per class and not per job.
-- A class of which no job is left is dropped now and then; `job.class_id` is no foreign key, because that would look through all jobs for each.
create table job_class(id integer primary key autoincrement, kind text not null, library_id integer references library(id) on delete cascade, needs text not null default '{}');
create unique index job_class_what on job_class(kind, coalesce(library_id, 0), needs);
create table job(
  id integer primary key, kind text not null, class_id integer not null, key text not null, prio integer not null default 0, payload text not null,
  state text not null default 'queued' check (state in ('queued', 'leased', 'done', 'failed', 'cancelled')),
  attempt integer not null default 0, max_attempts integer not null default 5, worker text, token text, lease_until integer,
  not_before integer not null default 0, -- 0: ready; a time that has come is set back to 0, so that `job_queue` holds only what can be done
  avoid text, avoid_until integer not null default 0, -- the worker that failed it last: another one is tried first
  lost integer not null default 0, -- attempts that nobody ended: the worker went away
  verdict text, -- the worker that called the file spoilt; another one looks
  parent integer references job(id) on delete cascade, after integer references job(id) on delete set null,
  result text, error text, created_at integer not null, started_at integer, done_at integer
);
create unique index job_key on job(key) where state in ('queued', 'leased');
create index job_failed on job(key) where state = 'failed';
create index job_queue on job(class_id, prio desc, id) where state = 'queued' and not_before = 0;
create index job_later on job(not_before) where state = 'queued' and not_before > 0;
create index job_lease on job(lease_until) where state = 'leased';
create index job_worker on job(worker) where state = 'leased';
create index job_state on job(kind, state, done_at);
create table job_kind(kind text primary key, paused integer not null default 0) without rowid;

-- Workers. Who is let in (keys, tokens) stands in STATE/cluster/workers.json, which nats-server's configuration is made of; here is what else is known and decided.
create table node(
  id text primary key, settings text not null default '{}', caps text, version text, build text, address text, joined_at integer, last_seen_at integer,
  ended text check (ended in ('stop', 'sleep', 'cut')) -- how its last connection ended; null while it is connected
) without rowid;
create table node_kind(
  node_id text not null references node(id) on delete cascade, kind text not null, done integer not null default 0, failed integer not null default 0,
  ms real, -- moving average of a job's time there, lease to result
  in_row integer not null default 0, unconfirmed integer not null default 0, held_until integer not null default 0, last_error text, primary key(node_id, kind)
) without rowid;
create table node_ignored(id text primary key, name text not null, at integer not null) without rowid;

-- Plugins. Their files lie in STATE/plugins/<id>/<version>-<start of sha256>/; those that came with Mantel have no row until somebody switches them, or they crash.
create table plugin(
  id text primary key, version text not null, origin text not null check (origin in ('bundled', 'folder', 'tarball', 'npm')), ref text, sha256 text not null, manifest text not null, permissions text not null default '{}', -- as they were agreed to
  state text not null default 'enabled' check (state in ('enabled', 'disabled', 'broken')), trouble text,
  previous text, -- JSON: what a rollback brings back (version, sha256, manifest, permissions, configurations of its sources)
  installed_at integer not null
) without rowid;
create table plugin_crash(plugin_id text not null, at integer not null, why text not null); -- of the last hour: too many in a row, also over a restart, and it is not started any more

-- A configured source.
create table source(
  id integer primary key, uuid text not null unique, plugin_id text not null, name text not null, config text not null, config_version text not null, -- version of the plugin that the configuration was made for
  library_id integer not null references library(id) on delete cascade, owner_id integer not null references user(id) on delete cascade, options text not null default '{}', schedule text, watch integer not null default 0, enabled integer not null default 1,
  due_from integer not null, -- from when on the schedule counts: what fell due since then and did not run was missed
  trouble text, created_at integer not null
);
create index source_plugin on source(plugin_id);

create table import_run(
  id integer primary key, uuid text not null unique, source_id integer references source(id) on delete set null, plugin_id text not null, plugin_version text not null, name text not null, config text not null, collection text not null, -- what the runs of one export share: see import_known
  library_id integer not null references library(id) on delete cascade, owner_id integer not null references user(id) on delete cascade, options text not null default '{}',
  state text not null, trouble text, auto integer not null default 0, -- starts by itself when the preview is there
  parts text not null default '[]', preview text, certificate text, done_bytes integer not null default 0,
  scan integer not null default 0, -- how many scans began: rows carry the number of the scan that saw them last
  summary text, -- JSON: counts of entries and items, once nothing moves any more
  asked integer not null default 1, -- by a person; 0: due by itself, so it brings nothing back that somebody took back
  pruned integer not null default 0, -- of its rows only those are left that it brought in
  created_at integer not null, started_at integer, ended_at integer
);
create index import_run_state on import_run(state);
create index import_run_owner on import_run(owner_id, id desc);
-- What the scan of a run found, in its order; done one after the other, so that a run goes on where it stopped.
create table import_item(
  run_id integer not null references import_run(id) on delete cascade, n integer not null, source_key text not null, item text not null, -- JSON of a SourceItem
  state text not null default 'pending' check (state in ('pending', 'done', 'problem', 'skipped')), asset_uuid text, created integer not null default 0, -- 1: its photo is here because of this run
  error text, scan integer not null, digest text not null, -- of what it says, wherever its bytes lie: an item that says something else in a later scan is done again
  flags integer not null, year integer, bytes integer not null, -- for the preview
  primary key(run_id, n)
) without rowid;
create unique index import_item_key on import_item(run_id, source_key);
create index import_item_pending on import_item(run_id, n) where state = 'pending';
-- Files that a run answered for: what it said of its source holds for these. born: it brought it in; taken_back: the moment at which undo put it into the trash.
create table import_file(
  run_id integer not null references import_run(id) on delete cascade, file_uuid text not null, item integer not null, born integer not null default 0, taken_back integer, primary key(run_id, file_uuid)
) without rowid;
create index import_file_file on import_file(file_uuid);
-- One row for every entry of the source: the report.
create table import_entry(
  run_id integer not null references import_run(id) on delete cascade, n integer not null, item integer, part text, path text not null, bytes integer, outcome text not null default 'pending', reason text, detail text, asset_uuid text, sha256 text, scan integer not null, primary key(run_id, n)
) without rowid;
create index import_entry_path on import_entry(run_id, path);
create index import_entry_outcome on import_entry(run_id, outcome, n);
create index import_entry_item on import_entry(run_id, item) where item is not null;
create table import_album(run_id integer not null references import_run(id) on delete cascade, source_key text not null, album text not null, album_uuid text, made integer not null default 0, primary key(run_id, source_key)) without rowid; -- album: JSON of a SourceAlbum; made: by this run
-- What is remembered of a collection over runs: which file an entry became, and which album (sha256: the name that an import gave it, where it made it). kind: 'file' (key: part and path), 'item', 'album' (key: the source's id).
create table import_known(collection text not null, kind text not null check (kind in ('file', 'item', 'album')), key text not null, uuid text not null, sha256 text, primary key(collection, kind, key)) without rowid;

create table repair(id text primary key, kind text not null, about text not null, text text not null, fix text, at integer not null, times integer not null default 1, dismissed_at integer) without rowid;
