import type { Call, Handlers } from '../adapter.ts';
import type { Repairs } from './repairs.ts';

export const repairHandlers = (repairs: Repairs, call: Call): Handlers => ({
  'repairs.list': () => repairs.list(),
  'repairs.fix': async ({ id }, actor) => {
    const { action, about } = repairs.fixOf(id);
    await call(action, { id: about }, actor);
    await repairs.fixed(id);
    return { ok: true };
  },
  'repairs.dismiss': async ({ id }) => {
    await repairs.dismiss(id);
    return { ok: true };
  },
});
