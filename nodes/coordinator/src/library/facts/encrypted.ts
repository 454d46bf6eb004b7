/** Programs that encrypt and say so in their first bytes. Vaults without a mark (Cryptomator, EncFS, VeraCrypt) look like noise, and noise proves nothing. */
const MARKS: [name: string, mark: RegExp][] = [
  ['OpenSSL', /^Salted__/], ['PGP', /^-----BEGIN PGP MESSAGE-----/], ['age', /^(age-encryption\.org\/v1\n|-----BEGIN AGE ENCRYPTED FILE-----)/], ['Nextcloud', /^HBEGIN:oc_encryption_module:/], ['Synology', /^__CLOUDSYNC_ENC__/],
  ['AES Crypt', /^AES[\x00-\x03]/], ['AxCrypt', /^\xc0\xb9\x07\x2e\x4f\x93\xf1\x46\xa0\x15\x79\x2c\xa1\xd9\xe8\x21/],
  // OpenPGP packets: a session key for a password (tag 3) or for a public key (tag 1), both in version 3 to 6 and of their usual length
  ['PGP', /^(\x8c|\xc3)[\x0d-\x40][\x04-\x06][\x01-\x0d]/], ['PGP', /^(\x84[\x34-\x6e]|\x85[\x01-\x04][\x00-\xff]|\xc1[\x34-\x6e]|\xc1[\xc0-\xc4][\x00-\xff])[\x03\x06]/],
];

/** Which program encrypted this, by the first bytes of a file; null when none says so. */
export function encryptedBy(head: Buffer): string | null {
  const text = head.toString('latin1', 0, 64);
  const found = MARKS.find(([, mark]) => mark.test(text))?.[0];
  if (found) return found;
  // a zip whose first entry has the flag for a password
  if (text.startsWith('PK\x03\x04') && head.length > 8 && (head[6]! & 1) === 1) return 'ZIP';
  // eCryptfs: two words whose difference is the mark
  if (head.length >= 16 && ((head.readUInt32BE(8) ^ 0x3c81b7f5) >>> 0) === head.readUInt32BE(12)) return 'eCryptfs';
  return null;
}

/** The name of the photo inside: what encrypts usually adds an extension of its own. */
export const nameInside = (name: string): string => name.replace(/\.(enc|encrypted|gpg|pgp|asc|age|aes|axx|zip)$/i, '');
