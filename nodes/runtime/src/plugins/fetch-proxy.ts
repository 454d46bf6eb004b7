import { lookup } from 'node:dns/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { BlockList, connect, isIP, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

const CONNECTIONS = 32, IDLE = 120_000;
const own = new BlockList(), home = new BlockList();
for (const [net, bits] of [['127.0.0.0', 8], ['0.0.0.0', 8], ['169.254.0.0', 16]] as const) own.addSubnet(net, bits);
own.addAddress('::1', 'ipv6');
own.addAddress('::', 'ipv6');
own.addSubnet('fe80::', 10, 'ipv6');
for (const [net, bits] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10]] as const) home.addSubnet(net, bits);
home.addSubnet('fc00::', 7, 'ipv6');
const isIn = (list: BlockList, address: string): boolean => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
};
/** Names that people give to machines at home. */
const homely = (name: string): boolean => isIP(name) !== 0 || !name.includes('.') || /\.(local|lan|home|internal|home\.arpa)$/.test(name);

class Refused extends Error {}

/** The address behind an allowed name. A name on the internet that leads into the house is refused: whoever owns it could choose any machine here. */
async function resolveAllowed(hosts: readonly string[], name: string, port: number): Promise<string> {
  const host = name.toLowerCase().replaceAll(/^\[|\]$/g, '');
  const allowed = hosts.some((h) => {
    const [n, p] = h.toLowerCase().split(':');
    return n === host && (p === undefined ? port === 443 || port === 80 : Number(p) === port);
  });
  if (!allowed) throw new Refused(`${host}:${port} is not among the hosts of this plugin's manifest.`);
  const { address } = await lookup(host).catch(() => { throw new Refused(`The name ${host} is not known.`); });
  const named = isIP(host) !== 0 || host === 'localhost';
  if (!named && isIn(own, address)) throw new Refused(`${host} leads to this machine itself, which its manifest does not name.`);
  if (!homely(host) && isIn(home, address)) throw new Refused(`${host} is a name of the internet, but leads into the home network.`);
  return address;
}

/** The way to the hosts of a manifest, as an HTTP proxy on a Unix socket that is bound into the walls. `name` allows ports 80 and 443, `name:port` that one. */
export async function openFetchProxy(hosts: readonly string[]): Promise<{ socket: string; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mantel-way-'));
  const socket = join(folder, 'proxy.sock');
  const sockets = new Set<Socket>();
  const why = (e: unknown): string => (e instanceof Refused ? e.message : 'This host could not be reached.').replaceAll(/[^\x20-\x7e]/g, '?');

  async function plain(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const url = new URL(from.url ?? '');
    if (url.protocol !== 'http:') throw new Refused('Only http and https addresses can be fetched.');
    const port = Number(url.port || 80);
    const host = await resolveAllowed(hosts, url.hostname, port);
    const onward = request({ host, port, method: from.method, path: url.pathname + url.search, headers: { ...from.headers, host: url.host, connection: 'close' }, timeout: IDLE }, (answer) => {
      try {
        for (const name of ['x-mantel-why', 'trailer']) delete answer.headers[name];
        const status = answer.statusCode ?? 0;
        if (status < 200 || status > 599) throw new Error('This is no answer.');
        to.writeHead(status, answer.headers);
      } catch (e) { // nobody stands above an event: what is thrown here would end the house
        answer.destroy();
        refuse(to, e);
        return;
      }
      pipeline(answer, to, () => undefined); // either end that breaks off ends the other
    });
    onward.on('timeout', () => onward.destroy(new Error('It is silent.'))).on('upgrade', (_, line) => {
      line.destroy();
      refuse(to, new Error('Another protocol was not asked for.'));
    }).on('error', (e) => refuse(to, e));
    to.on('close', () => onward.destroy());
    from.pipe(onward);
  }
  const refuse = (to: ServerResponse, e: unknown): void => {
    if (to.headersSent) to.destroy();
    else to.writeHead(e instanceof Refused ? 403 : 502, { 'x-mantel-why': why(e), connection: 'close' }).end();
  };
  async function tunnel(target: string, from: Socket, head: Buffer): Promise<void> {
    const [, name, port] = /^(.+):(\d{1,5})$/.exec(target) ?? [];
    const address = await resolveAllowed(hosts, name ?? '', Number(port));
    const onward = connect({ host: address, port: Number(port), timeout: IDLE });
    sockets.add(onward.on('close', () => {
      sockets.delete(onward);
      from.destroy();
    }));
    await new Promise<void>((resolve, reject) => { onward.once('connect', resolve).once('error', reject); });
    onward.on('error', () => from.destroy()).on('timeout', () => onward.destroy());
    from.on('close', () => onward.destroy());
    from.write('HTTP/1.1 200 OK\r\n\r\n');
    onward.write(head);
    from.pipe(onward).pipe(from);
  }

  const server = createServer((from, to) => { plain(from, to).catch((e: unknown) => refuse(to, e)); });
  server.maxConnections = CONNECTIONS;
  server.on('connection', (s: Socket) => {
    sockets.add(s);
    s.on('close', () => sockets.delete(s)).on('error', () => s.destroy());
  });
  server.on('connect', (from: IncomingMessage, s: Socket, head: Buffer) => {
    tunnel(from.url ?? '', s, head).catch((e: unknown) => { s.end(`HTTP/1.1 ${e instanceof Refused ? '403 Forbidden' : '502 Bad Gateway'}\r\nx-mantel-why: ${why(e)}\r\nconnection: close\r\n\r\n`); });
  });
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(socket, resolve); });
  return {
    socket,
    async close() {
      for (const s of sockets) s.destroy();
      await new Promise((resolve) => { server.close(resolve); });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
