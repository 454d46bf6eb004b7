import { Session } from '../services/users/session.entity.ts';
import { User } from '../services/users/user.entity.ts';

/** The schema is hand-written SQL (migrations/); an entity only maps it. Other nouns are prepared SQL in their repositories: hot ones (asset, file, job, change) for speed, libraries because their rules count timelines in the same write. */
export const ENTITIES = [User, Session];
