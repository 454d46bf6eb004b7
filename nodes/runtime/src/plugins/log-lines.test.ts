import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { endedBecause } from './ended.ts';
import { boundedLog } from './log-lines.ts';

it('lines are cut, cleaned and counted', () => {
  const lines: string[] = [];
  let now = 0;
  const log = boundedLog((l) => void lines.push(l), () => now);
  log.line(`a\u001b[31mred\u0007 ${'x'.repeat(5000)}`);
  expect(lines[0]).toMatch(/^a \[31mred {2}x+…$/);
  expect(lines[0]!.length).toBe(2001);
  for (let i = 0; i < 5000; i++) log.line('again');
  expect(lines.length).toBe(1000);
  now = 1000;
  log.line('later');
  expect(lines.slice(-2)).toEqual(['(4001 more lines were left out)', 'later']);
});
it('output comes line by line, however it is cut; an endless line is cut', async () => {
  const lines: string[] = [], stream = new PassThrough();
  boundedLog((l) => void lines.push(l)).stream(stream);
  for (const part of ['one\ntw', 'o\n\n', 'x'.repeat(50_000), 'end']) stream.write(part);
  stream.end();
  await new Promise((resolve) => { stream.on('close', resolve); });
  expect(lines.slice(0, 2)).toEqual(['one', 'two']);
  expect(lines[2]).toMatch(/^x{1997}end$/);
});
it.each<[number | null, NodeJS.Signals | null, string, RegExp]>([
  [134, null, 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', /more memory than the 64 MB/], [null, 'SIGKILL', '', /memory of this machine ran out/], [137, null, '', /memory of this machine ran out/], [139, null, '', /crashed \(signal 11\)/], [null, 'SIGSEGV', '', /crashed \(SIGSEGV\)/],
  [1, null, 'at x\nTypeError: no\u0007 such thing\n    at y', /ended by itself \(code 1\): TypeError: no {2}such thing/], [0, null, '', /ended by itself \(code 0\)\.$/],
])('why it ended: %s %s', (code, signal, stderr, sentence) => expect(endedBecause(code, signal, stderr, 64)).toMatch(sentence));
