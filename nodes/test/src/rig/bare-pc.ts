import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Child } from './children.ts';
import type { Host, Lan } from './lan.ts';

const SCRIPT = fileURLToPath(new URL('bare-pc.sh', import.meta.url));
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A PC on the LAN with a disk of its own in `root`; switched on again it finds that disk as it was. */
export async function openBarePc(lan: Lan, host: Host, root: string) {
  let [init, pid] = await boot();
  async function boot(): Promise<[Child, string]> {
    const started = lan.on(host, 'unshare', ['--mount', '--pid', '--fork', '--kill-child', 'bash', SCRIPT, root]);
    await started.line((l) => l === 'up');
    return [started, started.lines.find((l) => l.startsWith('pid '))!.slice(4)];
  }
  /** A command line, as root. */
  const shell = (line: string): Child => lan.on(host, 'nsenter', ['-t', pid, '-m', '-p', '-r', '-w', 'env', '-i', `PATH=${PATH}`, 'HOME=/root', 'bash', '-c', line]);
  return {
    shell,
    async run(line: string): Promise<{ code: number | null; text: string }> {
      const c = shell(line);
      const code = await c.exited;
      return { code, text: c.lines.join('\n') };
    },
    file: (path: string): string => readFileSync(join(root, path), 'utf8'),
    /** The plug is pulled; then it starts again, and cron runs what is due at a start. */
    async reboot(): Promise<void> {
      await init.kill();
      [init, pid] = await boot();
      for (const [, user, line] of this.file('etc/cron.d/mantel-worker').matchAll(/^@reboot (\S+) (.*)$/gm)) {
        await shell(`setpriv --reuid=${user} --regid=${user} --init-groups --inh-caps=-all -- setsid -f sh -c ${quote(line!)} >/dev/null 2>&1 </dev/null`).exited;
      }
    },
    off: (): Promise<number | null> => init.kill(),
  };
}
const quote = (text: string): string => `'${text.replaceAll(`'`, `'\\''`)}'`;
