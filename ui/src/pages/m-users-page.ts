import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { openDialog } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import { toast } from '../app/toast.ts';
import { whenLoaded } from '../components/load-state.ts';
import { session } from '../data/session.ts';
import { Use } from '../data/store.ts';
import type { User } from '../data/types.ts';
import { users } from '../data/users.ts';
import type { UserParams } from '../dialogs/m-user-dialog.ts';
import { formatDate } from '../strings/format.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

const dialog = (params: UserParams): Promise<true | null> => openDialog('m-user-dialog', () => import('../dialogs/m-user-dialog.ts'), params);

/** The people of this house. */
@customElement('m-users-page')
export class MUsersPage extends LitElement {
  static override styles = [base, paper, css`
    .face { width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center; background: var(--surface-2); font-weight: 600; flex: none; }
    .off { opacity: 0.6; }
  `];
  private users = new Use(this, users);

  private async add(): Promise<void> {
    const before = new Set((this.users.data ?? []).map((u) => u.id));
    if (!(await dialog({ mode: 'add' }))) return;
    const added = this.users.data?.find((u) => !before.has(u.id));
    if (added) toast({ text: t('users.added', { name: added.name }) });
  }
  private async menu(user: User, what: string): Promise<void> {
    const done = await dialog({ mode: what === 'password' ? 'password' : 'edit', user, self: user.id === session.user?.id });
    if (done && what === 'password') toast({ text: t('users.reset.done', { name: user.name }) });
  }

  override render() {
    return html`<div class="page"><header><span></span><wa-button variant="brand" data-testid="users-add" @click=${() => void this.add()}><span slot="start">${icon('plus')}</span>${t('users.add')}</wa-button></header>
      ${whenLoaded(this.users, (all) => html`<section class="card"><div>${all.map((u) => this.row(u))}</div></section>`)}</div>`;
  }
  private row(u: User) {
    return html`<div class="row" data-testid="user-row"><span class="face ${u.disabled ? 'off' : ''}" aria-hidden="true">${u.name.trim().charAt(0).toUpperCase()}</span>
      <div class="grow ${u.disabled ? 'off' : ''}"><div><strong>${u.name}</strong> ${u.id === session.user?.id ? html`<span class="badge">${t('users.you')}</span>` : ''} ${u.role === 'admin' ? html`<span class="badge">${t('users.role.admin')}</span>` : ''} ${u.disabled ? html`<span class="badge">${t('users.off')}</span>` : ''}</div><div class="caption">${u.email} · ${t('users.since', { when: formatDate(u.createdAt) })}</div></div>
      <wa-dropdown placement="bottom-end" @wa-select=${(e: CustomEvent<{ item: { value: string } }>) => void this.menu(u, e.detail.item.value)}>
        <button slot="trigger" class="icon-button" data-testid="user-actions" aria-label=${t('users.actions', { name: u.name })}>${icon('ellipsis')}</button>
        <wa-dropdown-item value="edit">${t('users.edit')}</wa-dropdown-item><wa-dropdown-item value="password">${t('users.reset')}</wa-dropdown-item>
      </wa-dropdown></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-users-page': MUsersPage } }
