import { expect, test } from 'vitest';
import { logLine } from './log-line.ts';

const at = new Date(2026, 0, 2, 9, 5, 7);
test.each<[string, ReturnType<typeof logLine>]>([
  [JSON.stringify({ level: 'info', time: at.getTime(), msg: 'a job is done', kind: 'preview', ms: 812, pid: 4, hostname: 'x' }), { time: '09:05:07', text: 'a job is done kind=preview ms=812', bad: false }],
  [JSON.stringify({ level: 'warn', time: at.toISOString(), msg: 'slow', err: { message: 'no route', stack: '…' } }), { time: '09:05:07', text: 'slow err=no route', bad: true }],
  [JSON.stringify({ level: 50, msg: 'bad' }), { time: '', text: 'bad', bad: true }], ['plain words', { time: '', text: 'plain words', bad: false }], ['{not json', { time: '', text: '{not json', bad: false }], ['', { time: '', text: '', bad: false }],
])('%s', (line, want) => expect(logLine(line)).toEqual(want));
