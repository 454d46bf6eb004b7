const utf8 = new TextDecoder('utf-8', { fatal: true });
const cp1252 = new TextDecoder('windows-1252');

/** A name as people read it. `exact`: these letters are the very bytes on the disk; a name from an old system is not UTF-8, and only its bytes lead to the file. */
export function diskName(bytes: Buffer): { name: string; exact: boolean } {
  try {
    return { name: utf8.decode(bytes), exact: true };
  } catch {
    return { name: cp1252.decode(bytes), exact: false };
  }
}
