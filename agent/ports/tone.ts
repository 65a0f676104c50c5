/** Makes a test tone's file of so many seconds. */
export type ToneMaker = (path: string, seconds: number) => Promise<void>;
