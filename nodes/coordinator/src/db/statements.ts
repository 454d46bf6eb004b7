import type Native from 'better-sqlite3';

const KEEP = 500;

/** Prepared statements by their text, the latest 500. Values belong into parameters: a text with an id in it is prepared once per id. */
export function statementsOf(native: Native.Database): (text: string) => Native.Statement {
  const known = new Map<string, Native.Statement>();
  return (text) => {
    let statement = known.get(text);
    if (statement) known.delete(text);
    else statement = native.prepare(text);
    known.set(text, statement);
    if (known.size > KEEP) known.delete(known.keys().next().value!);
    return statement;
  };
}
