import type { StringKey } from '../strings/t.ts';

export interface NavItem { path: string; icon: string; label: StringKey; testid: string; group: 'main' | 'more' | 'admin'; bottom?: boolean; /** Beside its name: how many things need a hand. */ badge?: 'repairs' }

/** Only what exists. `bottom`: also a target of the bottom bar on phones; the rest is on the Library page there. */
export const NAV: readonly NavItem[] = [
  { path: '/photos', icon: 'image', label: 'nav.photos', testid: 'nav-photos', group: 'main', bottom: true },
  { path: '/albums', icon: 'album', label: 'nav.albums', testid: 'nav-albums', group: 'main', bottom: true },
  { path: '/favourites', icon: 'heart', label: 'nav.favourites', testid: 'nav-favourites', group: 'more', bottom: true },
  { path: '/archive', icon: 'archive', label: 'nav.archive', testid: 'nav-archive', group: 'more' },
  { path: '/trash', icon: 'trash-2', label: 'nav.trash', testid: 'nav-trash', group: 'more' },
  { path: '/import', icon: 'import', label: 'nav.import', testid: 'nav-import', group: 'more' },
  { path: '/settings', icon: 'settings', label: 'nav.settings', testid: 'nav-settings', group: 'more' },
  { path: '/admin/users', icon: 'users', label: 'nav.users', testid: 'nav-users', group: 'admin' },
  { path: '/admin/nodes', icon: 'cpu', label: 'nav.nodes', testid: 'nav-nodes', group: 'admin' },
  { path: '/admin/plugins', icon: 'puzzle', label: 'nav.plugins', testid: 'nav-plugins', group: 'admin', badge: 'repairs' },
  { path: '/admin/sources', icon: 'folder-sync', label: 'nav.sources', testid: 'nav-sources', group: 'admin' },
  { path: '/admin/jobs', icon: 'activity', label: 'nav.jobs', testid: 'nav-jobs', group: 'admin' },
];
export const LIBRARY_NAV: NavItem = { path: '/library', icon: 'library', label: 'nav.library', testid: 'nav-library', group: 'main', bottom: true };
