// One TCP port for HTTP and TLS in front of one fastify instance, WebSocket, SSE and uploads included.
// fastify's own http.Server stays the listener (listen, close and time limits keep working); only its 'connection' event is taken over:
// the first byte is read, put back, and the socket goes to the http listener or to an https.Server that shares the request handler.
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyServerFactory } from 'fastify';

const TLS_HANDSHAKE = 0x16;
/** So many connections of one address may be silent or in mid-handshake: a browser has six, a worker one per job. Beyond, the oldest goes. */
const NEWCOMERS = 256;

export function onePort(tls: { key: string; cert: string }, silentMs = 10_000): FastifyServerFactory {
  return (handler, options) => {
    const plain: Server = createHttp({ noDelay: true }, handler);
    const secure = createHttps({ ...tls, handshakeTimeout: silentMs, ALPNProtocols: ['http/1.1'], noDelay: true }, handler);
    // fastify sets these only on servers that it makes itself; node's own limits (5 s between requests, 5 minutes for a whole one) cut kept connections and long uploads
    for (const server of [plain, secure]) Object.assign(server, { keepAliveTimeout: options.keepAliveTimeout, requestTimeout: options.requestTimeout, timeout: options.connectionTimeout });
    const asHttp = plain.listeners('connection') as ((s: Socket) => void)[];
    plain.removeAllListeners('connection');

    // node tracks a connection from its first request on; one that said nothing yet, or is in mid-handshake, would hold up close()
    const sockets = new Set<Socket>();
    const newcomers = new Map<string, Set<Socket>>();
    const settled = (socket: Socket, address: string): void => {
      const those = newcomers.get(address);
      those?.delete(socket);
      if (those?.size === 0) newcomers.delete(address);
    };
    const arrived = (socket: Socket): void => {
      const address = socket.remoteAddress ?? '';
      const those = newcomers.get(address) ?? newcomers.set(address, new Set()).get(address)!;
      those.add(socket);
      socket.once('close', () => settled(socket, address));
      const [oldest] = those;
      if (those.size > NEWCOMERS) oldest?.destroy();
    };
    plain.on('connection', (socket: Socket) => {
      sockets.add(socket);
      arrived(socket);
      socket.once('close', () => sockets.delete(socket));
      const drop = (): void => { socket.destroy(); };
      socket.setTimeout(silentMs, drop);
      socket.on('error', drop);
      socket.once('data', (first: Buffer) => {
        socket.pause();
        socket.off('error', drop);
        socket.setTimeout(0);
        socket.off('timeout', drop);
        socket.unshift(first);
        if (first[0] === TLS_HANDSHAKE) {
          socket.allowHalfOpen = false; // an http.Server accepts half-open sockets; under TLS one aborted handshake would then stay open for ever
          secure.emit('connection', socket);
          return;
        }
        settled(socket, socket.remoteAddress ?? '');
        for (const listener of asHttp) listener.call(plain, socket);
        process.nextTick(() => socket.resume());
      });
    });

    // the https server never listens itself: hand on what fastify and its plugins hang on the http server
    secure.on('secureConnection', (through) => { // tells of the socket above the one that arrived
      for (const socket of newcomers.get(through.remoteAddress ?? '') ?? []) if (socket.remotePort === through.remotePort) settled(socket, through.remoteAddress ?? '');
    });
    secure.on('upgrade', (...args) => plain.emit('upgrade', ...args));
    secure.on('clientError', (...args) => { if (!plain.emit('clientError', ...args)) args[1].destroy(); });
    secure.on('tlsClientError', (_error, socket) => { socket.destroy(); });
    plain.on('listening', () => {
      secure.headersTimeout = plain.headersTimeout;
      secure.emit('listening'); // starts node's connection tracking: without it no header time limit and no closeIdleConnections
    });
    const closeIdle = plain.closeIdleConnections.bind(plain);
    plain.closeIdleConnections = () => { closeIdle(); secure.closeIdleConnections(); };
    plain.closeAllConnections = () => { for (const socket of sockets) socket.destroy(); };
    plain.on('close', () => { secure.emit('close'); });
    return plain;
  };
}
