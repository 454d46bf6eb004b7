import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** MANTEL_LOG, or the given default. An unknown level is an error at boot, not silence for a year. */
export function logLevel(fallback: LogLevel, env: NodeJS.ProcessEnv = process.env): LogLevel {
  const level = env.MANTEL_LOG;
  if (level === undefined || level === '') return fallback;
  if (!(LOG_LEVELS as readonly string[]).includes(level)) throw new Error(`MANTEL_LOG is "${level}". Use one of: ${LOG_LEVELS.join(', ')}.`);
  return level as LogLevel;
}

// Two levels deep is what is logged here; a secret in a log file outlives the session that it belongs to.
const SECRETS = ['token', 'auth', 'seed', 'secret', 'password', 'cookie', 'authorization', 'lease'];
const redact = [...SECRETS, ...SECRETS.map((s) => `*.${s}`), ...SECRETS.map((s) => `*.*.${s}`), 'req.headers["set-cookie"]'];
/** A signed address is a key: only its path is logged. */
const withoutQuery = (url: unknown): unknown => (typeof url === 'string' ? url.split('?', 1)[0] : url);

/**
 * JSON lines on stdout (pm2 collects them): time in ISO, level as a word, `node` = who speaks.
 * Level: MANTEL_LOG, default `info`. Fields named like secrets are replaced, `url` loses its query.
 */
export function createLogger(node: string, options: { level?: LogLevel; to?: DestinationStream } = {}): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? logLevel('info'), base: { node }, redact: { paths: redact, censor: '[hidden]' }, timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) }, serializers: { url: withoutQuery, err: pino.stdSerializers.err },
  };
  return options.to ? pino(settings, options.to) : pino(settings);
}

/** Standard output, and somebody who listens to every line. */
export function alsoTo(listener: { write(line: string): void }): DestinationStream {
  const out = pino.destination({ fd: 1, sync: true });
  return { write: (line) => { out.write(line); listener.write(line); } };
}
