import { Type } from 'typebox';
import { Closed, Empty, Id, Nullable, Ok } from '../models/common.ts';
import { ServerInfo, SetupState } from '../models/storage.ts';
import { Email, Password, PersonName, RoleSchema, Session, SignedIn, User } from '../models/user.ts';
import { action } from './define.ts';

const Client = { device: Type.Optional(Type.String({ maxLength: 300 })), address: Type.Optional(Nullable(Type.String())) };

export const users = {
  'setup.info': action('public', 'Version, whether the first-run wizard is due, and who I am', Empty, ServerInfo),
  'setup.state': action('public', 'What the wizard shows; needs the first-run code', Closed({ code: Type.String({ maxLength: 100 }) }), SetupState),
  'setup.finish': action('public', 'Make the first admin and the shared library', Closed({ code: Type.String({ maxLength: 100 }), email: Email, name: PersonName, password: Password, libraryName: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }), ...Client }), SignedIn),
  'auth.login': action('public', 'Sign in', Closed({ email: Type.String({ maxLength: 254 }), password: Password, ...Client }), SignedIn),
  'auth.logout': action('account', 'End this session', Empty, Ok),
  'auth.me': action('account', 'Who I am', Empty, User),
  'auth.rename': action('account', 'Change my name', Closed({ name: PersonName }), User),
  'auth.password': action('account', 'Change my password; ends all my other sessions', Closed({ current: Password, next: Password }), Ok),
  'sessions.list': action('account', 'Where I am signed in', Empty, Type.Array(Session)),
  'sessions.revoke': action('account', 'End one of my sessions', Closed({ id: Id }), Ok),
  'users.list': action('admin.users', 'All people of this house', Empty, Type.Array(User)),
  'users.create': action('admin.users', 'Add a person, with a personal library and a place in the shared one', Closed({ email: Email, name: PersonName, password: Password, role: Type.Optional(RoleSchema) }), User),
  'users.update': action('admin.users', 'Change name, role, or switch an account off', Closed({ id: Id, name: Type.Optional(PersonName), role: Type.Optional(RoleSchema), disabled: Type.Optional(Type.Boolean()) }), User),
  'users.resetPassword': action('admin.users', 'Set a new password for somebody; ends all their sessions', Closed({ id: Id, password: Password }), Ok),
};
