import type { Found } from '../../data/upload-pairs.ts';

/** Files of a drop, folders walked through. Files that no photo program would offer (.DS_Store and the like) are left out. */
const IGNORED = /^(\.|thumbs\.db$|desktop\.ini$)/i;
const DEPTH = 32;

export interface Dropped { files: Found[]; unreadable: number }

/** Must be called in the drop event itself: the list is empty afterwards. */
export function readDrop(data: DataTransfer): Promise<Dropped> {
  const entries = [...data.items].filter((i) => i.kind === 'file').map((i) => ({ entry: i.webkitGetAsEntry?.() ?? null, file: i.getAsFile() }));
  return collect(entries);
}

async function collect(entries: { entry: FileSystemEntry | null; file: File | null }[]): Promise<Dropped> {
  const found: Dropped = { files: [], unreadable: 0 };
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, found, 0);
    else if (file) found.files.push({ file, folder: '' });
  }
  return found;
}

async function walk(dir: FileSystemDirectoryEntry, found: Dropped, depth: number): Promise<void> {
  if (depth > DEPTH || IGNORED.test(dir.name)) return;
  try {
    const reader = dir.createReader();
    // A reader hands out at most 100 entries at a time, and an empty list at the end.
    for (let batch = await read(reader); batch.length > 0; batch = await read(reader)) {
      for (const entry of batch) {
        if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, found, depth + 1);
        else if (!IGNORED.test(entry.name)) found.files.push({ file: await fileOf(entry as FileSystemFileEntry), folder: folderOf(entry.fullPath) });
      }
    }
  } catch {
    found.unreadable++;
  }
}

/** What the browser's chooser gave: with a path when a folder was chosen. */
export const wanted = (files: readonly File[]): Found[] => files.filter((f) => !IGNORED.test(f.name)).map((file) => ({ file, folder: folderOf(file.webkitRelativePath) }));
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/'))).replace(/^\//, '');
const read = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject));
