import { type Handlers, person } from '../adapter.ts';
import type { Timeline } from './timeline.ts';

export const timelineHandlers = (timeline: Timeline): Handlers => ({
  'timeline.months': ({ view, libraryId }, actor) => timeline.months(person(actor).userId, view, libraryId),
  'timeline.layout': ({ view, libraryId }, actor) => timeline.layout(person(actor).userId, view, libraryId),
  'timeline.window': (q, actor) => timeline.window(person(actor).userId, q),
});
