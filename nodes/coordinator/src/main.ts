// The process entry: under pm2 `import.meta.main` is false, so the wiring lives in coordinator.ts and this file only starts it.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { coordinatorConfig } from '@mantel/runtime/config.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { onShutdown } from '@mantel/runtime/shutdown.ts';
import { startCoordinator } from './coordinator.ts';

const log = createLogger('coordinator');
const config = coordinatorConfig();

/** The first admin: from the environment, or from the file that scripts/start leaves. Used once and gone. */
function firstAdmin(): { email: string; password: string } | undefined {
  const file = join(config.state, 'admin.json');
  const { MANTEL_ADMIN_EMAIL: email, MANTEL_ADMIN_PASSWORD: password } = process.env;
  delete process.env.MANTEL_ADMIN_EMAIL;
  delete process.env.MANTEL_ADMIN_PASSWORD;
  if (email && password) return { email, password };
  if (!existsSync(file)) return undefined;
  const admin = JSON.parse(readFileSync(file, 'utf8')) as { email: string; password: string };
  rmSync(file);
  return admin;
}

const coordinator = await startCoordinator({ ...config, admin: firstAdmin(), log }).catch((err: unknown) => {
  log.fatal({ err }, 'Mantel could not start');
  process.exit(1);
});
process.send?.('ready');
onShutdown(coordinator.stop, { limitMs: 9000, log });
