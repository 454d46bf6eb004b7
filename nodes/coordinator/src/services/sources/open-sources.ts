// The wiring of this noun.
import type { Call } from '../adapter.ts';
import { createSelfStart, type SelfStartDeps } from './self-start.ts';
import { createSources, type SourcesDeps } from './sources.ts';
import { sourceHandlers } from './sources.service.ts';

export interface OpenSources extends Omit<SourcesDeps, 'now' | 'cards'>, Pick<SelfStartDeps, 'background' | 'cards'> { call: Call; hidden: (path: string) => boolean; now?: () => number }

export function openSources({ db, plugins, call, hidden, onChange, background, cards, now = Date.now }: OpenSources) {
  const selfStart = createSelfStart({ db, plugins, now, onChange, background, cards, begin: (sourceId) => call('imports.create', { sourceId, start: true }, { kind: 'system' }) });
  const looked = (): void => { onChange(); background('looking at sources again', selfStart.look()); };
  const sources = createSources({ db, plugins, onChange: looked, cards, now });
  return { sources, handlers: sourceHandlers(sources, hidden), start: selfStart.start, stop: selfStart.stop };
}
