import { Empty } from '../models/common.ts';
import { Health, Storage } from '../models/storage.ts';
import { action } from './define.ts';

export const storage = {
  'storage.status': action('admin.storage', 'Where the photos lie and how much room there is', Empty, Storage),
  'storage.health': action('public', 'Answers when the house is up', Empty, Health),
};
