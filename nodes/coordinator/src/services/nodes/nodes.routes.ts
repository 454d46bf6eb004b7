import type { Route } from '../../http/route.ts';

export const nodeRoutes: Route[] = [{ method: 'GET', url: '/nodes', action: 'nodes.list' }];
