import { type Handlers, person } from '../adapter.ts';
import type { Assets } from './assets.ts';
import type { Split } from './group.ts';
import type { Ingest } from './ingest.ts';
import type { Retry } from './retry.ts';
import type { AssetTags } from './tags.ts';

export const assetHandlers = ({ assets, ingest, tags, retry, split }: { assets: Assets; ingest: Ingest; tags: AssetTags; retry: Retry; split: Split }): Handlers => ({
  'assets.get': ({ id }, actor) => assets.get(person(actor).userId, id),
  'assets.tags': ({ id }, actor) => tags(person(actor).userId, id),
  'assets.check': ({ libraryId, sha256 }, actor) => ({ known: ingest.known(person(actor).userId, libraryId, sha256) }),
  'assets.receive': (p, actor) => ingest.ingest(person(actor).userId, p),
  'assets.favourite': async ({ ids, value }, actor) => ({ changed: await assets.favourite(person(actor).userId, ids, value) }),
  'assets.archive': async ({ ids, value }, actor) => ({ changed: await assets.archive(person(actor).userId, ids, value) }),
  'assets.update': ({ id, ...change }, actor) => assets.update(person(actor).userId, id, change),
  'assets.retry': async ({ ids }, actor) => ({ changed: await retry.assets(person(actor).userId, ids) }),
  'assets.split': async ({ id, fileId }, actor) => assets.get(person(actor).userId, await split(person(actor).userId, id, fileId)),
  'assets.settle': ({ id, fact, take }, actor) => assets.settle(person(actor).userId, id, fact, take),
  'assets.trash': async ({ ids }, actor) => ({ changed: await assets.trash(person(actor).userId, ids) }),
  'assets.restore': async ({ ids }, actor) => ({ changed: await assets.restore(person(actor).userId, ids) }),
});
