import { Type } from 'typebox';
import { Closed, Empty, Ok } from '../models/common.ts';
import { Repair } from '../models/repair.ts';
import { action } from './define.ts';

const One = Closed({ id: Type.String({ minLength: 1, maxLength: 300 }) });

export const repairs = {
  'repairs.list': action('admin.storage', 'What needs a hand', Empty, Type.Array(Repair)),
  'repairs.fix': action('admin.storage', 'Do what the card offers', One, Ok),
  'repairs.dismiss': action('admin.storage', 'Put the card away; it comes back when the problem does', One, Ok),
};
