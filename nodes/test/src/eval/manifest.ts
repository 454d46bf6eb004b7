import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own files, one of every kind. */
export const MEDIA = fileURLToPath(new URL('../../fixtures/media', import.meta.url));

/**
 * `expected`: what exiftool reads in the file, with its tag names. `kind`: which row of the table. `note`: what is special. `ours`: what a date must start with that no tag says, and where it has
 * to come from. `folder`: where on the sender's disk it lies, when that says something.
 */
export interface ManifestFile { file: string; sha256: string; kind?: string; note?: string; folder?: string; ours?: { taken: string; source: string }; expected: Record<string, unknown> }

export const readManifest = (folder: string, file = path.join(folder, 'MANIFEST.json')): ManifestFile[] => (JSON.parse(readFileSync(file, 'utf8')) as { files: ManifestFile[] }).files;
