import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { libraries, writable } from '../../data/libraries.ts';
import { session } from '../../data/session.ts';
import { type Store, Use } from '../../data/store.ts';
import type { Library, User } from '../../data/types.ts';
import { users } from '../../data/users.ts';
import { t } from '../../strings/t.ts';
import { type Option, selectOf } from './choice.ts';
import { type Draw, type Field, frame } from './field.ts';

export const library: Draw = (f) => html`<m-library-field .field=${f}></m-library-field>`;
export const user: Draw = (f) => html`<m-user-field .field=${f}></m-user-field>`;

abstract class MPick<T> extends LitElement {
  @property({ attribute: false }) field!: Field;
  protected override createRenderRoot() { return this; }
  protected draw(options: Option[], none?: string) {
    const now = typeof this.field.value === 'string' ? this.field.value : undefined;
    return frame(this.field, html`${selectOf(this.field, options, now, (v) => this.field.set(v))}${none ? html`<span class="caption">${none}</span>` : ''}`);
  }
  protected abstract of: Use<T>;
}

/** A library that I may add to. */
@customElement('m-library-field')
export class MLibraryField extends MPick<Library[]> {
  protected of = new Use(this, libraries);
  override render() {
    const all = this.of.data && writable(this.of.data);
    return this.draw((all ?? []).map((l) => ({ value: l.id, label: l.name })), all?.length === 0 ? t('form.library.none') : undefined);
  }
}

const justMe: Store<User[]> = { get data() { return session.user ? [session.user] : []; }, error: undefined, subscribe: () => () => undefined, refresh: () => Promise.resolve(), set: () => undefined };
/** A person; only admins see others than themselves. */
@customElement('m-user-field')
export class MUserField extends MPick<User[]> {
  protected of = new Use(this, session.user?.role === 'admin' ? users : justMe);
  override render() { return this.draw((this.of.data ?? []).filter((u) => !u.disabled || u.id === this.field.value).map((u) => ({ value: u.id, label: u.id === session.user?.id ? t('form.user.me', { name: u.name }) : u.name }))); }
}
declare global { interface HTMLElementTagNameMap { 'm-library-field': MLibraryField; 'm-user-field': MUserField } }
