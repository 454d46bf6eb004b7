// The wiring of this noun: runs, their parts and their report. What lies in other nouns comes through `Doors`.
import type { Doors } from './doors.ts';
import { createEngine } from './engine.ts';
import { createImports } from './imports.ts';
import { importHandlers } from './imports.service.ts';
import { createPartStore } from './parts.ts';
import { type RunRow, setPart } from './runs.repository.ts';
import { createView } from './view.ts';

export function openImports(doors: Doors) {
  const parts = createPartStore(doors);
  const engine = createEngine(doors, parts);
  const imports = createImports(doors, { engine, parts, view: createView(doors, parts, engine.moving) });
  return {
    imports, parts, engine, handlers: importHandlers(imports),
    /** At the start: what the last stop cut off goes on. */
    async resume(): Promise<void> {
      await parts.sweep();
      engine.resume();
    },
    /** A part that is complete is looked at at once. */
    async partMoved(row: RunRow, n: number, state: 'arriving' | 'here'): Promise<void> {
      await doors.db.writeSql((sql) => setPart(sql, row.id, n, { state }));
      engine.kick(row.id);
      doors.changed();
    },
    stop: engine.stop,
  };
}
export type OpenImports = ReturnType<typeof openImports>;
