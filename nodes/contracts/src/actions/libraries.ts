import { Type } from 'typebox';
import { Closed, Empty, Id, Ok } from '../models/common.ts';
import { Library, MemberRole } from '../models/library.ts';
import { action } from './define.ts';

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' });

export const libraries = {
  'libraries.list': action('library.read', 'Libraries that I am a member of', Empty, Type.Array(Library)),
  'libraries.create': action('library.manage', 'Make a shared library; I become its manager', Closed({ name: Name }), Library),
  'libraries.setMember': action('library.manage', 'Add a person or change their role (managers)', Closed({ id: Id, userId: Id, role: MemberRole }), Library),
  'libraries.removeMember': action('library.manage', 'Remove a person (managers), or leave', Closed({ id: Id, userId: Id }), Ok),
  'libraries.show': action('library.read', 'Show it in my timeline or not, or send my uploads there', Closed({ id: Id, show: Type.Optional(Type.Boolean()), isDefault: Type.Optional(Type.Boolean()) }), Library),
};
