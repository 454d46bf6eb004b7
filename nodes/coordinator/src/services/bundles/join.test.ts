import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@mantel/runtime/build.ts';
import { expect, test } from 'vitest';
import { houseAddress, joinFile, joinLines, pinOf, type Place, refusalScript } from './join.ts';

const place: Place = { address: '192.168.1.5', port: 2283, pin: `${'A'.repeat(43)}=`, cid: '0123456789abcdef', build: 'fedcba9876543210', sha: { x64: 'a'.repeat(64), arm64: '' } };

test('every placeholder of every file is filled, and a shell can read what comes out', () => {
  for (const file of ['join.sh', 'join.ps1', 'join.containerfile'] as const) expect(joinFile(ROOT, file, place), file).not.toMatch(/@[A-Z0-9_]{3,}@/);
  const script = joinFile(ROOT, 'join.sh', place);
  for (const shell of ['sh', 'bash']) execFileSync(shell, ['-n'], { input: script });
  expect(script).toContain(`ADDRESS='192.168.1.5' PORT='2283'`);
  expect(script).toContain('NoNewPrivileges=yes'); // the service
  expect(script).toContain('The mantel command on the PC of a worker'); // the command
  expect(script.trimEnd().split('\n').slice(-2)).toEqual(['main </dev/null', 'exit']); // a download that breaks off does nothing
});

test('the other ways in ask for the same key, and run nothing that did not come from it', () => {
  expect(joinFile(ROOT, 'join.containerfile', place)).toMatch(new RegExp(`^ENV .*MANTEL_PIN=${place.pin}$`, 'm'));
  expect(joinLines(place).powershell).toMatch(/Remove-Item \$f .*; curl\.exe .* -o \$f; if \(\$LASTEXITCODE -eq 0\) \{ powershell .* \$f \}$/);
});

test('nothing but what it should be gets into a script that root runs', () => {
  for (const bad of [{ address: `x'; rm -rf /` }, { address: 'evil.example' }, { pin: 'short' }, { pin: `${'A'.repeat(42)}'=` }, { cid: '../../x' }, { build: '$(id)' }, { sha: { x64: 'zz', arm64: '' } }, { port: Number.NaN }]) {
    expect(() => joinFile(ROOT, 'join.sh', { ...place, ...bad } as Place), JSON.stringify(bad)).toThrow(/not usable/);
  }
  const said = refusalScript(`It's broken: $(touch /tmp/x) \`id\` "q"\n\\`);
  expect(() => execFileSync('sh', [], { input: said, stdio: 'pipe' })).toThrow(/touch \/tmp\/x\) `id`/); // said, not run
});

test('the address is that of the socket; from this machine itself, that of a network card', () => {
  expect(houseAddress('::ffff:192.168.7.9')).toBe('192.168.7.9');
  expect(houseAddress('2001:db8::5')).toBe('[2001:db8::5]');
  const card = Object.values(networkInterfaces()).flat().find((a) => a && !a.internal && a.family === 'IPv4' && !a.address.startsWith('169.254.'))?.address;
  for (const local of ['127.0.0.1', '::1', undefined, 'fe80::1%eth0']) expect(houseAddress(local)).toMatch(card ? /^\d+(\.\d+){3}$/ : /^(127\.0\.0\.1|\[::1\])$/);
  expect(joinLines(place).command).toBe(`curl -fsSk --pinnedpubkey sha256//${'A'.repeat(43)}= https://192.168.1.5:2283/join.sh | sudo sh`);
});

test('the pin is what openssl and curl make of the same certificate', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mantel-pin-'));
  try {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(dir, 'k'), '-out', join(dir, 'c'), '-subj', '/CN=x'], { stdio: 'pipe' });
    const theirs = execFileSync('sh', ['-c', 'openssl x509 -in "$1" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64', 'sh', join(dir, 'c')]).toString().trim();
    expect(pinOf(execFileSync('cat', [join(dir, 'c')]).toString())).toBe(theirs);
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
