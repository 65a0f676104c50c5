import type { z } from 'zod';
import type { Damage, Document } from './documents.ts';
import type { OpenedJournal } from './journal.ts';

/** The data folder of one agent, held by it alone. */
export interface Storage {
  document<T>(
    name: string,
    schema: z.ZodType<T>,
    initial: T,
  ): Promise<{ readonly document: Document<T>; readonly damage: Damage | null }>;
  journal(): Promise<OpenedJournal>;
  /** Lets go of the folder. */
  release(): Promise<void>;
}
