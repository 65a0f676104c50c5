/** Gives a finished file its name so that it survives a power cut. */
export type MoveDurably = (from: string, to: string) => Promise<void>;
