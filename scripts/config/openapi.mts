import { readFileSync, writeFileSync } from 'node:fs';
import { describeApi } from '../../nodes/coordinator/src/http/openapi.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
writeFileSync(process.argv[2]!, `${JSON.stringify(await describeApi(version), null, 1)}\n`);
