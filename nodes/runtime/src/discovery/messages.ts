// What discovery and its child process say to each other.
import type { Advert, Role } from './advert.ts';

/** `stop`: say good-bye, then end. */
export type ToChild = { do: 'start'; advertise: (Pick<Advert, 'role' | 'id' | 'port'> & { txt: Record<string, string> }) | null; browse: Role } | { do: 'ask' } | { do: 'stop' };
/** `up`: on these addresses (none: waiting for one). `asked`: the question is out. `heard`: from an address; `addresses`: all that the same computer says it has. `trouble`: it ends now. */
export type FromChild = { is: 'up'; cards: string[] } | { is: 'asked' } | { is: 'heard'; from: string; advert: Advert; bye: boolean; addresses: string[] } | { is: 'trouble'; code: string };
