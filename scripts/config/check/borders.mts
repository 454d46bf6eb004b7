// Who may import whom (README of nodes/ and the rules below), and where SQL may stand. Types count like values: a border is about knowing each other.
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { sources } from './files.mts';

interface Unit { name: string; folder: string; own: readonly string[]; forbid?: RegExp; only?: RegExp }
const ORM = /^(@mikro-orm\/|better-sqlite3$|kysely$)/;
const UNITS: readonly Unit[] = [
  { name: 'contracts', folder: 'nodes/contracts/', own: [], only: /^typebox(\/|$)/ },
  { name: 'runtime', folder: 'nodes/runtime/', own: ['contracts'], forbid: ORM },
  { name: 'coordinator', folder: 'nodes/coordinator/', own: ['contracts', 'runtime'] },
  { name: 'worker', folder: 'nodes/worker/', own: ['contracts', 'runtime'], forbid: ORM },
  { name: 'plugin-runner', folder: 'nodes/plugin-runner/', own: ['contracts', 'runtime', 'sdk'], forbid: ORM },
  { name: 'cli', folder: 'nodes/cli/', own: ['contracts', 'runtime'], forbid: ORM },
  { name: 'test', folder: 'nodes/test/', own: ['contracts', 'runtime', 'coordinator', 'worker', 'plugin-runner', 'cli', 'sdk'] },
  { name: 'plugins', folder: 'plugins/', own: ['sdk'], forbid: /^(moleculer|nats|pm2|fastify)(\/|$)|^@mikro-orm\// },
  { name: 'ui', folder: 'ui/', own: [], forbid: /^(node:|moleculer|nats|fastify|typebox)/ },
];
const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file);

/** All that a file imports, dynamic imports and re-exports too. */
const importsOf = (text: string): string[] => ts.preProcessFile(text, true, true).importedFiles.map((i) => i.fileName);

function unitBorder(unit: Unit, file: string, target: string): string | undefined {
  if (target.startsWith('.')) {
    const path = normalize(join(dirname(file), target));
    const home = unit.folder === 'plugins/' ? file.split('/').slice(0, 2).join('/') : unit.folder.slice(0, -1);
    return path.startsWith(`${home}/`) ? undefined : `reaches out of ${home} by a relative path`;
  }
  const own = /^@mantel\/([^/]+)/.exec(target)?.[1];
  if (own !== undefined) return own === unit.name || unit.own.includes(own.replace(/^plugin-sdk$/, 'sdk')) ? undefined : `${unit.name} may not import ${own}`;
  if (unit.only && !isTest(file) && !unit.only.test(target)) return `${unit.name} imports nothing but ${unit.only.source.replace(/[\\^$()|/]/g, '')}`;
  return unit.forbid?.test(target) && !(isTest(file) && target.startsWith('node:')) ? `${unit.name} may not import this` : undefined;
}

const NOUN = /^nodes\/coordinator\/src\/services\/([^/]+)\/([^/]+)\.ts$/;
/** An adapter is handed the other noun by the wiring and may name its type; rules may not even do that. */
const onlyType = (text: string, target: string): boolean => {
  const uses = [...text.matchAll(/^(?:import|export)\b([^;]*?)\bfrom '([^']+)'/gm)].filter((m) => m[2] === target);
  return uses.length > 0 && uses.every((m) => /^\s+type\b/.test(m[1] ?? ''));
};
function nounBorder(file: string, target: string, text: string): string | undefined {
  const [, noun, name] = NOUN.exec(file) ?? [];
  if (noun === undefined || name === undefined || isTest(file)) return undefined;
  if (!/\.(service|routes)$/.test(name) && /^(moleculer|fastify|@fastify\/)/.test(target)) return 'rules know neither moleculer nor fastify';
  if (!target.startsWith('.')) return undefined;
  const [, other, what] = NOUN.exec(normalize(join(dirname(file), target))) ?? [];
  const closed = other !== undefined && other !== noun && !/\.(entity|events)$/.test(what ?? '');
  return closed && !(name.endsWith('.service') && onlyType(text, target)) ? `${noun} reaches ${other} by a call or an event, not by its ${what}` : undefined;
}

// a statement, not prose: keywords in one case, with what must follow them
const SQL = /^\s*(select\s[\s\S]*\sfrom\s|insert (or \w+ )?into\s|update \w+\s+set\s|delete from\s|create (unique )?(table|index|trigger|virtual)|pragma\s|with \w+ as\s*\(|SELECT\s[\s\S]*\sFROM\s|INSERT (OR \w+ )?INTO\s|UPDATE \w+\s+SET\s|DELETE FROM\s|CREATE (UNIQUE )?(TABLE|INDEX|TRIGGER|VIRTUAL)|PRAGMA\s|WITH \w+ AS\s*\()/;
const SQL_HOME = /\.(repository|reads?|test)\.ts$|^nodes\/coordinator\/src\/db\/|\/testing\/|^nodes\/test\/|^scripts\//;
function sqlLines(file: string, text: string): number[] {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const lines: number[] = [];
  const visit = (n: ts.Node): void => {
    const literal = ts.isStringLiteralLike(n) ? n.text : ts.isTemplateExpression(n) ? n.head.text + n.templateSpans.map((s) => ` ${s.literal.text}`).join('') : '';
    if (SQL.test(literal)) lines.push(tree.getLineAndCharacterOfPosition(n.getStart(tree)).line + 1);
    ts.forEachChild(n, visit);
  };
  visit(tree);
  return lines;
}

export function borders(): string[] {
  const problems: string[] = [];
  for (const file of sources()) {
    const unit = UNITS.find((u) => file.startsWith(u.folder));
    if (!unit) continue;
    const text = readFileSync(file, 'utf8');
    for (const target of importsOf(text)) {
      const why = unitBorder(unit, file, target) ?? nounBorder(file, target, text);
      if (why) problems.push(`${file}: imports "${target}": ${why}`);
    }
    if (unit.name !== 'ui' && !SQL_HOME.test(file)) problems.push(...sqlLines(file, text).map((line) => `${file}:${line}: SQL belongs into *.repository.ts, *.reads.ts or db/`));
  }
  return problems;
}
