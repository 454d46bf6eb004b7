import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Session, User } from '@mantel/contracts/models/user.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, codeOf, must, type Person, type Rig, startRig } from './rig.ts';

describe('the first-run wizard', () => {
  let rig: Rig;
  let file: string;
  beforeAll(async () => {
    rig = await startRig({ admin: false });
    file = join(rig.state, 'first-run.code');
  });
  afterAll(() => rig.stop());
  const wizard = (code: string, change: object = {}) => rig.api('POST', '/setup', { code, email: ADMIN.email, name: 'Ann', password: ADMIN.password, libraryName: 'Family', ...change }, { from: rig.nextAddress() });

  test('only the holder of the code becomes admin, once, and the code is gone afterwards', async () => {
    expect(must(await rig.api('GET', '/server'), 200).json).toMatchObject({ needsSetup: true });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const code = readFileSync(file, 'utf8').trim();
    expect(codeOf(await rig.api('GET', '/setup?code=wrong'))).toEqual([403, 'bad_setup_code']);
    expect(must(await rig.api('GET', `/setup?code=${code}`), 200).json).toMatchObject({ dataPath: rig.data });
    expect(codeOf(await wizard('aaaaaaaaaaaa'))).toEqual([403, 'bad_setup_code']);
    expect(codeOf(await wizard(code, { password: 'short' }))).toEqual([400, 'weak_password']);
    expect(existsSync(file)).toBe(true);

    const both = await Promise.all([wizard(code), wizard(code, { email: 'eve@example.com' })]);
    expect(both.map((a) => a.status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(both.find((a) => a.status === 409)!.json.code).toBe('setup_done');
    const { token, user } = both.find((a) => a.status === 200)!.json as { token: string; user: User };
    expect(user.role).toBe('admin');
    expect(existsSync(file)).toBe(false);
    expect(codeOf(await wizard(code))).toEqual([409, 'setup_done']);
    expect(codeOf(await rig.api('GET', `/setup?code=${code}`))).toEqual([409, 'setup_done']);
    expect(must(await rig.api('GET', '/server'), 200).json).toMatchObject({ needsSetup: false });
    expect((await rig.api('GET', '/users', undefined, { token })).json).toHaveLength(1);
    expect((await rig.libraries(token)).map((l) => [l.kind, l.name, l.role])).toEqual(expect.arrayContaining([['shared', 'Family', 'manager'], ['personal', user.name, 'manager']]));
  });

  test('guessing the code is slow from one address and hopeless from many; it never locks the family out', async () => {
    const other = await startRig({ admin: false });
    try {
      const code = readFileSync(join(other.state, 'first-run.code'), 'utf8').trim();
      const guess = (c: string, from = other.nextAddress()) => other.api('GET', `/setup?code=${c}`, undefined, { from });
      const lair = other.nextAddress();
      const seen: number[] = [];
      for (let i = 0; i < 15; i++) seen.push((await guess(`guess${i}`, lair)).status);
      expect(seen).toEqual([...Array.from({ length: 10 }, () => 403), ...Array.from({ length: 5 }, () => 429)]);
      expect(codeOf(await guess(code, lair))).toEqual([429, 'rate_limited']); // a guesser learns nothing from a hit
      for (let i = 0; i < 25; i++) expect((await guess(`more${i}`)).status).toBe(403);
      expect(other.log.filter((l) => l.msg === 'wrong first-run code')).toHaveLength(35);
      expect((await guess(code)).status).toBe(200);
      expect(JSON.stringify(other.log)).not.toContain(code);
    } finally { await other.stop(); }
  });
});

describe('accounts', () => {
  let rig: Rig;
  let ann: Person;
  let bob: Person;
  beforeAll(async () => {
    rig = await startRig();
    ann = await rig.admin();
    bob = await rig.addUser(ann, 'Bob');
  });
  afterAll(() => rig.stop());
  const me = (token: string) => rig.api('GET', '/auth/me', undefined, { token });
  const sessions = async (token: string): Promise<Session[]> => must(await rig.api('GET', '/auth/sessions', undefined, { token }), 200).json as unknown as Session[];

  test('the admin of the environment is there and no code is written', () => {
    expect(existsSync(join(rig.state, 'first-run.code'))).toBe(false);
    expect(ann.token).toMatch(/^[\w-]{43}$/);
  });

  test('cookie: HttpOnly and SameSite always, Secure over TLS; it signs in and out', async () => {
    const login = async (cert?: string) => must(await rig.api('POST', '/auth/login', { email: ADMIN.email, password: ADMIN.password }, { from: rig.nextAddress(), ...(cert ? { cert } : {}) }), 200);
    const plain = String((await login()).headers['set-cookie']);
    expect(plain).toMatch(/^mantel_session=[\w-]{43};/);
    expect(plain).toMatch(/; HttpOnly/);
    expect(plain).toMatch(/; SameSite=(Lax|Strict)/);
    expect(plain).not.toContain('Secure');
    expect(String((await login(rig.cluster.cert)).headers['set-cookie'])).toMatch(/; Secure/);
    const cookie = plain.split(';')[0]!;
    expect((await rig.api('GET', '/auth/me', undefined, { cookie })).json).toMatchObject({ email: ADMIN.email });
    const out = must(await rig.api('POST', '/auth/logout', {}, { cookie }), 200);
    expect(String(out.headers['set-cookie'])).toMatch(/^mantel_session=;/);
    expect(codeOf(await rig.api('GET', '/auth/me', undefined, { cookie }))).toEqual([401, 'unauthenticated']);
  });

  test('a token is in no file of the house, only its hash', () => {
    const hash = createHash('sha256').update(bob.token).digest('hex');
    expect(rig.coordinator.db.sql.get('select 1 from session where token_hash = ?', hash)).toBeDefined();
    for (const name of ['mantel.db', 'mantel.db-wal']) expect(readFileSync(join(rig.state, name)).includes(bob.token), name).toBe(false);
    expect(JSON.stringify(rig.log)).not.toContain(bob.token);
    expect(readFileSync(join(rig.state, 'mantel.db-wal')).includes(bob.password)).toBe(false);
  });

  test('sessions are listed and revoked; a revoked one loses its live stream', async () => {
    const phone = await rig.signedIn(bob.email, bob.password);
    const stream = await rig.live(phone.token);
    const other = (await sessions(bob.token)).find((s) => !s.current)!;
    expect((await sessions(bob.token)).filter((s) => s.current)).toHaveLength(1);
    expect(codeOf(await rig.api('DELETE', `/auth/sessions/${other.id}`, undefined, { token: ann.token }))).toEqual([404, 'not_found']); // not hers
    must(await rig.api('DELETE', `/auth/sessions/${other.id}`, undefined, { token: bob.token }), 200);
    await stream.ended;
    expect((await me(phone.token)).status).toBe(401);
    expect((await me(bob.token)).status).toBe(200);
  });

  test('a new password ends all other sessions; the old one no longer opens', async () => {
    const tablet = await rig.signedIn(bob.email, bob.password);
    const stream = await rig.live(tablet.token);
    const change = (current: string, next: string) => rig.api('POST', '/auth/password', { current, next }, { token: bob.token, from: rig.nextAddress() });
    expect(codeOf(await change('not it', 'another password'))).toEqual([401, 'bad_credentials']);
    expect(codeOf(await change(bob.password, 'seven77'))).toEqual([400, 'weak_password']);
    must(await change(bob.password, 'another password'), 200);
    await stream.ended;
    expect([(await me(tablet.token)).status, (await me(bob.token)).status]).toEqual([401, 200]);
    expect(codeOf(await rig.login(bob.email, bob.password))).toEqual([401, 'bad_credentials']);
    bob = { ...bob, password: 'another password' };
    must(await rig.login(bob.email, bob.password), 200);
  });

  test('a switched-off account loses its sessions and cannot sign in; the last admin stays', async () => {
    const carl = await rig.addUser(ann, 'Carl');
    const stream = await rig.live(carl.token);
    const update = (id: string, change: object) => rig.api('PATCH', `/users/${id}`, change, { token: ann.token });
    must(await update(carl.id, { disabled: true }), 200);
    await stream.ended;
    expect((await me(carl.token)).status).toBe(401);
    expect(codeOf(await rig.login(carl.email, carl.password))).toEqual([403, 'account_disabled']);
    expect(codeOf(await rig.login(carl.email, 'wrong'))).toEqual([401, 'bad_credentials']); // only the owner learns that it is off
    must(await update(carl.id, { disabled: false, role: 'admin' }), 200);
    must(await rig.login(carl.email, carl.password), 200);
    must(await update(carl.id, { disabled: true }), 200);
    for (const change of [{ role: 'member' }, { disabled: true }]) expect(codeOf(await update(ann.id, change))).toEqual([409, 'last_admin']);
  });

  test('an admin who is made a member is one at once', async () => {
    const dora = await rig.addUser(ann, 'Dora');
    const role = (r: string) => rig.api('PATCH', `/users/${dora.id}`, { role: r }, { token: ann.token });
    must(await role('admin'), 200);
    must(await rig.api('GET', '/users', undefined, { token: dora.token }), 200);
    must(await role('member'), 200);
    expect(codeOf(await rig.api('GET', '/users', undefined, { token: dora.token }))).toEqual([403, 'forbidden']);
  });

  test('adding people: weak password, same address in other letters, unknown fields', async () => {
    const add = (change: object) => rig.api('POST', '/users', { email: 'eve@example.com', name: 'Eve', password: 'long enough', ...change }, { token: ann.token });
    expect(codeOf(await add({ password: '1234567' }))).toEqual([400, 'weak_password']);
    expect(codeOf(await add({ email: 'ANN@example.COM' }))).toEqual([409, 'email_taken']);
    expect(codeOf(await add({ isAdmin: true }))).toEqual([400, 'bad_request']);
    expect(codeOf(await add({ email: 'no address' }))).toEqual([400, 'bad_request']);
  });

  test('a flood of wrong passwords is stopped per address and per account, and logged', async () => {
    const wrong = (email: string, from: string, password = 'wrong') => rig.api('POST', '/auth/login', { email, password }, { from });
    const before = rig.log.length;
    const one = [];
    for (let i = 0; i < 12; i++) one.push((await wrong(`nobody${i}@example.com`, '127.9.9.9')).status);
    expect(one).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await wrong(ann.email, '127.9.9.9', ann.password)).status).toBe(429);

    const fay = await rig.addUser(ann, 'Fay');
    for (let i = 0; i < 20; i++) expect((await wrong(i % 2 ? 'FAY@example.com ' : fay.email, rig.nextAddress())).status).toBe(401);
    expect(codeOf(await wrong('fay@example.com', rig.nextAddress(), fay.password))).toEqual([429, 'rate_limited']);
    expect((await me(fay.token)).status).toBe(200); // who is signed in stays so
    must(await rig.login(ann.email, ann.password), 200); // and others can
    const lines = rig.log.slice(before).filter((l) => l.msg === 'sign-in refused: wrong e-mail or password');
    expect(lines.length).toBeGreaterThanOrEqual(30);
    expect(lines.map((l) => l.address)).toContain('127.9.9.9');
    expect(JSON.stringify(rig.log)).not.toContain(fay.password);
  });

  test('another web site cannot act with the cookie; the own one and programs can', async () => {
    const cookie = `mantel_session=${ann.token}`;
    const post = (headers: Record<string, string>, who: object = { cookie }) => rig.api('PATCH', '/auth/me', { name: 'Ann' }, { headers, ...who });
    const own = `127.0.0.1:${rig.port}`;
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${rig.port + 1}`, 'http://127.0.0.1', `http://localhost:${rig.port}`, `http://${own}.evil.example`, 'nonsense']) {
      expect(codeOf(await post({ origin })), origin).toEqual([403, 'foreign_origin']);
    }
    expect(codeOf(await post({ 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'foreign_origin']);
    expect(codeOf(await post({ origin: 'http://evil.example' }, { token: ann.token }))).toEqual([403, 'foreign_origin']);
    must(await post({ origin: `http://${own}` }), 200);
    must(await post({ origin: `https://${own}` }, { cookie, cert: rig.cluster.cert }), 200);
    must(await post({}, { token: ann.token }), 200);
    expect((await rig.api('GET', '/auth/me', undefined, { cookie, origin: 'http://evil.example' })).headers['access-control-allow-origin']).toBeUndefined();
  });
});
