import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeCertificate } from './certificate.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel $certificate '));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('names the house, holds whatever the clock of a PC says, and is made once', () => {
  makeCertificate(dir, '00112233aabbccdd');
  const pem = readFileSync(join(dir, 'tls.crt'), 'utf8');
  const made = new X509Certificate(pem);
  expect([made.subject, made.subjectAltName, made.ca]).toEqual(['CN=00112233aabbccdd.mantel', 'DNS:00112233aabbccdd.mantel', true]);
  expect(made.verify(made.publicKey)).toBe(true);
  expect(made.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect(Date.parse(made.validFrom)).toBe(0);
  expect(Date.parse(made.validTo)).toBeGreaterThan(Date.UTC(2045));
  expect(statSync(join(dir, 'tls.key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).sort()).toEqual(['tls.crt', 'tls.key']);
  makeCertificate(dir, 'another');
  expect(readFileSync(join(dir, 'tls.crt'), 'utf8')).toBe(pem);
});
