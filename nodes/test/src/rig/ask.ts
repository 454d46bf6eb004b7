// A client that does exactly what it is told: any header, any source address, half a body. `fetch` is too polite for that.
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as http } from 'node:http';
import { request as https } from 'node:https';

export interface Ask {
  method: string; path: string; headers?: Record<string, string | number>; body?: Buffer | string;
  /** Another loopback address (127.0.0.2 …): limits per address see another client. */
  from?: string;
  /** PEM of the pinned certificate: speak TLS. */
  cert?: string;
  limitMs?: number;
}
export interface Answer { status: number; headers: IncomingHttpHeaders; bytes: Buffer; /** The body as JSON; `{}` when it is none. */ json: Record<string, unknown> }

/** Opens a request whose body the caller writes; `answer` resolves with the whole answer. */
export function open(port: number, o: Omit<Ask, 'body'>): { req: ClientRequest; answer: Promise<Answer> } {
  const { method, path, headers = {} } = o;
  const options = { host: '127.0.0.1', port, method, path, headers, agent: false as const, timeout: o.limitMs ?? 15_000, ...(o.from ? { localAddress: o.from } : {}) };
  const req = o.cert ? https({ ...options, ca: o.cert, checkServerIdentity: () => undefined }) : http(options);
  const answer = new Promise<Answer>((resolve, reject) => {
    req.on('error', reject).on('timeout', () => req.destroy(new Error(`no answer to ${method} ${path}`)));
    req.on('response', (res: IncomingMessage) => {
      const chunks: Buffer[] = [];
      res.on('data', (d: Buffer) => chunks.push(d)).on('error', reject).on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: res.statusCode ?? 0, headers: res.headers, bytes, json: parse(bytes, String(res.headers['content-type'])) });
      });
    });
  });
  answer.catch(() => undefined); // a test that destroys the request on purpose does not read it
  return { req, answer };
}

function parse(bytes: Buffer, type: string): Record<string, unknown> {
  return bytes.length > 0 && type.startsWith('application/json') ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {};
}

export function ask(port: number, o: Ask): Promise<Answer> {
  const { req, answer } = open(port, o);
  req.end(o.body);
  return answer;
}

const BOUNDARY = 'mantel-test-boundary';
export const MULTIPART = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
/** The parts of a form, as a browser sends them; a name may be raw bytes. */
export const field = (name: string, value: string): Buffer => Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
export const fileHead = (name: string | Buffer): Buffer => Buffer.concat([
  Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="`), typeof name === 'string' ? Buffer.from(name.replace(/["\\]/g, '\\$&')) : name, Buffer.from('"\r\nContent-Type: application/octet-stream\r\n\r\n'),
]);
export const FORM_END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
export const form = (name: string | Buffer, bytes: Buffer, fields: Record<string, string> = {}): Buffer =>
  Buffer.concat([...Object.entries(fields).map(([k, v]) => field(k, v)), fileHead(name), bytes, FORM_END]);
