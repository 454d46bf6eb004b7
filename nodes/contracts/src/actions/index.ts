import { albums } from './albums.ts';
import { assets } from './assets.ts';
import type { ParamsOf, ResultOf } from './define.ts';
import { gateway } from './gateway.ts';
import { imports } from './imports.ts';
import { jobs } from './jobs.ts';
import { libraries } from './libraries.ts';
import { nodes } from './nodes.ts';
import { plugins } from './plugins.ts';
import { repairs } from './repairs.ts';
import { sources } from './sources.ts';
import { storage } from './storage.ts';
import { users } from './users.ts';

/** Every action of the house, by name: what the typed call, the routes and the boot-time wiring check read. */
export const ACTIONS = { ...users, ...libraries, ...assets, ...jobs, ...nodes, ...storage, ...plugins, ...sources, ...imports, ...repairs, ...albums };
export type ActionName = keyof typeof ACTIONS;
export type Params<N extends ActionName> = ParamsOf<(typeof ACTIONS)[N]>;
export type Result<N extends ActionName> = ResultOf<(typeof ACTIONS)[N]>;

/** Every action of the gateway (workers, over NATS). */
export const GATEWAY = gateway;
export type GatewayName = keyof typeof GATEWAY;
export type GatewayParams<N extends GatewayName> = ParamsOf<(typeof GATEWAY)[N]>;
export type GatewayResult<N extends GatewayName> = ResultOf<(typeof GATEWAY)[N]>;
