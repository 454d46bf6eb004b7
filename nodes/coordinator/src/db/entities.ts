import { Library, Membership } from '../services/libraries/library.entity.ts';
import { Session } from '../services/users/session.entity.ts';
import { User } from '../services/users/user.entity.ts';

/** The schema is hand-written SQL (migrations/); an entity only maps it. Hot nouns (asset, file, job, change) have no entity: they are prepared SQL. */
export const ENTITIES = [User, Session, Library, Membership];
