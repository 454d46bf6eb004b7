import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Before every clock that there is: a PC whose battery is empty wakes up in 1970, and the certificate is pinned, so its dates protect nobody. */
const FROM = '19700101000000Z';
const UNTIL = '20491231235959Z';

const config = (name: string): string => `[ca]
default_ca = house
[house]
new_certs_dir = .
database = index
serial = serial
default_md = sha256
policy = policy
email_in_dn = no
x509_extensions = extensions
[policy]
commonName = supplied
[req]
distinguished_name = subject
prompt = no
[subject]
CN = ${name}
[extensions]
subjectAltName = DNS:${name}
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

/** `tls.key` and `tls.crt` in `dir`, unless they are there. The name never changes, the address may: workers and ffmpeg check `<cid>.mantel` against the pinned certificate. */
export function makeCertificate(dir: string, cid: string): void {
  if (existsSync(join(dir, 'tls.crt'))) return;
  const desk = join(dir, 'certificate.new');
  rmSync(desk, { recursive: true, force: true }); // of a start that was cut off
  mkdirSync(desk, { mode: 0o700 });
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: desk, stdio: 'pipe' });
  writeFileSync(join(desk, 'config'), config(`${cid}.mantel`));
  writeFileSync(join(desk, 'index'), '');
  openssl('req', '-new', '-config', 'config', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'tls.key', '-out', 'request');
  // `req -x509` cannot say when it begins
  openssl('ca', '-batch', '-config', 'config', '-selfsign', '-keyfile', 'tls.key', '-in', 'request', '-out', 'tls.crt', '-notext', '-rand_serial', '-startdate', FROM, '-enddate', UNTIL);
  chmodSync(join(desk, 'tls.key'), 0o600);
  for (const name of ['tls.key', 'tls.crt']) renameSync(join(desk, name), join(dir, name));
  rmSync(desk, { recursive: true });
}
