// Reads "e-mail NUL password" from stdin and writes it as the private file named by the argument; the coordinator reads and deletes it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const file = process.argv[2];
const [email, password] = readFileSync(0, 'utf8').split('\0');
if (!file || !email || !password) throw new Error('usage: admin-file.mts FILE, with e-mail and password on stdin');
rmSync(file, { force: true });
writeFileSync(file, JSON.stringify({ email, password }), { mode: 0o600, flag: 'wx' });
