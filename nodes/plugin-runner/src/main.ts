// The process that holds one plugin. Started by the house (runtime/plugins), usually behind bubblewrap, with an empty environment; speaks over the socket on descriptor 3 and ends when that closes.
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { createBirpc } from 'birpc';
import { frame, readFrames } from '@mantel/runtime/plugins/wire/frames.ts';
import type { HouseApi, RunnerApi } from '@mantel/runtime/plugins/wire/wire.ts';
import { openRunner } from './runner.ts';
import type { House } from './context.ts';

const wire = new Socket({ fd: 3, readable: true, writable: true });
const send = (message: unknown): void => { if (wire.writable) wire.write(frame(message)); };

let hear: (message: unknown) => void = () => undefined;
const runner = openRunner((entry) => import(pathToFileURL(entry).href) as Promise<Record<string, unknown>>, {
  log: (line) => { rpc.log.asEvent(line).catch(() => undefined); },
  storeKeys: () => rpc.storeKeys(), storeRead: (key, offset) => rpc.storeRead(key, offset), storeWrite: (key, write, bytes, last) => rpc.storeWrite(key, write, bytes, last), storeDelete: (key) => rpc.storeDelete(key),
} satisfies House);
const rpc = createBirpc<HouseApi, RunnerApi>(runner.api, { post: send, on: (fn) => { hear = fn; }, bind: 'functions', timeout: -1, onGeneralError: (_e, method) => method !== undefined }); // an answer that could not be sent; errors of a call are for its caller

const leave = (): void => {
  runner.stop();
  setTimeout(() => process.exit(0), 1000); // what a plugin still does when its signals are aborted
  void runner.idle().then(() => process.exit(0));
};
// an error that a plugin left lying around ends it, with its words on stderr, where the house reads them
process.on('uncaughtException', (e) => {
  console.error(e);
  process.exitCode = 1;
  process.exit();
});
wire.on('error', leave);
send({ t: 'ready' });
for await (const message of readFrames(wire)) hear(message);
leave();
