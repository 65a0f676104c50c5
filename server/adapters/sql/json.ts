import { z } from 'zod';

/** Reads a JSON text column through a schema. @throws ZodError, SyntaxError when the column holds something else */
export function fromJson<T>(schema: z.ZodType<T>, text: string): T {
  const value: unknown = JSON.parse(text);
  return schema.parse(value);
}

export const textList = z.array(z.string());
