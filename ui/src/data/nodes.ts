import { api, ask } from './api.ts';
import { followAndPoll } from './live.ts';
import { createStore } from './store.ts';
import type { Discovered, Forecast, JobKind, Join, NodeLog, NodeSettings, WorkerNode } from './types.ts';

export const nodes = createStore<WorkerNode[]>(() => ask(api.GET('/api/v1/nodes')), followAndPoll(5000, 'nodes', 'jobs'));
/** PCs in the network that would like to help, those too that are ignored. */
export const discovered = createStore<Discovered[]>(() => ask(api.GET('/api/v1/nodes/discovered')), followAndPoll(3000, 'nodes'));
/** How long the waiting work takes, and how long it would take without each PC. */
export const forecast = createStore<Forecast>(() => ask(api.GET('/api/v1/nodes/forecast')), followAndPoll(5000));
/** What is typed on a PC that shall join. */
export const join = createStore<Join>(() => ask(api.GET('/api/v1/nodes/join')), followAndPoll(5000));
export async function prepareFor(platform: Join['platforms'][number]['platform']): Promise<void> {
  await ask(api.POST('/api/v1/nodes/join/{platform}', { params: { path: { platform } } }));
  await join.refresh();
}

const of = (id: string) => ({ params: { path: { id } } });
const shown = async (next: WorkerNode): Promise<void> => {
  if (nodes.data?.some((n) => n.id === next.id)) nodes.set(nodes.data.map((n) => (n.id === next.id ? next : n)));
  await nodes.refresh();
};
const then = async (call: Promise<unknown>): Promise<void> => {
  await call;
  await nodes.refresh();
};

export interface NodeChange { name?: string; settings?: Partial<NodeSettings> }
export const updateNode = async (id: string, body: NodeChange): Promise<void> => shown(await ask(api.PATCH('/api/v1/nodes/{id}', { ...of(id), body })));
/** Finish what it has and take no more, until it starts again or is told otherwise. */
export const drainNode = async (id: string, on: boolean): Promise<void> => shown(await ask(api.POST('/api/v1/nodes/{id}/drain', { ...of(id), body: { on } })));
/** Give it jobs of a kind again that failed there three times in a row. */
export const releaseKind = (id: string, kind: JobKind): Promise<void> => then(ask(api.POST('/api/v1/nodes/{id}/release', { ...of(id), body: { kind } })));
export const testNode = (id: string): Promise<void> => then(ask(api.POST('/api/v1/nodes/{id}/test', of(id))));
export const wakeNode = (id: string): Promise<void> => then(ask(api.POST('/api/v1/nodes/{id}/wake', of(id))));
export const upgradeNode = (id: string): Promise<void> => then(ask(api.POST('/api/v1/nodes/{id}/upgrade', of(id))));
export const removeNode = (id: string): Promise<void> => then(ask(api.DELETE('/api/v1/nodes/{id}', of(id))));
export const nodeLog = (id: string, signal: AbortSignal): Promise<NodeLog> => ask(api.GET('/api/v1/nodes/{id}/log', { ...of(id), signal }));

export const metricsAccess = (): Promise<{ path: string; token: string }> => ask(api.GET('/api/v1/nodes/metrics'));

const known = async (call: Promise<unknown>): Promise<void> => {
  await call.finally(() => discovered.refresh());
};
/** Let this PC try to pair, for five minutes. */
export const openPairing = (id: string): Promise<void> => known(ask(api.POST('/api/v1/nodes/discovered/{id}/add', of(id))));
export const approvePairing = (id: string, code: string): Promise<void> => known(ask(api.POST('/api/v1/nodes/discovered/{id}/approve', { ...of(id), body: { code } })).then(() => nodes.refresh()));
export const rejectPairing = (id: string): Promise<void> => known(ask(api.POST('/api/v1/nodes/discovered/{id}/reject', of(id))));
export const ignorePc = (id: string, ignored: boolean): Promise<void> => known(ask(api.POST('/api/v1/nodes/discovered/{id}/ignore', { ...of(id), body: { ignored } })));
