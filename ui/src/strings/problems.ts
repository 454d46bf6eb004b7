import type { Problem } from '../data/types.ts';

/** One icon for each thing that may be said about a file; the words are `problem.<name>` and, where there is little room, `problem.<name>.short`. */
export const PROBLEM_ICON: Record<Problem, string> = {
  undecodable: 'image-off', too_large: 'maximize', truncated: 'scissors', wrong_extension: 'file-type', encrypted: 'lock', empty: 'file-x',
  no_date: 'calendar-off', odd_date: 'calendar-clock', no_facts: 'file-question-mark', missing: 'unplug',
};
/** What keeps a file from being shown, the clearest reason first. */
export const HINDRANCES: readonly Problem[] = ['empty', 'encrypted', 'too_large', 'undecodable'];
