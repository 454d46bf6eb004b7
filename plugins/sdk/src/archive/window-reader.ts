import { fstatSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { RandomAccessReader } from 'yauzl';

const WINDOW = 1024 * 1024;

/** Reads a directory of an archive from start to end: a megabyte at a time instead of two reads per entry. The file stays open until `shut`. */
export class WindowReader extends RandomAccessReader {
  readonly file: FileHandle;
  readonly size: number;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;
  private constructor(file: FileHandle) {
    super();
    this.file = file;
    this.size = fstatSync(file.fd).size;
  }
  static async open(path: string): Promise<WindowReader> {
    return new WindowReader(await open(path));
  }
  /** `length` bytes from `position`, fewer at the end of the file. */
  take(position: number, length: number): Buffer {
    if (length > WINDOW) return this.#load(position, length);
    if (position < this.#at || position + length > this.#at + this.#window.length) {
      this.#window = this.#load(position, WINDOW);
      this.#at = position;
    }
    return this.#window.subarray(position - this.#at, position - this.#at + length);
  }
  #load(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, this.size - position)));
    let got = 0;
    while (got < buffer.length) {
      const n = readSync(this.file.fd, buffer, got, buffer.length - got, position + got);
      if (n === 0) break;
      got += n;
    }
    return buffer.subarray(0, got);
  }
  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (e: Error | null, bytesRead?: number) => void): void {
    let got: number;
    try {
      got = this.take(position, length).copy(buffer, offset);
    } catch (e) {
      callback(e as Error);
      return;
    }
    callback(null, got);
  }
  /** A few bytes elsewhere, without disturbing the window. */
  peek(position: number, length: number): Buffer {
    return this.#load(position, length);
  }
  shut(): Promise<void> {
    return this.file.close();
  }
}
