// A program that uses the HTTP API: keeps its connections, sends photos as a browser would, and hears live events. Its own CPU time is nobody's budget.
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { Photo } from './photos.ts';

const LIMIT_MS = 60_000;
const API = '/api/v1';

export class Client {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  #token = '';
  constructor(port: number) { this.#port = port; }

  async login(email: string, password: string): Promise<void> {
    this.#token = (await this.json<{ token: string }>('POST', '/auth/login', { email, password })).token;
  }

  #open(method: string, path: string, headers: Record<string, string | number>, body?: Buffer[]): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const req: ClientRequest = request({ host: '127.0.0.1', port: this.#port, method, path: API + path, agent: this.#agent, timeout: LIMIT_MS, headers: { ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}), ...headers } }, resolve);
      req.on('timeout', () => req.destroy(new Error(`${method} ${path} was not answered in time`)));
      req.on('error', reject);
      for (const part of body ?? []) req.write(part);
      req.end();
    });
  }

  async bytes(method: string, path: string, headers: Record<string, string | number> = {}, body?: Buffer[]): Promise<Buffer> {
    const res = await this.#open(method, path, headers, body);
    const chunks: Buffer[] = [];
    for await (const chunk of res as AsyncIterable<Buffer>) chunks.push(chunk);
    const all = Buffer.concat(chunks);
    if (res.statusCode === undefined || res.statusCode >= 300) throw new Error(`${method} ${path} was answered with ${res.statusCode}: ${all.toString().slice(0, 300)}`);
    return all;
  }
  async json<T>(method: string, path: string, value?: unknown): Promise<T> {
    const body = value === undefined ? undefined : Buffer.from(JSON.stringify(value));
    const answer = await this.bytes(method, path, body ? { 'content-type': 'application/json', 'content-length': body.length } : {}, body && [body]);
    return JSON.parse(answer.toString()) as T;
  }

  async upload({ name, bytes }: Photo): Promise<UploadResult> {
    const boundary = 'mantel-bench-7d1f0c5e';
    const head = Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="device"\r\n\r\nbench\r\n--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: image/jpeg\r\n\r\n`);
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    const answer = await this.bytes('POST', '/assets', { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': head.length + bytes.length + tail.length }, [head, bytes, tail]);
    return JSON.parse(answer.toString()) as UploadResult;
  }
  /** All of them, `inFlight` at a time. */
  async uploadAll(photos: Photo[], inFlight: number): Promise<UploadResult[]> {
    const results: UploadResult[] = [];
    const waiting = [...photos];
    const lane = async (): Promise<void> => {
      for (let photo = waiting.shift(); photo; photo = waiting.shift()) results.push(await this.upload(photo));
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return results;
  }

  /** Listens to the change log until `close`. */
  async changes(heard: (change: { id: string; op: string; kind: string }) => void): Promise<{ close(): void }> {
    const res = await this.#open('GET', '/live', { accept: 'text/event-stream' });
    const lines = createInterface({ input: res });
    lines.on('line', (line) => { if (line.startsWith('data: {')) heard(JSON.parse(line.slice(6)) as { id: string; op: string; kind: string }); });
    res.on('error', () => undefined); // cut by close()
    return { close: () => { res.destroy(); } };
  }
  close(): void { this.#agent.destroy(); }
}
