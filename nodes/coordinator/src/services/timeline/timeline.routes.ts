import type { Route } from '../../http/route.ts';

export const timelineRoutes: Route[] = [
  { method: 'GET', url: '/timeline/months', action: 'timeline.months' },
  { method: 'GET', url: '/timeline/layout', action: 'timeline.layout' },
  { method: 'GET', url: '/timeline/window', action: 'timeline.window' },
];
