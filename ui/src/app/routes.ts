import type { StringKey } from '../strings/t.ts';

/** Every page of the dashboard. `load` brings its code when it is first opened; `tag` is the element it defines. */
export interface PageRoute { path: string; tag: string; title: StringKey; load: () => Promise<unknown>; access: 'anybody' | 'member' | 'admin'; props?: Record<string, unknown>; wide?: boolean }

const timeline = () => import('../pages/m-timeline-page.ts');

export const ROUTES: readonly PageRoute[] = [
  { path: '/photos/:id?', tag: 'm-timeline-page', title: 'nav.photos', load: timeline, access: 'member', props: { view: 'photos' }, wide: true },
  { path: '/favourites/:id?', tag: 'm-timeline-page', title: 'nav.favourites', load: timeline, access: 'member', props: { view: 'favourites' }, wide: true },
  { path: '/archive/:id?', tag: 'm-timeline-page', title: 'nav.archive', load: timeline, access: 'member', props: { view: 'archive' }, wide: true },
  { path: '/trash/:id?', tag: 'm-timeline-page', title: 'nav.trash', load: timeline, access: 'member', props: { view: 'trash' }, wide: true },
  { path: '/albums', tag: 'm-albums-page', title: 'nav.albums', load: () => import('../pages/m-albums-page.ts'), access: 'member', wide: true },
  { path: '/albums/:album/:id?', tag: 'm-album-page', title: 'nav.albums', load: () => import('../pages/m-album-page.ts'), access: 'member', wide: true },
  { path: '/import', tag: 'm-imports-page', title: 'nav.import', load: () => import('../pages/m-imports-page.ts'), access: 'member' },
  { path: '/import/help/:plugin', tag: 'm-import-help-page', title: 'nav.import', load: () => import('../pages/m-import-help-page.ts'), access: 'member' },
  { path: '/import/:run', tag: 'm-import-page', title: 'nav.import', load: () => import('../pages/m-import-page.ts'), access: 'member' },
  { path: '/library', tag: 'm-library-page', title: 'nav.library', load: () => import('../pages/m-library-page.ts'), access: 'member' },
  { path: '/settings', tag: 'm-settings-page', title: 'nav.settings', load: () => import('../pages/m-settings-page.ts'), access: 'member' },
  { path: '/admin/users', tag: 'm-users-page', title: 'nav.users', load: () => import('../pages/m-users-page.ts'), access: 'admin' },
  { path: '/admin/nodes', tag: 'm-nodes-page', title: 'nav.nodes', load: () => import('../pages/m-nodes-page.ts'), access: 'admin' },
  { path: '/admin/nodes/:node', tag: 'm-node-page', title: 'nav.nodes', load: () => import('../pages/m-node-page.ts'), access: 'admin' },
  { path: '/admin/plugins', tag: 'm-plugins-page', title: 'nav.plugins', load: () => import('../pages/m-plugins-page.ts'), access: 'admin' },
  { path: '/admin/plugins/:plugin', tag: 'm-plugin-page', title: 'nav.plugins', load: () => import('../pages/m-plugin-page.ts'), access: 'admin' },
  { path: '/admin/sources', tag: 'm-sources-page', title: 'nav.sources', load: () => import('../pages/m-sources-page.ts'), access: 'member' },
  { path: '/admin/sources/new/:kind', tag: 'm-source-page', title: 'nav.sources', load: () => import('../pages/m-source-page.ts'), access: 'member' },
  { path: '/admin/sources/:source', tag: 'm-source-page', title: 'nav.sources', load: () => import('../pages/m-source-page.ts'), access: 'member' },
  { path: '/admin/jobs', tag: 'm-jobs-page', title: 'nav.jobs', load: () => import('../pages/m-jobs-page.ts'), access: 'admin' },
  { path: '/login', tag: 'm-login-page', title: 'login.title', load: () => import('../pages/m-login-page.ts'), access: 'anybody' },
  { path: '/setup', tag: 'm-setup-page', title: 'setup.title', load: () => import('../pages/m-setup-page.ts'), access: 'anybody' },
];
