import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Adapter, Low } from 'lowdb';
import type { z } from 'zod';
import type { Damage, Document } from '../../ports/documents.ts';
import { isMissing, setAside, writeDurably } from './durable.ts';

/** A lowdb adapter that keeps what lowdb's own does not: fsync of file and folder, and a look at what is read. */
class DurableJsonFile<T> implements Adapter<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;

  constructor(path: string, schema: z.ZodType<T>) {
    this.#path = path;
    this.#schema = schema;
  }

  /** @throws when the file cannot be read, is no JSON, or is not of the schema */
  async read(): Promise<T | null> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (cause) {
      if (isMissing(cause)) return null;
      throw cause;
    }
    const json: unknown = JSON.parse(text);
    return this.#schema.parse(json);
  }

  async write(value: T): Promise<void> {
    await writeDurably(this.#path, `${JSON.stringify(value)}\n`);
  }
}

export interface OpenedDocument<T> {
  readonly document: Document<T>;
  readonly damage: Damage | null;
}

/**
 * Opens a small state file. A missing one starts with `initial`; a broken one is set aside as `*.corrupt-<time>` and also
 * starts with `initial`, and says so.
 */
export async function openDocument<T>(
  path: string,
  schema: z.ZodType<T>,
  initial: T,
  now: number,
): Promise<OpenedDocument<T>> {
  const low = new Low<T>(new DurableJsonFile(path, schema), initial);
  let damage: Damage | null = null;
  try {
    await low.read();
  } catch (cause) {
    // An I/O error is not a broken file: it must be seen, not papered over with an empty state.
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') throw cause;
    const aside = await setAside(path, now);
    const why = cause instanceof SyntaxError ? 'is no JSON' : 'does not have the expected members';
    damage = { file: basename(path), detail: `${basename(path)} ${why}; kept as ${basename(aside)}` };
  }
  let writing = Promise.resolve();
  const document: Document<T> = {
    get value() {
      return low.data;
    },
    save: (next) => document.update(() => next),
    update(change) {
      const saved = writing.then(async () => {
        const before = low.data;
        low.data = change(before);
        try {
          await low.write();
        } catch (cause) {
          low.data = before;
          throw cause;
        }
      });
      // The next save waits for this one, whether or not it fails; its own caller hears of the failure.
      writing = saved.catch(() => undefined);
      return saved;
    },
  };
  return { document, damage };
}
